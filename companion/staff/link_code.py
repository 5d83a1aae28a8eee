"""The code with which a member of staff binds a chat account: short, once, for a quarter hour."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Final

LIFE: Final = timedelta(minutes=15)
LENGTH: Final = 8
#: No I, O, 0, 1: it is typed from one screen into another.
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_code() -> str:
    """Make a code; 40 random bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(LENGTH))


def code_hash(code: str) -> str:
    """Return what is kept of a code; however it was typed: k7mq-2rwx, K7MQ 2RWX."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
