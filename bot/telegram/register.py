"""Telling Telegram where our webhook is and what is in the command menu."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog
from aiogram import Bot
from aiogram.types import BotCommandScopeAllPrivateChats

from bot.telegram.patience import Sleep, until_taken
from bot.telegram.webhook import PATH
from bot.telegram.words import commands
from companion.language import Language

log = structlog.get_logger(__name__)

#: What we understand; Telegram keeps the rest to itself.
ALLOWED_UPDATES: Final = ["message", "edited_message", "callback_query", "my_chat_member"]
MAX_CONNECTIONS: Final = 40


async def register(
    bot: Bot,
    *,
    public_url: str,
    secret: str,
    languages: Sequence[Language],
    sleep: Sleep = asyncio.sleep,
) -> bool:
    """Set the webhook and the menu; waits for as long as Telegram is away.

    False when Telegram refused one of them for good, which the log explains.
    """
    url = public_url.rstrip("/") + PATH

    async def set_webhook() -> None:
        await bot.set_webhook(
            url,
            secret_token=secret,
            allowed_updates=ALLOWED_UPDATES,
            max_connections=MAX_CONNECTIONS,
            # What students wrote while we were away is still to be answered.
            drop_pending_updates=False,
        )

    if not await until_taken(set_webhook, what="webhook", sleep=sleep):
        return False
    log.info("telegram_webhook_set")
    return await publish_commands(bot, languages, sleep=sleep)


async def publish_commands(
    bot: Bot, languages: Sequence[Language], *, sleep: Sleep = asyncio.sleep
) -> bool:
    """Publish the menu in each language; the first is also shown to speakers of all others."""
    scope = BotCommandScopeAllPrivateChats()
    menus = [(None, languages[0]), *((language.value, language) for language in languages)]
    for code, language in menus:

        async def set_menu(code: str | None = code, language: Language = language) -> None:
            await bot.set_my_commands(commands(language), scope=scope, language_code=code)

        if not await until_taken(set_menu, what="commands", sleep=sleep):
            return False
    return True
