"""The pages: a door that leads on, and the chat. Server-rendered, no build step, no CDN."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates
from starlette.types import Scope

from bot.chat.messages import LONGEST_TEXT, plain_html
from bot.helplines import Helplines, helplines
from companion.flows.services import Services
from companion.language import Language
from companion.texts import say, wording

_HERE = Path(__file__).parent
_STATIC = _HERE / "static"
_templates = Jinja2Templates(_HERE / "templates")
#: A wording that is missing is an error, not a gap in the page.
_templates.env.undefined = StrictUndefined
#: What a browser may keep for ever: the address changes with the content.
_FOR_EVER = "public, max-age=31536000, immutable"


def page_routes(services: Services) -> list[Route | Mount]:
    """Return `/`, `/chat` and the static files."""

    async def door(request: Request) -> Response:
        return show_page(request, "door.html", services)

    async def chat(request: Request) -> Response:
        return show_page(request, "chat.html", services)

    return [
        Route("/", door),
        Route("/chat", chat),
        Mount("/static/{version}", _Kept(directory=_STATIC), name="static"),
    ]


class _Kept(StaticFiles):
    """Static files under an address that holds their version."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file that the browser need not ask for again."""
        response = await super().get_response(path, scope)
        if response.status_code in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
            response.headers["Cache-Control"] = _FOR_EVER
        return response


def show_page(request: Request, name: str, services: Services, **more: object) -> Response:
    """Return a public page in both languages; `more` is what its template needs besides."""
    # The page is asked for anew each time, so that after an upgrade it names the new files; it
    # may show who is on duty now, and nothing of it stays on a shared computer.
    return _templates.TemplateResponse(
        request,
        name,
        _context(request, services) | more,
        headers={"Cache-Control": "no-store"},
    )


def _context(request: Request, services: Services) -> dict[str, Any]:
    """Return what the pages show in both languages; the browser picks one."""
    campus = services.campus
    words = {language: wording("page_web", language) for language in Language}
    sos = {language: _sos(services, language) for language in Language}
    return {
        "language": _wanted(request) or campus.language,
        "campus": campus.name,
        "static": STATIC_ADDRESS,
        "modules": _MODULES,
        "words": words,
        "notice": {language: plain_html(say("notice.text", language)) for language in Language},
        "onboarding": {
            language: {
                key: text.replace("{minimum}", str(campus.minimum_age))
                for key, text in wording("onboarding", language).items()
            }
            for language in Language
        },
        "under_minimum": {
            language: plain_html(
                say("onboarding.under_minimum", language, minimum=campus.minimum_age)
            )
            for language in Language
        },
        "sos": sos,
        #: What the scripts need to know.
        "data": {"words": words, "longest": LONGEST_TEXT, "numbers": _numbers(sos)},
    }


def _sos(services: Services, language: Language) -> Helplines:
    """Return the helplines: they stand in the page, so that they need no network."""
    return helplines(services.campus, language=language, now=services.clock.now())


def _numbers(sos: dict[Language, Helplines]) -> list[str]:
    """Return the numbers that can be dialled wherever they are named."""
    urls = {line.url for each in sos.values() for line in each.lines}
    return sorted(url.removeprefix("tel:") for url in urls if url.startswith("tel:"))


def _wanted(request: Request) -> Language | None:
    """Return the language asked for in the address, else by the browser."""
    asked = request.query_params.get("lang", "")
    accepted = request.headers.get("accept-language", "")
    for wish in (asked.lower(), accepted.lower()):
        if wish.startswith("zh"):
            return Language.ZH
        if wish.startswith("en"):
            return Language.EN
    return None


def _version() -> str:
    """Return a name for the present content of the static files."""
    digest = hashlib.sha256()
    for file in sorted(path for path in _STATIC.rglob("*") if path.is_file()):
        digest.update(file.relative_to(_STATIC).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


#: Where the static files are; it changes with their content.
STATIC_ADDRESS = f"/static/{_version()}"
#: Loaded side by side instead of one after another.
_MODULES = sorted(
    file.name
    for file in (_STATIC / "js").glob("*.js")
    if file.name not in {"early.js", "door.js", "protocol.js"}
)
