"""Reading tables of a content file and collecting everything that is wrong with them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from companion.language import Language

Wording = Mapping[Language, str]

#: The widest button that is still readable on a phone, in columns (a Chinese letter takes two).
LABEL_WIDTH: Final = 48
#: What a button sends has 64 bytes in all.
CODE: Final = re.compile(r"[a-z0-9][a-z0-9_]{0,23}")
NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Place:
    """One table of a file, and the list that problems are collected in."""

    table: Mapping[str, Any]
    #: How a person finds it: "thought-record.toml, step 'before'".
    where: str
    problems: list[str] = field(default_factory=list)

    def wrong(self, what: str) -> None:
        """Note that something is wrong here."""
        self.problems.append(f"{self.where}: {what}")

    def only(self, known: Collection[str]) -> None:
        """Note keys that nobody reads (most often a typing error)."""
        for key in sorted(set(self.table) - set(known)):
            self.wrong(f"unknown key '{key}'")

    def text(self, key: str) -> str:
        """Return a text that must be there."""
        value = self.table.get(key)
        if not isinstance(value, str) or not value.strip():
            self.wrong(f"'{key}' is missing")
            return ""
        return value.strip()

    def one_of(self, key: str, known: Collection[str]) -> str:
        """Return a word that must be one of a few."""
        value = self.table.get(key)
        if value not in known:
            self.wrong(f"'{key}' must be one of: {', '.join(known)}")
            return ""
        return str(value)

    def number(self, key: str, *, least: int, most: int, usual: int | None = None) -> int:
        """Return a whole number inside its bounds; `usual` stands for one that is left out."""
        value = self.table.get(key, usual)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.wrong(f"'{key}' must be a whole number from {least} to {most}")
        return least

    def flag(self, key: str) -> bool:
        """Return true or false; what is left out is false."""
        value = self.table.get(key, False)
        if not isinstance(value, bool):
            self.wrong(f"'{key}' must be true or false")
        return value is True

    def wording(self, key: str) -> Wording:
        """Return a text in every language, which must be there."""
        found = self.maybe_wording(key)
        if found is None:
            self.wrong(f"'{key}' is missing")
        return found or {}

    def maybe_wording(self, key: str) -> Wording | None:
        """Return a text in every language; None when it is left out."""
        value = self.table.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.wrong(f"'{key}' must have a text for zh and one for en")
            return None
        for language in Language:
            text = value.get(language.value)
            if not isinstance(text, str) or not text.strip():
                self.wrong(f"'{key}' has no text in {language.value}")
        for other in sorted(value.keys() - {language.value for language in Language}):
            self.wrong(f"'{key}' has an unknown language '{other}'")
        return {one: str(value.get(one.value, "")).strip() for one in Language}

    def label(self, key: str = "label") -> Wording:
        """Return the words on a button: short, on one line."""
        found = self.wording(key)
        for language, text in found.items():
            if "\n" in text or width(text) > LABEL_WIDTH:
                self.wrong(f"'{key}' is too long for a button in {language.value}")
        return found

    def tables(self, key: str, name: str) -> list[Place]:
        """Return the tables of a list, each with the words a person finds it by."""
        value = self.table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.wrong(f"[[{key}]] must be a list of tables")
            return []
        return [
            replace(self, table=one, where=f"{self.where}, {name} {_named(one, number)}")
            for number, one in enumerate(value, start=1)
        ]


def width(text: str) -> int:
    """Return how many columns a text takes; a Chinese letter takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def note_twins(place: Place, labels: Sequence[Wording]) -> None:
    """Note buttons that say the same in one language."""
    for language in Language:
        seen: set[str] = set()
        for label in labels:
            text = label.get(language, "").casefold()
            if text and text in seen:
                place.wrong(f"two buttons say '{label[language]}' in {language.value}")
            seen.add(text)


def _named(table: Mapping[str, Any], number: int) -> str:
    name = table.get("id", table.get("code"))
    return f"'{name}'" if isinstance(name, str) and name else f"number {number}"
