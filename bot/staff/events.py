"""What happens in a chat of the staff bot, in our own words."""

from __future__ import annotations

from dataclasses import dataclass, field

from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatType

_GROUPS = {ChatType.GROUP, ChatType.SUPERGROUP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Somebody wrote something, or pressed a button."""

    update_id: int
    user_id: str = field(repr=False)
    chat_id: str = field(repr=False)
    is_group: bool
    message_id: int
    #: What was written; "" for a picture, a voice message, a file.
    text: str = field(default="", repr=False)
    is_edit: bool = False
    #: The value of the button that was pressed.
    pressed: str | None = None
    callback_id: str | None = None
    #: The bot's own message that this answers, or under which the button stands.
    of_bot: str = field(default="", repr=False)


def event_of(update: Update, *, bot_id: int) -> Event | None:
    """Return what happened; None for what does not concern the bot."""
    if update.callback_query is not None:
        return _pressed(update.update_id, update.callback_query)
    message = update.message or update.edited_message
    if message is None or message.from_user is None or message.from_user.is_bot:
        return None
    return _written(update, message, user_id=message.from_user.id, bot_id=bot_id)


def _pressed(update_id: int, query: CallbackQuery) -> Event | None:
    message = query.message
    if message is None or not query.data:
        return None
    return Event(
        update_id=update_id,
        user_id=str(query.from_user.id),
        chat_id=str(message.chat.id),
        is_group=message.chat.type in _GROUPS,
        message_id=message.message_id,
        pressed=query.data,
        callback_id=query.id,
        of_bot=(message.text or "") if isinstance(message, Message) else "",
    )


def _written(update: Update, message: Message, *, user_id: int, bot_id: int) -> Event:
    answered = message.reply_to_message
    is_ours = answered is not None and answered.from_user and answered.from_user.id == bot_id
    return Event(
        update_id=update.update_id,
        user_id=str(user_id),
        chat_id=str(message.chat.id),
        is_group=message.chat.type in _GROUPS,
        message_id=message.message_id,
        text=message.text or "",
        is_edit=update.edited_message is not None,
        of_bot=(answered.text or "") if answered is not None and is_ours else "",
    )
