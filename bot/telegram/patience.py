"""Asking Telegram again when it is away, with growing pauses."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramEntityTooLarge,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)

log = structlog.get_logger(__name__)

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[object]]

FIRST_PAUSE: Final = 1.0  # seconds
LONGEST_PAUSE: Final = 30.0  # seconds


class Backoff:
    """Pauses that double from one second to thirty; a success starts them anew."""

    def __init__(self) -> None:
        self._next = FIRST_PAUSE

    def pause(self, error: AiogramError | None = None) -> float:
        """Return how long to wait now, in seconds: as told by Telegram, or the next pause."""
        pause, self._next = self._next, min(self._next * 2, LONGEST_PAUSE)
        told = error.retry_after if isinstance(error, TelegramRetryAfter) else 0
        return max(pause, float(told))

    def reset(self) -> None:
        """Begin with the shortest pause again."""
        self._next = FIRST_PAUSE


def is_passing(error: AiogramError) -> bool:
    """Whether asking again later may help: Telegram away, overloaded, or answering rubbish."""
    passing = (TelegramNetworkError, TelegramServerError, TelegramRetryAfter, ClientDecodeError)
    return isinstance(error, passing) and not isinstance(error, TelegramEntityTooLarge)


async def until_taken(
    call: Callable[[], Awaitable[T]], *, what: str, sleep: Sleep = asyncio.sleep
) -> bool:
    """Repeat a call until Telegram takes it.

    False, with one clear log line, when it never will: a wrong token, a wrong address.
    """
    backoff = Backoff()
    while True:
        try:
            await call()
        except AiogramError as error:
            if not is_passing(error):
                # A traceback would say no more than this line.
                log.error("telegram_refused", what=what, reason=reason_of(error))  # noqa: TRY400
                return False
            pause = backoff.pause(error)
            log.warning("telegram_away", what=what, error=type(error).__name__, again_in=pause)
            await sleep(pause)
        else:
            return True


def reason_of(error: AiogramError) -> str:
    """Return the class of the error and Telegram's own words for it.

    Only for calls that carry nothing of a student.
    """
    return f"{type(error).__name__}: {getattr(error, 'message', '')}".rstrip(": ")
