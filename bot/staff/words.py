"""What the staff bot says, in both languages."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from companion.errors import ContentError
from companion.language import Language

_FOLDER = Path(__file__).parent / "words"


def say(key: str, language: Language, /, **fields: object) -> str:
    """Return a wording with its fields filled in. Raises ContentError for an unknown key."""
    found: Any = _words(language)
    for part in key.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    if not isinstance(found, str):
        raise ContentError(f"bot/staff/words/{language}.toml: no wording {key}")
    return found.format(**fields).strip() if fields else found.strip()


def commands(language: Language) -> list[tuple[str, str]]:
    """Return the menu: each command with a word on what it does."""
    return list(_words(language)["menu"].items())


@cache
def _words(language: Language) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
