"""The web chat's JSON interface (described at /docs)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

import structlog
from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline
from sse_starlette import EventSourceResponse
from starlette.exceptions import HTTPException as HttpError

from bot.chat.events import events
from bot.chat.messages import (
    LONGEST_TEXT,
    Kept,
    Messages,
    NewMessage,
    NewSession,
    Piece,
    Problem,
    SessionChange,
    SessionState,
    Token,
    card_shape,
    message_shape,
)
from bot.chat.pictures import add_picture_routes
from bot.chat.sessions import (
    bearer_token,
    change_session,
    find_account,
    open_session,
    read_session,
    services_of,
    signed_in,
)
from bot.chat.watch import Watch
from bot.intake import Card, WebIntake
from companion.errors import StoreUnavailable, UnknownRow
from companion.flows.export import export_file
from companion.flows.services import Services
from companion.language import Language
from companion.messages import Inbound, InboundKind, Platform
from companion.people.student import Account
from companion.texts import say

log = structlog.get_logger(__name__)

_KEEP_ALIVE = 15  # seconds
_CODES = {HTTPStatus.UNAUTHORIZED: "no_session", HTTPStatus.NOT_FOUND: "not_found"}

Outside = Annotated[Services, Depends(services_of)]
Me = Annotated[Account, Depends(signed_in)]


def chat_api(services: Services, *, intake: WebIntake, watch: Watch) -> FastAPI:
    """Return the application that serves /chat/… and its documentation at /docs."""
    api = FastAPIOffline(
        title="Nuanyu 暖语: web chat",
        description="Support, not therapy or diagnosis. Not clinically validated.",
        docs_url="/docs",
        redoc_url=None,
        openapi_url="/openapi.json",
        responses={
            401: {"model": Problem, "description": "No such chat, or erased"},
            422: {"model": Problem, "description": "Malformed"},
            503: {"model": Problem, "description": "The database is away; send it again"},
        },
    )
    api.state.services, api.state.intake, api.state.watch = services, intake, watch
    _add_errors(api)
    _add_session_routes(api)
    _add_message_routes(api)
    add_picture_routes(api)
    return api


def _add_session_routes(api: FastAPI) -> None:
    @api.post("/chat/sessions", status_code=201, response_model=Token)
    async def sessions(services: Outside, wish: NewSession | None = None) -> Token:
        """Open a chat of one's own; the token is shown once."""
        return await asyncio.to_thread(open_session, wish or NewSession(), services=services)

    @api.get("/chat/session", response_model=SessionState)
    async def session(me: Me, request: Request, services: Outside) -> SessionState:
        """What was chosen so far."""
        token = bearer_token(request)
        return await asyncio.to_thread(read_session, me, token, services=services)

    @api.put("/chat/session", response_model=SessionState)
    async def choose(change: SessionChange, me: Me, services: Outside) -> SessionState:
        """Choose a language, answer the age question, give or take back a consent."""
        return await asyncio.to_thread(change_session, me, change, services=services)

    @api.get("/chat/export", response_class=Response)
    async def export(me: Me, services: Outside) -> Response:
        """Everything that is kept, as a zip with a page and a JSON file."""
        content = await asyncio.to_thread(export_file, me.student_id, services=services)
        name = quote(say("command.export_name", services.campus.language))
        return Response(
            content,
            media_type="application/zip",
            headers={
                "Content-Disposition": f"attachment; filename=nuanyu.zip; filename*=UTF-8''{name}",
                "Cache-Control": "no-store",
            },
        )


