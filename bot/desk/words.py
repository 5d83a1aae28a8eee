"""What the desk says: every wording of words/*.toml in one language, as one nested table."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from companion.errors import ContentError
from companion.language import Language

_FOLDER = Path(__file__).parent / "words"


class Words(Mapping[str, Any]):
    """A table of wordings; `w.nav.queue` and `w["nav"]["queue"]` are the same in a template.

    Names of a mapping's own methods (`items`, `keys`, `values`, `get`) cannot be keys.
    """

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[str, Any]) -> None:
        self._texts = {
            key: Words(value) if isinstance(value, dict) else value for key, value in texts.items()
        }

    def __getitem__(self, key: str) -> Any:
        return self._texts[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


@cache
def words(language: Language) -> Words:
    """Return every wording of the desk. Raises ContentError when two files say the same key."""
    merged: dict[str, Any] = {}
    for file in _files(language):
        _merge(merged, tomllib.loads(file.read_text(encoding="utf-8")), place=file.name)
    return Words(merged)


def fill(text: str, **fields: object) -> str:
    """Put values into the braces of a wording; templates have it as a filter."""
    return text.format(**fields)


def _files(language: Language) -> list[Path]:
    names = (f"{language}.toml", f"*_{language}.toml")
    return sorted(file for name in names for file in _FOLDER.glob(name))


def _merge(into: dict[str, Any], new: dict[str, Any], *, place: str) -> None:
    for key, value in new.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value, place=f"{place} {key}")
        elif key in into:
            raise ContentError(f"{place}: {key} is said twice")
        else:
            into[key] = value
