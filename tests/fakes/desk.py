"""The desk for tests: staff, cases, and a browser that is signed in."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from bot.desk.door import COOKIE, token_hash
from companion.language import Language
from companion.risk import Kind, Level, Subject, Verdict
from companion.staff.cases import Case
from companion.staff.duty import Duty, Shift
from companion.staff.people import Role, Staff

#: Looks like an argon2 hash of a password that nobody knows.
_PASSWORD = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$" + "A" * 43  # pragma: allowlist secret
SUICIDE = Verdict(
    level=Level.HIGH,
    kinds=(Kind.SUICIDE,),
    subject=Subject.SELF,
    score=0.93,
    evidence=("speaks of wanting to die", "has settled on a time to die"),
)


def verdict(level: Level = Level.HIGH, **more: Any) -> Verdict:
    """Return a verdict like those of the screen."""
    fields = {"kinds": (Kind.SUICIDE,), "subject": Subject.SELF, "score": 0.93}
    return Verdict(level=level, **fields | {"evidence": SUICIDE.evidence} | more)


@dataclass
class SignedIn:
    """One member of staff at a browser."""

    staff: Staff
    client: Any
    token: str
    csrf: str

    def get(self, path: str, **how: Any) -> Any:
        """Ask for a page."""
        return self.client.get(path, headers=self.headers, **how)

    def post(self, path: str, csrf: str | None = None, headers: Any = None, **form: str) -> Any:
        """Send a form with this session's word, and follow where it leads."""
        data = form | {"csrf": self.csrf if csrf is None else csrf}
        answer = self.client.post(
            path, data=data, headers=self.headers | (headers or {}), follow_redirects=False
        )
        leads_on = answer.status_code == HTTPStatus.SEE_OTHER
        return self.get(answer.headers["location"]) if leads_on else answer

    @property
    def headers(self) -> dict[str, str]:
        """What the browser sends along."""
        return {"Accept": "text/html", "Cookie": f"{COOKIE}={self.token}"}


@dataclass
class FakeDesk:
    """Rows that the desk shows, made over a campus of the tests."""

    campus: Any
    client: Any = None
    #: Where it is served, when it is.
    url: str = ""
    numbers: Any = field(default_factory=lambda: iter(range(1, 10_000)))

    def staff(
        self, name: str = "李老师", role: Role = Role.COUNSELLOR, language: Language = Language.ZH
    ) -> Staff:
        """Make an account that is set up."""
        with self.campus.store.transaction() as tx:
            now = self.campus.clock.now()
            login = f"staff{next(self.numbers)}"
            made = tx.members.add(login=login, name=name, role=role, language=language, now=now)
            tx.members.set_password(made.id, _PASSWORD, now=now)
            tx.members.set_totp(made.id, "JBSWY3DPEHPK3PXP")
            return tx.members.get(made.id)

    def signed_in(self, staff: Staff) -> SignedIn:
        """Open a browser session for somebody."""
        token, csrf = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        with self.campus.store.transaction() as tx:
            now = self.campus.clock.now()
            tx.members.open_session(token_hash(token), staff.id, csrf=csrf, now=now)
        return SignedIn(staff, self.client, token, csrf)

    def student_says(self, *texts: str, sender: str = "u1") -> tuple[UUID, list[UUID]]:
        """Keep what a student wrote, screened and answered as far as the rows go."""
        received = [self.campus.arrives(text, sender=sender) for text in texts]
        with self.campus.store.transaction() as tx:
            for one in received:
                calm, now = Verdict(level=Level.NONE), self.campus.clock.now()
                tx.inbound.judge(one.message_id, calm, owed=False, in_talk=True, now=now)
        self.campus.jobs.sent.clear()
        return received[0].student_id, [one.message_id for one in received]

    def case(
        self,
        *texts: str,
        level: Level = Level.HIGH,
        sender: str = "u1",
        minutes_ago: float = 0,
        asked_for: bool = False,
        **more: Any,
    ) -> Case:
        """Open a case whose last text set the alarm off, so many minutes ago."""
        student_id, messages = self.student_says(*(texts or ("我不想活了",)), sender=sender)
        then = self.campus.clock.now() - timedelta(minutes=minutes_ago)
        with self.campus.store.transaction() as tx:
            recorded = tx.cases.record(
                student_id,
                message_id=messages[-1],
                verdict=verdict(level, **more),
                asked_for=asked_for,
                may_page=True,
                now=then,
            )
            assert recorded is not None
            return tx.cases.get(recorded[0])

    def again(self, case: Case) -> Case:
        """Return a case as it is now."""
        with self.campus.store.reading() as tx:
            return tx.cases.get(case.id)

    def on_duty(self, staff: Staff, *, duty: Duty = Duty.PRIMARY, hours: float = 8) -> None:
        """Put somebody on the roster from an hour ago."""
        now = self.campus.clock.now()
        shift = Shift(
            id=uuid4(),
            staff_id=staff.id,
            duty=duty,
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(hours=hours - 1),
        )
        with self.campus.store.transaction() as tx:
            tx.shifts.add(shift)

    def actions(self, case: Case) -> list[str]:
        """Return what the audit log says of a case."""
        with self.campus.store.reading() as tx:
            return [entry.action for entry in tx.audit.of_case(case.id)]


def plain(html: str) -> str:
    """Return the words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
