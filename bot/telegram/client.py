"""aiogram's client, pointed at the configured Bot API server."""

from __future__ import annotations

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer


def telegram_bot(token: str, *, api_url: str) -> Bot:
    """Return a client; close its `session` at the end. Nothing is asked of Telegram yet."""
    server = TelegramAPIServer.from_base(api_url.rstrip("/"))
    return Bot(token, session=AiohttpSession(api=server))
