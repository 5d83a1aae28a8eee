"""What every page of the desk is made of, and how one is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from bot.chat.watch import Watch
from bot.desk.evidence import in_words
from bot.desk.words import Words, fill, words
from bot.pages import STATIC_ADDRESS
from companion.campus import Campus
from companion.flows.services import Services
from companion.language import Language
from companion.staff.people import Right, Staff
from infra.openid import OpenId
from infra.services import Parts

#: The menu: right, address, wording under `nav`. The first that one may see is one's home.
_MENU: tuple[tuple[Right, str, str], ...] = (
    (Right.CASES, "/desk", "queue"),
    (Right.ROSTER, "/desk/roster", "roster"),
    (Right.REGISTRY, "/desk/registry", "registry"),
    (Right.REVIEW, "/desk/review", "review"),
    (Right.FIGURES, "/desk/figures", "figures"),
    (Right.DRILL, "/desk/drill", "drill"),
    (Right.ACCOUNTS, "/desk/accounts", "accounts"),
    (Right.AUDIT, "/desk/audit", "audit"),
)

_templates = Jinja2Templates(Path(__file__).parent.parent / "templates")
#: A wording that is missing is an error, not a gap in the page.
_templates.env.undefined = StrictUndefined
_templates.env.filters["fill"] = fill
_templates.env.trim_blocks = _templates.env.lstrip_blocks = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the desk's pages work with. In a view: `desk_of(request)`."""

    parts: Parts
    #: Wakes open pages when something changed.
    watch: Watch
    #: None: nobody signs in through a provider.
    openid: OpenId | None = None

    @property
    def services(self) -> Services:
        """The store, the clock and all the flows need."""
        return self.parts.services

    @property
    def campus(self) -> Campus:
        """The campus this desk belongs to."""
        return self.parts.services.campus

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the desk over https only."""
        url = self.parts.settings.public_url
        return url is not None and url.scheme == "https"

    def now(self) -> datetime:
        """Return the present moment."""
        return self.parts.services.clock.now()


def desk_of(request: Request) -> Desk:
    """Return the desk a request came to."""
    desk: Desk = request.scope["desk"]
    return desk


def render(
    request: Request,
    name: str,
    *,
    staff: Staff | None = None,
    status: int = HTTPStatus.OK,
    **context: Any,
) -> Response:
    """Show a template of bot/templates, such as "desk/case.html".

    Templates see the given context, `w` (the wordings), `staff`, `csrf`, `now`, `campus`, `menu`,
    `path`, `static`, `language`, the filters `local` and `fill`, and the macros of desk/parts.html.
    Nothing of it stays in the browser's cache.
    """
    desk, language = desk_of(request), language_of(request, staff)
    shown = _frame(request, desk, language, staff) | context
    return _templates.TemplateResponse(
        request, name, shown, status_code=status, headers={"Cache-Control": "no-store"}
    )


def problem(request: Request, status: HTTPStatus, *, staff: Staff | None = None) -> Response:
    """Show the page that says what went wrong and what to do, without details."""
    staff = staff or getattr(request.state, "staff", None)
    said = words(language_of(request, staff))["problem"]
    return render(
        request,
        "desk/problem.html",
        staff=staff,
        status=status,
        problem=said[f"p{int(status)}"],
        number=int(status),
    )


def home_of(staff: Staff) -> str:
    """Return the address of the first page that somebody may see."""
    return next((address for right, address, _ in _MENU if staff.may(right)), "/desk/account")


def language_of(request: Request, staff: Staff | None = None) -> Language:
    """Return the language of a page: its reader's, else the one asked for, else the campus's."""
    if staff is not None:
        return staff.language
    asked = request.query_params.get("lang", "")
    for wish in (asked.lower(), request.headers.get("accept-language", "").lower()):
        for language in Language:
            if wish.startswith(language):
                return language
    return desk_of(request).campus.language


def _frame(request: Request, desk: Desk, language: Language, staff: Staff | None) -> dict[str, Any]:
    said: Words = words(language)
    return {
        "w": said,
        "language": language,
        "staff": staff,
        "csrf": getattr(request.state, "csrf", ""),
        "now": desk.now(),
        "zone": desk.campus.timezone,
        "campus": desk.campus.name[language],
        "static": STATIC_ADDRESS,
        "path": request.url.path,
        "menu": [
            (address, said["nav"][key])
            for right, address, key in _MENU
            if staff is not None and staff.may(right)
        ],
    }


@pass_context
def _local(context: Context, at: datetime, seconds: bool = False) -> str:  # noqa: FBT001, FBT002 - a template's filter
    """Return a moment in the campus's own time, e.g. "2026-10-04 23:05"."""
    shape = "%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M"
    return at.astimezone(context["zone"]).strftime(shape)


_templates.env.filters["local"] = _local


@pass_context
def _evidence(context: Context, line: str) -> str:
    """Return a line of evidence in the reader's language."""
    return in_words(line, context["language"])


_templates.env.filters["evidence"] = _evidence
