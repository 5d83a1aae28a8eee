"""Somebody at a browser in front of the desk's door."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyotp
from starlette.testclient import TestClient

from companion.language import Language
from companion.staff.people import Role, Staff
from infra.desk_auth import ONCE_FOR, hash_password

SECRET = pyotp.random_base32()
PASSWORD = "five blue herons at dawn"  # pragma: allowlist secret
_HTML = {"Accept": "text/html", "Accept-Language": "en"}


@dataclass
class Visitor:
    """A browser of its own: what it was given as cookies it sends along."""

    client: TestClient
    now: Any
    secret: str = SECRET
    page: Any = None
    _steps: dict[str, int] = field(default_factory=dict)

    def get(self, path: str, **how: Any) -> Any:
        """Ask for a page and follow where it leads."""
        self.page = self.client.get(path, headers=_HTML, **how)
        return self.page

    def post(self, path: str, csrf: str | None = None, **form: str) -> Any:
        """Send a form with the word of the page that is open."""
        word = self.csrf if csrf is None else csrf
        self.page = self.client.post(path, data=form | {"csrf": word}, headers=_HTML)
        return self.page

    @property
    def csrf(self) -> str:
        """The word of the forms of the page that is open."""
        found = re.search(r'name="csrf" value="([^"]*)"', self.page.text if self.page else "")
        return found.group(1) if found else ""

    @property
    def where(self) -> str:
        """The address of the page that is open."""
        return self.page.url.path

    def field(self, name: str) -> str:
        """Return the value of a hidden field of the page that is open."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page.text)
        assert found, f"no field {name}"
        return found.group(1)

    def code(self, secret: str | None = None, *, at: datetime | None = None) -> str:
        """Return what the authenticator app shows."""
        return pyotp.TOTP(secret or self.secret).at(at or self.now())

    def sign_in(
        self, login: str, password: str = PASSWORD, *, code: str | None = None, to: str = ""
    ) -> Any:
        """Fill in the form."""
        self.get(to or "/desk/signin")
        shown = self.code() if code is None else code
        wish = self.field("next") if to else ""
        return self.post("/desk/signin", login=login, password=password, code=shown, next=wish)


def visitor(web: Any, **cookies: str) -> Visitor:
    """Return a browser that nobody has signed in with."""
    client = TestClient(web.client.app, raise_server_exceptions=False, cookies=cookies or None)
    return Visitor(client, web.campus.clock.now)


def account(
    campus: Any,
    login: str = "li",
    *,
    role: Role = Role.COUNSELLOR,
    name: str = "李老师",
    language: Language = Language.EN,
    once: bool = False,
    secret: str | None = SECRET,
    password: str | None = PASSWORD,
) -> Staff:
    """Make an account; `once`: with a one-time password that must be replaced."""
    now = campus.clock.now()
    kept = password and hash_password(password, once_until=now + ONCE_FOR if once else None)
    with campus.store.transaction() as tx:
        made = tx.members.add(login=login, name=name, role=role, language=language, now=now)
        if kept:
            tx.members.set_password(made.id, kept, now=now)
        if secret:
            tx.members.set_totp(made.id, secret)
        return tx.members.get(made.id)


def later(campus: Any, **span: float) -> None:
    """Let time pass."""
    campus.clock.at += timedelta(**span)


def actions(campus: Any) -> list[str]:
    """Return what the audit log says, oldest first."""
    with campus.store.reading() as tx:
        return [entry.action for entry in reversed(tx.audit.lines())]
