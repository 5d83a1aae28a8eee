"""Doing in Telegram what was decided: python-telegram-bot's client on the web process's loop."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import structlog
from telegram import (
    Bot,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.error import TelegramError

from bot.staff.acts import Act, Edit, Say, Toast
from companion.messages import Choice
from companion.ports import Refused, RetryLater
from infra.senders.telegram_errors import Line, meaning_of

log = structlog.get_logger(__name__)

CONNECT_TIMEOUT: Final = 5.0  # seconds
READ_TIMEOUT: Final = 15.0  # seconds
#: Telegram's limits: characters of a text, of a toast, of a button's value in bytes.
TEXT_LIMIT: Final = 4096
TOAST_LIMIT: Final = 200
_TRIES: Final = 3
#: A wait that Telegram asks for is kept up to this (seconds); beyond, the answer is dropped.
_LONGEST_WAIT: Final = 10.0
#: Buttons side by side.
_ROW: Final = 2
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


def staff_client(token: str, *, api_url: str) -> tuple[Bot, tuple[Line, Line]]:
    """Return a client and its lines, which are shut down at the end.

    Nothing is asked of Telegram yet.
    """
    api = api_url.rstrip("/")
    request, updates = _line(), _line()
    bot = Bot(
        token,
        base_url=f"{api}/bot",
        base_file_url=f"{api}/file/bot",
        request=request,
        get_updates_request=updates,
    )
    return bot, (request, updates)


def _line() -> Line:
    return Line(
        connect_timeout=CONNECT_TIMEOUT, read_timeout=READ_TIMEOUT, pool_timeout=READ_TIMEOUT
    )


class StaffChat:
    """Writes, edits and answers as the staff bot."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def do(self, act: Act) -> bool:
        """Do one thing; False when Telegram did not take it, which the log says without words.

        The rows were changed before: an answer that is lost loses nothing else.
        """
        for _ in range(_TRIES):
            try:
                await self._call(act)
            except TelegramError as error:
                meaning = meaning_of(error)
                if isinstance(meaning, RetryLater):
                    wait = meaning.after.total_seconds()
                    if wait <= _LONGEST_WAIT:
                        await asyncio.sleep(wait)
                        continue
                reason = meaning.reason if isinstance(meaning, Refused) else ""
                log.warning(
                    "staff_answer_not_taken",
                    act=type(act).__name__,
                    error=type(meaning).__name__,
                    reason=reason,
                )
                return False
            else:
                return True
        log.warning("staff_answer_not_taken", act=type(act).__name__, error="gave_up", reason="")
        return False

    async def _call(self, act: Act) -> None:
        match act:
            case Say():
                await self._bot.send_message(
                    act.chat_id,
                    act.text[:TEXT_LIMIT],
                    reply_markup=ForceReply() if act.asks else _keyboard(act.buttons),
                    link_preview_options=_NO_PREVIEW,
                    reply_parameters=_quoted(act.quotes),
                )
            case Edit():
                await self._bot.edit_message_text(
                    act.text[:TEXT_LIMIT],
                    chat_id=act.chat_id,
                    message_id=act.message_id,
                    reply_markup=_keyboard(act.buttons),
                    link_preview_options=_NO_PREVIEW,
                )
            case Toast():
                await self._bot.answer_callback_query(
                    act.callback_id, text=act.text[:TOAST_LIMIT] or None, show_alert=act.alert
                )


def _quoted(message_id: int | None) -> ReplyParameters | None:
    if message_id is None:
        return None
    return ReplyParameters(message_id, allow_sending_without_reply=True)


def _keyboard(buttons: tuple[Choice, ...]) -> InlineKeyboardMarkup | None:
    keys: list[Any] = [InlineKeyboardButton(one.label, callback_data=one.value) for one in buttons]
    rows = [keys[begin : begin + _ROW] for begin in range(0, len(keys), _ROW)]
    return InlineKeyboardMarkup(rows) if rows else None
