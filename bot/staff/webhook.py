"""The staff bot's webhook: verify, handle, answer 200."""

from __future__ import annotations

import hashlib
import hmac
import json
from http import HTTPStatus
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import Response

from bot.staff.bot import NotAnUpdate, StaffBot
from companion.errors import StoreUnavailable

log = structlog.get_logger(__name__)

PATH: Final = "/telegram/staff"
HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
#: An update is a few kilobytes; more than this is not from Telegram (bytes).
BODY_LIMIT: Final = 1_000_000


def secret_of(token: str) -> str:
    """Return what Telegram proves itself by; made of the token, so that it cannot be left unset."""
    return hmac.new(token.encode(), b"nuanyu staff webhook", hashlib.sha256).hexdigest()


class StaffWebhook:
    """The endpoint for `POST /telegram/staff`: route its `post`."""

    def __init__(self, bot: StaffBot, *, secret: str) -> None:
        """Refuse to exist without a secret: an unset one would let everybody in."""
        if not secret:
            raise ValueError("refusing to serve the staff bot without a secret")
        self._bot = bot
        self._secret = secret.encode()

    async def post(self, request: Request) -> Response:
        """Answer 200 once the update was handled.

        403 without the secret, 413 above 1 MB, 400 for what is no update, 503 when the database
        is away: Telegram then sends it again.
        """
        given = request.headers.get(HEADER, "").encode()
        if not hmac.compare_digest(given, self._secret):
            return _refused(HTTPStatus.FORBIDDEN)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_LIMIT:
                return _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            await self._bot.take(_read(bytes(body)))
        except NotAnUpdate:
            return _refused(HTTPStatus.BAD_REQUEST)
        except StoreUnavailable:
            return _refused(HTTPStatus.SERVICE_UNAVAILABLE)
        return Response()


def _read(body: bytes) -> dict[str, object]:
    try:
        update = json.loads(body)
    except ValueError:
        raise NotAnUpdate from None
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
        raise NotAnUpdate
    return update


def _refused(status: HTTPStatus) -> Response:
    log.warning("staff_webhook_refused", status=status.value)
    return Response(status_code=status)
