"""Every word a student wrote in a message, wherever Telegram put it: all of it is screened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiogram.types import Checklist, Message, Poll, RichMessage


def words_of(message: Message) -> str:
    """Return the text, the caption, or a sticker's emoji; "" for a bare picture or sound."""
    plain = message.text or message.caption
    if plain is not None:
        return plain
    if message.sticker is not None:
        return message.sticker.emoji or ""
    if message.rich_message is not None:
        return _of_rich(message.rich_message)
    if message.poll is not None:
        return _of_poll(message.poll)
    return "" if message.checklist is None else _of_checklist(message.checklist)


def _of_poll(poll: Poll) -> str:
    return "\n".join([poll.question, *(option.text for option in poll.options)])


def _of_checklist(checklist: Checklist) -> str:
    return "\n".join([checklist.title, *(task.text for task in checklist.tasks)])


def _of_rich(rich: RichMessage) -> str:
    return "\n".join(_texts(rich.model_dump(exclude_none=True)))


def _texts(part: Any, *, is_text: bool = False) -> Iterator[str]:
    if isinstance(part, str):
        if is_text and part.strip():
            yield part
    elif isinstance(part, list):
        for item in part:
            yield from _texts(item, is_text=is_text)
    elif isinstance(part, dict):
        for name, value in part.items():
            yield from _texts(value, is_text=name in {"text", "caption", "cells", "title"})
