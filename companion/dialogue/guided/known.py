"""Questions that need no asking, because the student has told it already."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files

from companion.errors import ContentError

_FILE = files("companion") / "content" / "guided" / "known.toml"


@dataclass(frozen=True, slots=True)
class Known:
    """What a question asks for, and the words of a student that have answered it."""

    asks: re.Pattern[str]
    told: re.Pattern[str]


def _load() -> tuple[Known, ...]:
    try:
        tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))["known"]
        return tuple(Known(re.compile(t["asks"]), re.compile(t["told"])) for t in tables)
    except (OSError, tomllib.TOMLDecodeError, KeyError, re.error) as error:
        raise ContentError(f"guided/known.toml: {error}") from error


_KNOWN = _load()


def answered(told: str) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of questions that a folded text of the student has answered."""
    return tuple(known.asks for known in _KNOWN if known.told.search(told))
