"""Telegram's webhook: verify, parse, keep, answer 200. Anything else makes Telegram repeat."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.telegram.ports import Greeted, Intake
from bot.telegram.read import NotAnUpdate, read_update
from bot.telegram.respond import Answer, Responder, utc_now
from companion.errors import StoreUnavailable

log = structlog.get_logger(__name__)

PATH: Final = "/telegram/webhook"
HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
#: An update is a few kilobytes; more than this is not from Telegram (bytes).
BODY_LIMIT: Final = 1_000_000


class TelegramWebhook:
    """The endpoint for `POST /telegram/webhook`: route its `post`."""

    def __init__(
        self,
        intake: Intake,
        *,
        secret: str,
        greeted: Greeted,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Refuse to exist without a secret: an unset one would let everybody in."""
        if not secret:
            raise ValueError("refusing to serve Telegram without a secret")
        self._secret = secret.encode()
        self._responder = Responder(intake, greeted=greeted, now=now)

    async def post(self, request: Request) -> Response:
        """Answer 200 once the update is committed, with a method call where one is owed.

        403 without the secret, 413 above 1 MB, 400 for what is no update, 503 when the
        database is away.
        """
        given = request.headers.get(HEADER, "").encode()
        if not hmac.compare_digest(given, self._secret):
            return _refused(HTTPStatus.FORBIDDEN)
        body = await _read(request)
        if body is None:
            return _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            answer = await self._responder.respond(read_update(body))
        except NotAnUpdate:
            return _refused(HTTPStatus.BAD_REQUEST)
        except StoreUnavailable:
            return _refused(HTTPStatus.SERVICE_UNAVAILABLE)
        return Response() if answer is None else _method_call(answer)


async def _read(request: Request) -> bytes | None:
    """Return the body, or None as soon as it is known to be too large."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > BODY_LIMIT:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            return None
    return bytes(body)


def _method_call(answer: Answer) -> Response:
    fields = answer.model_dump(mode="json", exclude_unset=True)
    return JSONResponse({"method": answer.__api_method__, **fields})


def _refused(status: HTTPStatus) -> Response:
    log.warning("telegram_webhook_refused", status=status.value)
    return Response(status_code=status)
