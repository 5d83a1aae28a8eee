"""What a Telegram update means to us. No I/O, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, TypeAlias

from aiogram.enums import ChatMemberStatus, ChatType, ContentType
from aiogram.types import CallbackQuery, Chat, ChatMemberUpdated, Message, Update, User

from bot.telegram.words_of import words_of
from companion.language import Language
from companion.messages import Inbound, InboundKind, Platform


@dataclass(frozen=True, slots=True)
class ReachChanged:
    """A student blocked the bot, or let it in again."""

    sender: str = field(repr=False)
    reachable: bool


@dataclass(frozen=True, slots=True)
class GroupGreeting:
    """A group noticed the bot; it may be told, once, that we talk only in private."""

    chat_id: str = field(repr=False)
    language: Language | None


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing that is ours to answer."""

    #: The kind of update, never its content.
    kind: str


Parsed: TypeAlias = Inbound | ReachChanged | GroupGreeting | Ignored

_KINDS: Final = {
    ContentType.TEXT: InboundKind.TEXT,
    ContentType.RICH_MESSAGE: InboundKind.TEXT,
    ContentType.STICKER: InboundKind.STICKER,
    ContentType.PHOTO: InboundKind.PHOTO,
    ContentType.LIVE_PHOTO: InboundKind.PHOTO,
    ContentType.VIDEO: InboundKind.PHOTO,
    ContentType.VIDEO_NOTE: InboundKind.PHOTO,
    ContentType.ANIMATION: InboundKind.PHOTO,
    ContentType.VOICE: InboundKind.VOICE,
    ContentType.AUDIO: InboundKind.VOICE,
    ContentType.DOCUMENT: InboundKind.OTHER,
    ContentType.LOCATION: InboundKind.OTHER,
    ContentType.VENUE: InboundKind.OTHER,
    ContentType.CONTACT: InboundKind.OTHER,
    ContentType.POLL: InboundKind.OTHER,
    ContentType.DICE: InboundKind.OTHER,
    ContentType.GAME: InboundKind.OTHER,
    ContentType.STORY: InboundKind.OTHER,
    ContentType.CHECKLIST: InboundKind.OTHER,
    ContentType.PAID_MEDIA: InboundKind.OTHER,
    # Newer than our library: somebody sent something, and silence would be no answer.
    ContentType.UNKNOWN: InboundKind.OTHER,
}
_GROUPS: Final = {ChatType.GROUP, ChatType.SUPERGROUP}
_PRESENT: Final = {
    ChatMemberStatus.MEMBER,
    ChatMemberStatus.ADMINISTRATOR,
    ChatMemberStatus.RESTRICTED,
}


def parse(update: Update, *, now: datetime) -> Parsed:
    """Return what the update means; everything we do not know is Ignored."""
    if update.message is not None:
        return _from_message(update.message, update_id=update.update_id, now=now)
    if update.edited_message is not None:
        return _from_edit(update.edited_message, update_id=update.update_id, now=now)
    if update.callback_query is not None:
        return _from_button(update.callback_query, update_id=update.update_id, now=now)
    if update.my_chat_member is not None:
        return _from_membership(update.my_chat_member)
    return Ignored(kind_of(update))


def kind_of(update: Update) -> str:
    """Return the name of the one thing the update carries."""
    carried = (name for name in update.model_fields_set if name != "update_id")
    return next(iter(sorted(carried)), "unknown")


def language_of(user: User | None) -> Language | None:
    """Return the language of a user's Telegram, where it is one of ours."""
    code = (user.language_code or "").lower() if user else ""
    return next((language for language in Language if code.startswith(language.value)), None)


def _from_message(message: Message, *, update_id: int, now: datetime) -> Parsed:
    kind = _KINDS.get(ContentType(message.content_type))
    if kind is None:
        return Ignored(f"message.{ContentType(message.content_type).value}")
    if message.chat.type in _GROUPS:
        return GroupGreeting(str(message.chat.id), language_of(message.from_user))
    if not _is_student(message.chat, message.from_user):
        return Ignored("message.not_private")
    return _inbound(
        message.chat,
        message.from_user,
        platform_id=str(update_id),
        kind=kind,
        text=words_of(message),
        sent_at=min(message.date, now),
    )


def _from_edit(message: Message, *, update_id: int, now: datetime) -> Parsed:
    text = words_of(message)
    if not text or not _is_student(message.chat, message.from_user):
        return Ignored("edited_message")
    edited = message.edit_date
    sent_at = datetime.fromtimestamp(edited, tz=UTC) if edited else message.date
    return _inbound(
        message.chat,
        message.from_user,
        platform_id=f"edit:{update_id}",
        kind=InboundKind.EDIT,
        text=text,
        sent_at=min(sent_at, now),
    )


def _from_button(query: CallbackQuery, *, update_id: int, now: datetime) -> Parsed:
    chat = query.message.chat if query.message else None
    if chat is None or not query.data or not _is_student(chat, query.from_user):
        return Ignored("callback_query")
    return _inbound(
        chat,
        query.from_user,
        platform_id=str(update_id),
        kind=InboundKind.CHOICE,
        text=query.data,
        sent_at=now,
    )


def _from_membership(change: ChatMemberUpdated) -> Parsed:
    present = change.new_chat_member.status in _PRESENT
    if change.chat.type == ChatType.PRIVATE:
        return ReachChanged(str(change.from_user.id), reachable=present)
    was_present = change.old_chat_member.status in _PRESENT
    if change.chat.type in _GROUPS and present and not was_present:
        return GroupGreeting(str(change.chat.id), language_of(change.from_user))
    return Ignored("my_chat_member")


def _is_student(chat: Chat, user: User | None) -> bool:
    return chat.type == ChatType.PRIVATE and not (user and user.is_bot)


def _inbound(
    chat: Chat,
    user: User | None,
    *,
    platform_id: str,
    kind: InboundKind,
    text: str,
    sent_at: datetime,
) -> Inbound:
    return Inbound(
        platform=Platform.TELEGRAM,
        platform_id=platform_id,
        sender=str(user.id if user else chat.id),
        address=str(chat.id),
        kind=kind,
        text=text,
        language=language_of(user),
        sent_at=sent_at,
    )
