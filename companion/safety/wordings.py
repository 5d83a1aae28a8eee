"""The reviewed words of the safety texts; a missing one is refused at load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from companion.errors import ContentError
from companion.language import Language
from companion.risk.content import read_toml

#: Fewest different texts after the card before one comes again.
FEWEST_AGAIN = 8
_LADDERS = ("self", "other", "abuse", "care")


@dataclass(frozen=True, slots=True)
class Wordings:
    """The words of one language, by table and key."""

    tables: Mapping[str, Mapping[str, str]]
    ladders: Mapping[str, tuple[str, ...]]

    def say(self, table: str, key: str, **filled: str) -> str:
        """Return one wording with its places filled in."""
        return self.tables[table][key].format(**filled)

    def first_of(self, table: str, *keys: str) -> str:
        """Return the first wording that exists among several keys."""
        known = self.tables[table]
        return next(known[key] for key in keys if key in known)


@cache
def wordings(language: Language) -> Wordings:
    """Return the safety texts of a language, or raise ContentError naming file and entry."""
    file = f"safety/{language.value}.toml"
    document = read_toml("safety", f"{language.value}.toml")
    ladders = {}
    for name in _LADDERS:
        texts = document.get("again", {}).get(name, [])
        if len(texts) < FEWEST_AGAIN:
            raise ContentError(f"{file}: again.{name} needs at least {FEWEST_AGAIN} texts")
        ladders[name] = tuple(texts)
    return Wordings(
        tables={
            table: {key: text for key, text in entry.items() if isinstance(text, str)}
            for table, entry in document.items()
        },
        ladders=ladders,
    )
