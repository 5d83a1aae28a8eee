"""What fired, in the reader's language: the rules say it in English."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from companion.language import Language

_FILE = Path(__file__).with_suffix(".toml")


def in_words(evidence: str, language: Language) -> str:
    """Return a line of evidence in a language; in English where nobody has translated it."""
    return evidence if language is Language.EN else _translated(evidence, language)


def _translated(evidence: str, language: Language) -> str:
    lines, endings = _tables(language)
    if evidence in lines:
        return lines[evidence]
    for ending, said in endings.items():
        if evidence.endswith(ending):
            return _translated(evidence.removesuffix(ending).rstrip(), language) + said
    what, bracket, rest = evidence.partition(" (")
    return lines[what] + bracket + rest if bracket and what in lines else evidence


@cache
def _tables(language: Language) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the lines and their endings: English to this language."""
    read = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    lines, endings = (
        {entry["en"]: entry[language] for entry in read[table]} for table in ("evidence", "ending")
    )
    return lines, endings
