"""The reviewed words of the crisis card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from companion.language import Language
from companion.risk.content import read_toml


@dataclass(frozen=True, slots=True)
class Wordings:
    """The words of one language, by table and key."""

    language: Language
    tables: Mapping[str, Mapping[str, str]]

    def say(self, table: str, key: str, **filled: str) -> str:
        """Return one wording with its places filled in."""
        return self.tables[table][key].format(**filled)

    def first_of(self, table: str, *keys: str) -> str:
        """Return the first wording that exists among several keys."""
        known = self.tables[table]
        return next(known[key] for key in keys if key in known)


@cache
def wordings(language: Language) -> Wordings:
    """Return the card's texts of a language, or raise ContentError."""
    return Wordings(language=language, tables=read_toml("safety", f"{language.value}.toml"))
