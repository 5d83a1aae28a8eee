"""What Telegram's answers and silences mean: nothing was sent, never will be, or nobody knows."""

from __future__ import annotations

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
)
from telegram.request import HTTPXRequest

from companion.errors import NuanyuError
from companion.ports import Refused, RetryLater, Uncertain

SOON: Final = timedelta(seconds=2)
#: A wrong token is the operator's to mend; until then nothing is lost.
LATER: Final = timedelta(minutes=1)

_GONE: Final = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated")
#: The line was not even open, or its place in the pool never came: nothing was written.
_NOT_WRITTEN: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Explained(TelegramError):
    """A call that failed in a way whose meaning is known from the wire."""

    def __init__(self, meaning: NuanyuError) -> None:
        super().__init__(type(meaning).__name__)
        self.meaning = meaning


class Line(HTTPXRequest):
    """The HTTP line to Telegram, where status codes and broken connections can still be seen.

    python-telegram-bot's own errors keep neither.
    """

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Return status and body. Raises Explained for 413, 429, 5xx and broken lines."""
        try:
            status, body = await super().do_request(*args, **kwargs)
        except NetworkError as error:
            raise Explained(_meaning_of_silence(error.__cause__)) from None
        meaning = _meaning_of_status(status, body)
        if meaning is not None:
            raise Explained(meaning)
        return status, body

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Decode an answer; the original would log a broken one, and with it our words."""
        try:
            return dict(json.loads(payload))
        except (ValueError, TypeError):
            raise TelegramError("Invalid server response") from None


def meaning_of(error: TelegramError) -> NuanyuError:
    """Return RetryLater, Refused or Uncertain."""
    words = error.message.lower()
    match error:
        case Explained():
            return error.meaning
        case Forbidden():
            gone = "deactivated" in words
            return Refused("chat_gone" if gone else "blocked", unreachable=True)
        case ChatMigrated():
            return Refused("chat_gone", unreachable=True)
        case BadRequest():
            gone = any(sign in words for sign in _GONE)
            return Refused("chat_gone" if gone else "bad_request", unreachable=gone)
        case InvalidToken():
            return RetryLater(LATER)
        case _:
            return Uncertain("the answer could not be read")


def _meaning_of_silence(cause: BaseException | None) -> NuanyuError:
    if isinstance(cause, _NOT_WRITTEN):
        return RetryLater(SOON)
    return Uncertain("the line broke after the request was sent")


def _meaning_of_status(status: int, body: bytes) -> NuanyuError | None:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RetryLater(_told(body))
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Refused("too_large", unreachable=False)
    return RetryLater(SOON) if status >= HTTPStatus.INTERNAL_SERVER_ERROR else None


def _told(body: bytes) -> timedelta:
    try:
        return timedelta(seconds=float(json.loads(body)["parameters"]["retry_after"]))
    except (ValueError, TypeError, KeyError):
        return SOON
