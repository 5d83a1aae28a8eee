"""From the bytes of an update to aiogram's type, forgiving what is newer than aiogram."""

from __future__ import annotations

import json
from typing import Any, Final

from aiogram.types import Update
from pydantic import ValidationError

_USER: Final = ("id", "is_bot", "first_name", "language_code")
#: What we read of a message. A field that Telegram added or changed must not cost us a text.
_MESSAGE: Final = ("message_id", "date", "edit_date", "text", "caption")
_QUERY: Final = ("id", "chat_instance", "data")


class NotAnUpdate(Exception):
    """The body is no update of the Bot API."""


def read_update(body: bytes) -> Update:
    """Parse a webhook's body. Raises NotAnUpdate."""
    try:
        return update_from(json.loads(body))
    except (ValueError, RecursionError):
        raise NotAnUpdate from None


def update_from(raw: object) -> Update:
    """Validate one decoded update. Raises NotAnUpdate."""
    if not isinstance(raw, dict) or type(raw.get("update_id")) is not int:
        raise NotAnUpdate
    for attempt in (raw, _essential(raw)):
        try:
            return Update.model_validate(attempt)
        except ValidationError:
            continue  # Its message would quote the student.
    raise NotAnUpdate


def _essential(raw: dict[str, Any]) -> dict[str, Any]:
    """Keep only what we must understand to hear the student."""
    update: dict[str, Any] = {"update_id": raw["update_id"]}
    for name in ("message", "edited_message"):
        if name in raw:
            update[name] = _essential_message(raw[name])
    query = raw.get("callback_query")
    if isinstance(query, dict):
        update["callback_query"] = {
            **_picked(query, _QUERY),
            "from": _picked(query.get("from"), _USER),
            "message": _essential_message(query.get("message")),
        }
    return update if len(update) > 1 else raw


def _essential_message(raw: object) -> dict[str, Any]:
    if not isinstance(raw, dict):
        return {}
    return {
        **_picked(raw, _MESSAGE),
        "chat": _picked(raw.get("chat"), ("id", "type")),
        "from": _picked(raw.get("from"), _USER),
    }


def _picked(raw: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: raw[name] for name in names if name in raw} if isinstance(raw, dict) else {}
