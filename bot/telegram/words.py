"""The words of the Telegram edge, from words.toml beside this file."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from aiogram.types import BotCommand

from companion.language import Language


def group_greeting(language: Language | None) -> str:
    """Say that Nuanyu talks only in private; in both languages when nobody told which."""
    words = _words()["group"]
    return str(words[language]) if language else f"{words['zh']}\n\n{words['en']}"


def commands(language: Language) -> list[BotCommand]:
    """Return the command menu in one language."""
    return [
        BotCommand(command=entry["command"], description=entry[language])
        for entry in _words()["commands"]
    ]


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
