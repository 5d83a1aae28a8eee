"""Every address of the desk, in one place; each page module brings its own `routes(desk)`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.chat.watch import Watch
from bot.desk import (
    account,
    accounts,
    audit,
    case,
    contact,
    deeds,
    drill,
    events,
    figures,
    notes,
    provider,
    queue,
    registry,
    replies,
    review,
    roster,
    setup,
    signin,
    tasks,
)
from bot.desk.door import Endpoint, needs
from bot.desk.page import Desk, problem
from companion.errors import StoreUnavailable, UnknownRow
from companion.staff.people import Staff
from infra.openid import make_openid
from infra.services import Parts

log = structlog.get_logger(__name__)

#: One line per page module.
_PAGES: tuple[Callable[[Desk], list[Route]], ...] = (
    signin.routes,
    provider.routes,
    setup.routes,
    account.routes,
    accounts.routes,
    audit.routes,
    roster.routes,
    registry.routes,
    review.routes,
    figures.routes,
    drill.routes,
    queue.routes,
    events.routes,
    case.routes,
    deeds.routes,
    notes.routes,
    replies.routes,
    contact.routes,
    tasks.routes,
)


def desk_routes(parts: Parts, watch: Watch) -> list[BaseRoute]:
    """Return the desk; everything else under /desk is a page that says so."""
    desk = Desk(parts=parts, watch=watch, openid=make_openid(parts.settings))
    pages = [route for routes in _PAGES for route in routes(desk)]
    pages.append(Route("/desk/{rest:path}", _nowhere, methods=["GET", "POST"]))
    return [
        Route(route.path, _at(desk, route.endpoint), methods=sorted(route.methods or {"GET"}))
        for route in pages
    ]


@needs()
async def _nowhere(request: Request, staff: Staff) -> Response:
    return problem(request, HTTPStatus.NOT_FOUND, staff=staff)


async def broken(request: Request, error: Exception) -> Response:
    """Answer what nobody foresaw: at the desk with a page; the server logs it after that."""
    if "desk" not in request.scope:
        return PlainTextResponse("Internal Server Error", HTTPStatus.INTERNAL_SERVER_ERROR)
    log.error("desk_failed", error=type(error).__name__)
    return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def _at(desk: Desk, endpoint: Endpoint) -> Endpoint:
    """Run an endpoint at this desk; what was foreseen to go wrong becomes a page."""

    @wraps(endpoint)
    async def answered(request: Request) -> Response:
        request.scope["desk"] = desk
        try:
            return await endpoint(request)
        except HTTPException as error:
            return problem(request, HTTPStatus(error.status_code))
        except UnknownRow:
            return problem(request, HTTPStatus.NOT_FOUND)
        except StoreUnavailable:
            return problem(request, HTTPStatus.SERVICE_UNAVAILABLE)

    return answered
