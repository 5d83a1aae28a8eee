"""Sending to Telegram: python-telegram-bot's client behind the process's event-loop thread."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final, TypeVar

import structlog
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageEntity,
    ReplyParameters,
)
from telegram.constants import ChatAction
from telegram.error import InvalidToken, TelegramError

from companion.messages import Choice
from companion.ports import Part, Refused, RetryLater, Uncertain
from infra.senders.limits import Rates, SendLimiter
from infra.senders.loop import LoopThread
from infra.senders.telegram_errors import Line, meaning_of
from infra.senders.wire import Json, Mark, keyboard, send_message, text_parts, with_fallbacks
from infra.settings import Settings

log = structlog.get_logger(__name__)

T = TypeVar("T")

CONNECTIONS: Final = 64  # at once, per process
CONNECT_TIMEOUT: Final = 5.0  # seconds
READ_TIMEOUT: Final = 15.0  # seconds
#: Longer than all timeouts of one call together: only a stuck loop runs into it (seconds).
CALL_TIMEOUT: Final = 60.0
#: What is only shown for a moment is worth no longer wait (seconds).
SHOW_TIMEOUT: Final = 5.0
#: Telegram's limit for a file's caption, in UTF-16 units.
CAPTION_LIMIT: Final = 1024
#: Messages a second that safety workers may send beside everybody else (Telegram: 30 in all).
URGENT_RATE: Final = 5.0
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


class TelegramSender:
    """Hands messages to Telegram; implements companion.ports.Sender."""

    def __init__(self, token: str, *, api_url: str, limiter: SendLimiter, loop: LoopThread) -> None:
        """Send as the bot of `token`; nothing is asked of Telegram before the first message."""
        self._limiter = limiter
        self._loop = loop
        api = api_url.rstrip("/")
        request = Line(
            connection_pool_size=CONNECTIONS,
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=READ_TIMEOUT,
            write_timeout=READ_TIMEOUT,
            pool_timeout=CONNECT_TIMEOUT,
        )
        self._request = request
        self._bot = Bot(
            token,
            base_url=f"{api}/bot",
            base_file_url=f"{api}/file/bot",
            request=request,
            get_updates_request=request,
        )
        self._has_drafts = True
        self._has_reactions = True

    def parts(self, text: str, *, markdown: bool) -> tuple[Part, ...]:
        """Cut a text at sentence ends into at most 4096 UTF-16 units each.

        Raises ValueError for a blank text.
        """
        return text_parts(text, markdown=markdown)

    def send(self, address: str, part: Part, *, choices: Sequence[Choice]) -> str:
        """Send one part with its buttons and return Telegram's id for it."""
        part = with_fallbacks(part, choices)
        entities, buttons = _entities(part), _buttons(choices)
        try:
            return self._send_text(address, part.text, entities=entities, buttons=buttons)
        except Refused as refusal:
            is_plain = not entities and buttons is None
            if refusal.unreachable or is_plain:
                raise
            # The words matter more than their dress: once more without it.
            log.warning("telegram_refused_markup", reason=refusal.reason)
            return self._send_text(address, part.text, entities=(), buttons=None)

    def answer(self, address: str, part: Part, *, to: int) -> str:
        """Send one part that quotes a message of the chat; raises as `send`."""
        return self._send_text(address, part.text, entities=(), buttons=None, to=to)

    def react(self, address: str, message_id: int, emoji: str) -> bool:
        """Put an emoji to a message, in place of the one before; False where that cannot be.

        Raises RetryLater.
        """
        if not self._has_reactions:
            return False
        error = self._shown(
            lambda: self._bot.set_message_reaction(address, message_id, reaction=emoji)
        )
        if isinstance(error, InvalidToken):  # as for drafts, below
            self._has_reactions = False
            return False
        meaning = None if error is None else meaning_of(error)
        if isinstance(meaning, RetryLater):
            raise meaning from None
        return error is None

    def send_file(self, address: str, *, name: str, content: bytes, caption: str) -> str:
        """Send a file with a caption of at most 1024 UTF-16 units."""
        self._limiter.wait(address)
        return self._called(
            lambda: self._bot.send_document(
                address, document=content, filename=name, caption=caption or None
            ),
            take=lambda message: str(message.message_id),
        )

    def send_picture(
        self, address: str, *, content: bytes, caption: str, choices: Sequence[Choice]
    ) -> str:
        """Send a PNG with a caption of at most 1024 UTF-16 units, and buttons."""
        self._limiter.wait(address)
        return self._called(
            lambda: self._bot.send_photo(
                address,
                photo=content,
                filename="nuanyu.png",
                caption=caption or None,
                reply_markup=_buttons(choices),
            ),
            take=lambda message: str(message.message_id),
        )

    def show_typing(self, address: str) -> None:
        """Show that an answer is being written, for five seconds at most."""
        self._shown(lambda: self._bot.send_chat_action(address, ChatAction.TYPING))

    def show_draft(self, address: str, *, draft: int, text: str) -> None:
        """Show the end of the text so far; does nothing where the server has no drafts."""
        if not (self._has_drafts and text.strip() and self._limiter.allows_draft(address)):
            return
        part = self.parts(text, markdown=True)[-1]
        error = self._shown(
            lambda: self._bot.send_message_draft(
                int(address), draft, part.text, entities=_entities(part)
            )
        )
        if isinstance(error, InvalidToken):
            # Telegram answers 404 for a method it does not have, and for nothing else here.
            self._has_drafts = False
            log.info("telegram_has_no_drafts")

    def show_timer(self, address: str, text: str, *, shown: str | None) -> str | None:
        """Show a short text in the message `shown`, at most one a second, else in a new one."""
        if shown is None:
            return self._begin_timer(address, text)
        if self._limiter.allows_draft(address):
            self._shown(lambda: self._edit(address, text, message_id=int(shown)))
        return shown

    def close(self) -> None:
        """Close the connections."""
        self._loop.run(self._request.shutdown(), timeout=SHOW_TIMEOUT)

    @staticmethod
    def as_webhook_answer(address: str, part: Part, choices: Sequence[Choice]) -> Json:
        """Return the JSON that answers a webhook with this message (law 4)."""
        return {"method": "sendMessage", **send_message(address, part, choices=choices)}

    def _begin_timer(self, address: str, text: str) -> str | None:
        try:
            return self._send_text(address, text, entities=(), buttons=None)
        except (RetryLater, Refused, Uncertain) as error:
            log.debug("telegram_not_shown", error=type(error).__name__)
            return None

    async def _edit(self, address: str, text: str, *, message_id: int) -> bool:
        await self._bot.edit_message_text(text, chat_id=address, message_id=message_id)
        return True

    def _send_text(
        self,
        address: str,
        text: str,
        *,
        entities: Sequence[MessageEntity],
        buttons: InlineKeyboardMarkup | None,
        to: int | None = None,
    ) -> str:
        self._limiter.wait(address)
        return self._called(
            lambda: self._bot.send_message(
                address,
                text,
                entities=entities or None,
                reply_markup=buttons,
                link_preview_options=_NO_PREVIEW,
                reply_parameters=_quoted(to),
            ),
            take=lambda message: str(message.message_id),
        )

    def _called(
        self, call: Callable[[], Coroutine[Any, Any, T]], *, take: Callable[[T], str]
    ) -> str:
        try:
            return take(self._loop.run(call(), timeout=CALL_TIMEOUT))
        except TelegramError as error:
            # `from None`: Telegram's description may quote what the student wrote.
            raise meaning_of(error) from None
        except TimeoutError:
            raise Uncertain("the call took too long") from None
        except (TypeError, ValueError, KeyError):
            # Taken by Telegram, but answered in a shape our library does not know.
            raise Uncertain("the answer could not be read") from None

    def _shown(self, call: Callable[[], Coroutine[Any, Any, bool]]) -> TelegramError | None:
        try:
            self._loop.run(call(), timeout=SHOW_TIMEOUT)
        except TelegramError as error:
            log.debug("telegram_not_shown", error=type(meaning_of(error)).__name__)
            return error
        except TimeoutError:
            log.debug("telegram_not_shown", error="TimeoutError")
        return None


