"""Telegram updates as the benchmarks send them."""

from __future__ import annotations

import json

TOKEN = "4242:made-up-token-for-benchmarks"  # noqa: S105 - made up
SECRET = "a-long-made-up-secret-0123456789"  # noqa: S105 - made up
_FIRST_STUDENT = 8_100_000_000


def chat_of(student: int) -> int:
    """Return the chat id of the n-th student."""
    return _FIRST_STUDENT + student


def text_update(update_id: int, *, student: int, text: str = "今天有点累") -> bytes:
    """Return an update with a text in a private chat."""
    person = {"id": chat_of(student), "is_bot": False, "first_name": "x", "language_code": "zh"}
    return json.dumps(
        {
            "update_id": update_id,
            "message": {
                "message_id": update_id,
                "from": person,
                "chat": {"id": person["id"], "type": "private", "first_name": "x"},
                "date": 1_795_000_000,
                "text": text,
            },
        }
    ).encode()
