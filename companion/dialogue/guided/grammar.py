"""Patterns for short answers and for turning sentences round, read from `grammar.toml`."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

from companion.errors import ContentError

_FILE = files("companion") / "content" / "guided" / "grammar.toml"


def _load() -> dict[str, re.Pattern[str]]:
    try:
        tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))
        return {name: _pattern(**table) for name, table in tables.items()}
    except (OSError, tomllib.TOMLDecodeError, TypeError, re.error) as error:
        raise ContentError(f"guided/grammar.toml: {error}") from error


def _pattern(*, any: list[str], before: str = "", after: str = "") -> re.Pattern[str]:  # noqa: A002
    return re.compile(f"{before}(?:{'|'.join(any)}){after}", re.IGNORECASE)


#: Each pattern by its name in the file; upper and lower case are the same to all of them.
GRAMMAR = _load()
