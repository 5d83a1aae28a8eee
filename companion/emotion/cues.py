"""Clinicians' cues for kinds of distorted thinking: data that a counsellor can edit.

A kind in `content/emotion/distortions.toml`:
    id        one of `Distorted`
    name      what the two languages call it: zh, en
    zh, en    light regular expressions, tried on plain text (lower case, simplified)
    strong    those among them that say it even when the model does not; zh and en together
    examples  must be found; `counter` must not
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from companion.errors import ContentError
from companion.language import Language
from companion.risk.content import Entry, entries, pattern, read_toml, refuse_unknown, words

FILE = "emotion/distortions.toml"
_KEYS = {"id", "name", "zh", "en", "strong", "examples", "counter"}


class Distorted(StrEnum):
    """The usual kinds of distorted thinking (Burns 1980), as CBT exercises name them."""

    ALL_OR_NOTHING = "all_or_nothing"
    OVERGENERALISATION = "overgeneralisation"
    MENTAL_FILTER = "mental_filter"
    DISCOUNTING = "discounting_the_positive"
    MIND_READING = "mind_reading"
    FORTUNE_TELLING = "fortune_telling"
    MAGNIFICATION = "magnification"
    EMOTIONAL_REASONING = "emotional_reasoning"
    SHOULD = "should_statements"
    LABELLING = "labelling"
    PERSONALISATION = "personalisation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """How one kind of distorted thinking sounds."""

    kind: Distorted
    name: Mapping[Language, str]
    found_by: Mapping[Language, re.Pattern[str]]
    strong: re.Pattern[str] | None
    examples: tuple[str, ...]
    counter: tuple[str, ...]


@cache
def cues() -> tuple[Cue, ...]:
    """Return the cue of every kind; raises ContentError for a bad entry."""
    return read_cues(read_toml(*FILE.split("/")))


def read_cues(document: Mapping[str, object]) -> tuple[Cue, ...]:
    """Return the cues of a document; raises ContentError, naming file and entry."""
    found = tuple(_cue(entry) for entry in entries(document, "kind", file=FILE))
    missing = set(Distorted) - {cue.kind for cue in found}
    if missing:
        raise ContentError(f"{FILE}: no entry for {', '.join(sorted(missing))}")
    return found


def _cue(entry: Entry) -> Cue:
    refuse_unknown(entry, _KEYS, file=FILE)
    name = entry.get("name")
    if not isinstance(name, dict) or set(name) != set(Language):
        raise ContentError(f"{FILE}: '{entry['id']}' needs a name in zh and en")
    try:
        kind = Distorted(entry["id"])
    except ValueError as error:
        raise ContentError(f"{FILE}: '{entry['id']}' is no kind we know") from error
    return Cue(
        kind=kind,
        name={language: str(name[language]) for language in Language},
        found_by={language: pattern(entry, language, file=FILE) for language in Language},
        strong=pattern(entry, "strong", file=FILE) if "strong" in entry else None,
        examples=words(entry, "examples", file=FILE, required=True),
        counter=words(entry, "counter", file=FILE, required=True),
    )
