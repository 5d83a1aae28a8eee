"""One update of the staff bot: handled once, decided in a thread, then done in Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog
from telegram import Bot, Update

from bot.staff.chat import StaffChat
from bot.staff.events import event_of
from bot.staff.handled import Handled
from bot.staff.respond import respond
from companion.flows.services import Services

log = structlog.get_logger(__name__)


class StaffBot:
    """Handles updates one after the other, so that lines to a student keep their order."""

    def __init__(
        self, bot: Bot, services: Services, *, group: str | None, handled: Handled
    ) -> None:
        self._bot = bot
        self._chat = StaffChat(bot)
        self._services = services
        self._group = group
        self._handled = handled
        self._known: set[str] = set()
        self._line = asyncio.Lock()

    async def take(self, raw: Mapping[str, Any]) -> None:
        """Handle one update as Telegram wrote it. Raises NotAnUpdate, StoreUnavailable."""
        try:
            update = Update.de_json(dict(raw), self._bot)
        except (TypeError, KeyError, ValueError, AttributeError):
            raise NotAnUpdate from None
        await self.handle(update)

    async def handle(self, update: Update) -> None:
        """Handle one update. Raises StoreUnavailable; Telegram then sends it again."""
        async with self._line:
            if await self._handled.knows(update.update_id):
                return
            event = event_of(update, bot_id=int(self._bot.token.partition(":")[0]))
            if event is not None:
                acts = await asyncio.to_thread(
                    respond,
                    event,
                    services=self._services,
                    group=self._group,
                    known=self._known,
                )
                await self._handled.note(update.update_id)
                for act in acts:
                    await self._chat.do(act)


class NotAnUpdate(Exception):
    """The body is not an update of the Bot API."""
