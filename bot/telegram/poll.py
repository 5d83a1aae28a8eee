"""Long polling, for a laptop without a public address."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, TypeVar

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramConflictError,
    TelegramNotFound,
    TelegramUnauthorizedError,
)
from aiogram.types import Update

from bot.telegram.patience import Backoff, is_passing, reason_of
from bot.telegram.ports import Greeted, Intake
from bot.telegram.read import NotAnUpdate, update_from
from bot.telegram.register import ALLOWED_UPDATES
from bot.telegram.respond import Answer, Responder, utc_now
from companion.errors import BadInput, StoreUnavailable

log = structlog.get_logger(__name__)

T = TypeVar("T")

LONG_POLL: Final = 30  # seconds Telegram holds an empty answer back
_SLACK: Final = 10  # seconds more until the line counts as broken
#: How often a card is handed over before the sweeper has to do it.
_ANSWER_ATTEMPTS: Final = 3


async def poll(
    bot: Bot,
    intake: Intake,
    stop: asyncio.Event,
    *,
    greeted: Greeted,
    now: Callable[[], datetime] = utc_now,
) -> None:
    """Fetch updates until `stop` is set; each is confirmed only after it was committed.

    Takes a webhook away first. Raises BadInput when Telegram does not know the token.
    """
    await _Poller(bot, Responder(intake, greeted=greeted, now=now), stop).run()


class _Stopped(Exception):
    """We were told to stop."""


class _Poller:
    def __init__(self, bot: Bot, responder: Responder, stop: asyncio.Event) -> None:
        self._bot = bot
        self._responder = responder
        self._stop = stop
        self._offset: int | None = None

    async def run(self) -> None:
        with suppress(_Stopped):
            await self._asked(lambda: self._bot.delete_webhook(drop_pending_updates=False))
            log.info("telegram_polling")
            while True:
                await self._take_in(await self._asked(self._fetch))

    async def _take_in(self, updates: list[Update]) -> None:
        backoff = Backoff()
        for update in updates:
            try:
                answer = await self._responder.respond(update)
            except StoreUnavailable:
                log.warning("telegram_update_not_stored")
                await self._sleep(backoff.pause())
                return  # This update and those behind it are fetched again.
            self._offset = update.update_id + 1
            if answer is not None:
                await self._call(answer)

    async def _fetch(self) -> list[Update]:
        try:
            return await self._bot.get_updates(
                offset=self._offset,
                timeout=LONG_POLL,
                allowed_updates=ALLOWED_UPDATES,
                request_timeout=LONG_POLL + _SLACK,
            )
        except ClientDecodeError as error:
            return self._readable(error)

    def _readable(self, error: ClientDecodeError) -> list[Update]:
        """One update that aiogram cannot read must not hold up all the others."""
        raw = error.data.get("result") if isinstance(error.data, dict) else None
        if not isinstance(raw, list):
            raise error
        updates = []
        for item in raw:
            with suppress(NotAnUpdate):
                updates.append(update_from(item))
        if not updates:
            ids = [item.get("update_id", 0) for item in raw if isinstance(item, dict)]
            self._offset = max(ids, default=0) + 1
        log.warning("telegram_update_unreadable", lost=len(raw) - len(updates))
        return updates

    async def _call(self, answer: Answer) -> None:
        """Make the call a webhook's answer would have carried; the row is safe without it."""
        backoff = Backoff()
        for _ in range(_ANSWER_ATTEMPTS):
            try:
                await self._bot(answer)
            except AiogramError as error:
                log.warning("telegram_answer_not_taken", error=type(error).__name__)
                if not is_passing(error):
                    return
                await self._sleep(backoff.pause(error))
            else:
                return

    async def _asked(self, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Repeat a call until Telegram answers it."""
        backoff = Backoff()
        while True:
            try:
                return await self._unless_stopped(call())
            except (TelegramUnauthorizedError, TelegramNotFound):
                raise BadInput(
                    "Telegram does not know this bot: check NUANYU_TELEGRAM_TOKEN"
                ) from None
            except TelegramConflictError as error:
                # A traceback would say no more than this line.
                log.error("telegram_polled_twice", reason=reason_of(error))  # noqa: TRY400
                await self._sleep(backoff.pause())
            except AiogramError as error:
                log.warning("telegram_away", what="updates", error=type(error).__name__)
                await self._sleep(backoff.pause(error))

    async def _unless_stopped(self, call: Coroutine[Any, Any, T]) -> T:
        task = asyncio.ensure_future(call)
        stopping = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise _Stopped
            return task.result()
        finally:
            for running in (task, stopping):
                running.cancel()
            await asyncio.gather(task, stopping, return_exceptions=True)

    async def _sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
            raise _Stopped
