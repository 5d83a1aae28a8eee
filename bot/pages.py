"""The pages: a door that leads on, and the chat. Server-rendered, no build step, no CDN."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from bot.chat.messages import LONGEST_TEXT, plain_html
from companion.flows.services import Services
from companion.language import Language
from companion.risk import Level, Verdict
from companion.safety.card import crisis_card
from companion.texts import say, wording

_HERE = Path(__file__).parent
_templates = Jinja2Templates(_HERE / "templates")


def page_routes(services: Services) -> list[Route | Mount]:
    """Return `/`, `/chat` and the static files."""

    async def door(request: Request) -> Response:
        return _page(request, "door.html", services)

    async def chat(request: Request) -> Response:
        return _page(request, "chat.html", services)

    return [
        Route("/", door),
        Route("/chat", chat),
        Mount("/static", StaticFiles(directory=_HERE / "static"), name="static"),
    ]


def _page(request: Request, name: str, services: Services) -> Response:
    return _templates.TemplateResponse(request, name, _context(request, services))


def _context(request: Request, services: Services) -> dict[str, Any]:
    """Return what the pages show in both languages; the browser picks one."""
    campus = services.campus
    return {
        "language": _wanted(request) or campus.language,
        "campus": campus.name,
        "minimum_age": campus.minimum_age,
        "longest_text": LONGEST_TEXT,
        "words": {language: wording("page_web", language) for language in Language},
        "notice": {
            language: plain_html(say("notice.text", language)) for language in Language
        },
        "onboarding": {
            language: {
                key: text.replace("{minimum}", str(campus.minimum_age))
                for key, text in wording("onboarding", language).items()
            }
            for language in Language
        },
        "sos": {language: _sos(services, language) for language in Language},
    }


def _sos(services: Services, language: Language) -> dict[str, Any]:
    """Return the card of /sos: it stands in the page, so that it needs no network."""
    card = crisis_card(
        Verdict(level=Level.MODERATE),
        campus=services.campus,
        language=language,
        now=services.clock.now(),
    )
    return {
        "html": plain_html(card.text),
        "choices": [{"label": c.label, "url": c.url} for c in card.choices if c.url],
    }


def _wanted(request: Request) -> Language | None:
    accepted = request.headers.get("accept-language", "").lower()
    if accepted.startswith("zh"):
        return Language.ZH
    return Language.EN if accepted.startswith("en") else None
