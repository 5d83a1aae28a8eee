"""Reading the phrase files: every bad entry is refused by file and name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from importlib import resources
from typing import Any

from companion.errors import ContentError

Entry = Mapping[str, Any]
#: What a pattern that begins with a Latin word begins with.
WORD_START = "(?<![a-z])"


def read_toml(*path: str) -> dict[str, Any]:
    """Return one packaged content file, named by its path below `companion/content`."""
    source = resources.files("companion").joinpath("content", *path)
    try:
        return tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ContentError(f"{'/'.join(path)}: {error}") from error


def entries(document: Mapping[str, Any], table: str, *, file: str) -> tuple[Entry, ...]:
    """Return a list of tables that each carry a unique `id`."""
    found = document.get(table, [])
    if not isinstance(found, list):
        raise ContentError(f"{file}: [[{table}]] must be a list of tables")
    seen: set[str] = set()
    for position, entry in enumerate(found, start=1):
        name = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not name:
            raise ContentError(f"{file}: {table} number {position} has no id")
        if name in seen:
            raise ContentError(f"{file}: {table} '{name}' appears twice")
        seen.add(name)
    return tuple(found)


def refuse_unknown(entry: Entry, known: Collection[str], *, file: str) -> None:
    """Raise ContentError when an entry has a key nobody reads (most often a typing error)."""
    unknown = sorted(set(entry) - set(known))
    if unknown:
        raise ContentError(f"{file}: '{entry['id']}' has unknown keys: {', '.join(unknown)}")


def words(entry: Entry, key: str, *, file: str, required: bool = False) -> tuple[str, ...]:
    """Return a list of strings of an entry; an absent optional one is empty."""
    value = entry.get(key, [])
    if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
        raise ContentError(f"{file}: '{entry['id']}': {key} must be a list of texts")
    if required and not value:
        raise ContentError(f"{file}: '{entry['id']}' needs {key}")
    return tuple(value)


def pattern(
    entry: Entry, key: str, *, file: str, fragments: Mapping[str, str] | None = None
) -> re.Pattern[str]:
    """Compile a list of light regular expressions into one; `<name>` stands for a fragment."""
    parts = [
        expand(part, fragments or {}, name=f"{file}: '{entry['id']}'")
        for part in words(entry, key, file=file, required=True)
    ]
    try:
        return re.compile(_joined(parts))
    except re.error as error:
        raise ContentError(f"{file}: '{entry['id']}': {key}: {error}") from error


def _joined(parts: list[str]) -> str:
    """Join alternatives; those that begin a word ask for its beginning once: twice as quick."""
    begin_a_word = [part for part in parts if part.startswith(WORD_START)]
    found = [f"(?:{part})" for part in parts if not part.startswith(WORD_START)]
    if begin_a_word:
        rest = "|".join(f"(?:{part.removeprefix(WORD_START)})" for part in begin_a_word)
        found.append(f"{WORD_START}(?:{rest})")
    return "|".join(found)


def expand(text: str, fragments: Mapping[str, str], *, name: str) -> str:
    """Replace each `<fragment>` by what it stands for; apostrophes are left out everywhere."""

    def fill(match: re.Match[str]) -> str:
        try:
            return fragments[match[1]]
        except KeyError as error:
            raise ContentError(f"{name} uses the unknown fragment <{match[1]}>") from error

    return re.sub(r"(?<!\?)(?<!P)<([a-z_]+)>", fill, text).replace("'", "").replace("’", "")