def telegram_sender(
    settings: Settings, *, redis_url: str | None, loop: LoopThread, urgent: bool = False
) -> TelegramSender | None:
    """Return the sender for students, or None when Telegram is off.

    An `urgent` one, for the safety workers, has limits of its own: cards never queue behind
    small talk.
    """
    if settings.telegram_token is None:
        return None
    token = settings.telegram_token.get_secret_value()
    total = min(URGENT_RATE, settings.telegram_rate) if urgent else settings.telegram_rate
    limiter = SendLimiter(
        redis_url=redis_url,
        secret=token,
        rates=Rates(total=total, chat=settings.telegram_chat_rate),
        lane="urgent" if urgent else "",
    )
    return TelegramSender(token, api_url=str(settings.telegram_api_url), limiter=limiter, loop=loop)


def _entities(part: Part) -> tuple[MessageEntity, ...]:
    marks = (mark for mark in part.marks if isinstance(mark, Mark))
    return tuple(MessageEntity(mark.type, mark.offset, mark.length, mark.url) for mark in marks)


def _quoted(message_id: int | None) -> ReplyParameters | None:
    if message_id is None:
        return None
    return ReplyParameters(message_id, allow_sending_without_reply=True)


def _buttons(choices: Sequence[Choice]) -> InlineKeyboardMarkup | None:
    rows = [[InlineKeyboardButton(**button) for button in row] for row in keyboard(choices)]
    return InlineKeyboardMarkup(rows) if rows else None
