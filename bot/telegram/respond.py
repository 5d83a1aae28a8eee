"""One update in, at most one call of the Bot API out: the same for webhook and polling."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

import structlog
from aiogram.methods import AnswerCallbackQuery, SendMessage, TelegramMethod
from aiogram.types import Update

from bot.telegram.parse import GroupGreeting, Ignored, ReachChanged, parse
from bot.telegram.ports import Accepted, Greeted, Intake
from bot.telegram.words import group_greeting
from companion.messages import Inbound, Platform
from infra.senders.wire import send_message, text_parts

log = structlog.get_logger(__name__)

Answer: TypeAlias = TelegramMethod[Any]


def utc_now() -> datetime:
    """Return the time, aware."""
    return datetime.now(UTC)


class Responder:
    """Hands what arrives to the intake and says what has to be called in answer."""

    def __init__(
        self, intake: Intake, *, greeted: Greeted, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._intake = intake
        self._greeted = greeted
        self._now = now

    async def respond(self, update: Update) -> Answer | None:
        """Take one update in; return after it is committed.

        Raises StoreUnavailable, and then the update has to come again.
        """
        match parse(update, now=self._now()):
            case Inbound() as inbound:
                accepted = await self._intake.accept(inbound)
                return _answer(update, inbound, accepted)
            case ReachChanged(sender, reachable):
                await self._intake.reach(Platform.TELEGRAM, sender, reachable=reachable)
            case GroupGreeting(chat_id, language):
                if await self._greeted.first_time(chat_id):
                    return SendMessage(chat_id=chat_id, text=group_greeting(language))
            case Ignored(kind):
                log.info("telegram_update_ignored", kind=kind)
        return None


def _answer(update: Update, inbound: Inbound, accepted: Accepted) -> Answer | None:
    if accepted.card is not None:
        text, choices = accepted.card
        # A card is far shorter than one message may be; a webhook's answer carries only one.
        part = text_parts(text, markdown=False)[0]
        return SendMessage.model_validate(send_message(inbound.address, part, choices=choices))
    if update.callback_query is not None:
        # Else the button keeps turning under the student's finger.
        return AnswerCallbackQuery(callback_query_id=update.callback_query.id)
    return None