def _add_message_routes(api: FastAPI) -> None:
    @api.post("/chat/messages", status_code=202, response_model=Kept)
    async def say_something(
        message: NewMessage, request: Request, services: Outside
    ) -> Kept | Response:
        """Say something. The answer comes through `/chat/events` or `/chat/messages`."""
        intake: WebIntake = request.app.state.intake
        inbound = _inbound(message, await _address(request, services), services)
        accepted = await intake.accept(inbound)
        if accepted.received is None:
            status = HTTPStatus.SERVICE_UNAVAILABLE
            return _problem(request, status, "unavailable", card=accepted.card)
        return Kept(id=accepted.received.message_id, seq=accepted.received.seq)

    @api.get("/chat/messages", response_model=Messages)
    async def lines(me: Me, services: Outside, wish: Annotated[Piece, Query()]) -> Messages:
        """Read the talk: after a position, before one, or the latest lines."""
        return await asyncio.to_thread(_read, me, wish, services)

    @api.get("/chat/events", response_class=EventSourceResponse)
    async def stream(
        me: Me, request: Request, services: Outside, after: Annotated[int, Query(ge=0)] = 0
    ) -> Response:
        """Follow the talk: `message`, `partial`, `typing` and `session` events."""
        watch: Watch = request.app.state.watch
        return EventSourceResponse(
            events(me, after=after, services=services, watch=watch),
            ping=_KEEP_ALIVE,
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )


async def _address(request: Request, services: Services) -> str:
    """Return whose message this is; with the database away, nobody in particular (law 4)."""
    token = bearer_token(request)
    try:
        account = await asyncio.to_thread(find_account, token, services)
    except StoreUnavailable:
        return ""
    if account is None:
        raise HTTPException(HTTPStatus.UNAUTHORIZED)
    return account.address


def _inbound(message: NewMessage, address: str, services: Services) -> Inbound:
    return Inbound(
        platform=Platform.WEB,
        platform_id=f"{address}:{message.client_id}",
        sender=address,
        address=address,
        kind=InboundKind.CHOICE if message.choice else InboundKind.TEXT,
        text=message.text,
        sent_at=services.clock.now(),
    )


def _read(me: Account, wish: Piece, services: Services) -> Messages:
    with services.store.reading() as tx:
        found = list(
            tx.talk.lines(me.student_id, after=wish.after, before=wish.before, limit=wish.limit + 1)
        )
    more = len(found) > wish.limit
    if more:
        found = found[: wish.limit] if wish.after is not None else found[-wish.limit :]
    return Messages(messages=[message_shape(line) for line in found], more=more)


def _add_errors(api: FastAPI) -> None:
    @api.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        # Not FastAPI's own answer: that one repeats what was sent.
        problems = error.errors()
        if any(problem["type"] == "string_too_long" for problem in problems):
            return _problem(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_long")
        return _problem(
            request, HTTPStatus.UNPROCESSABLE_ENTITY, "malformed", where=_where(problems)
        )

    @api.exception_handler(HttpError)
    async def refused(request: Request, error: HttpError) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        return _problem(request, status, _CODES.get(status, "malformed"), where=status.phrase)

    @api.exception_handler(UnknownRow)
    async def gone(request: Request, _: UnknownRow) -> JSONResponse:
        return _problem(request, HTTPStatus.UNAUTHORIZED, "no_session")

    @api.exception_handler(StoreUnavailable)
    async def away(request: Request, _: StoreUnavailable) -> JSONResponse:
        return _problem(request, HTTPStatus.SERVICE_UNAVAILABLE, "unavailable")


def _where(problems: Sequence[Any]) -> str:
    return ", ".join(sorted({".".join(map(str, problem["loc"][1:])) for problem in problems}))


def _problem(
    request: Request, status: HTTPStatus, code: str, *, where: str = "", card: Card | None = None
) -> JSONResponse:
    accepted = request.headers.get("accept-language", "")
    language = Language.EN if accepted.lower().startswith("en") else Language.ZH
    problem = Problem(
        error=say(f"error.{code}", language, limit=LONGEST_TEXT, where=where),
        code=code,
        card=card_shape(*card) if card else None,
    )
    # Static name and numbers only: what was sent stays out of the log.
    log.info("chat_refused", code=code, status=status.value)
    headers = {
        HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "Bearer"},
        HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "3"},
    }
    return JSONResponse(problem.model_dump(), status_code=status, headers=headers.get(status))
