"""The form in which a language model gives its opinion: what it is asked for, and strict reading.

Servers that keep to a schema return nothing but the object; others wrap it in words, fences or
thoughts. The object is looked for anywhere, but what it says must be exactly of the form.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final, TypeVar

from companion.risk.levels import Kind, Level, Subject
from companion.risk.opinion import Opinion, Reason

LEVELS: Final = {level.label: level for level in Level}

#: JSON schema of the form; every value is one word of a closed list.
SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "level": {"type": "string", "enum": list(LEVELS)},
        "kinds": {
            "type": "array",
            "items": {"type": "string", "enum": [kind.value for kind in Kind]},
            "maxItems": 3,
        },
        "subject": {"type": "string", "enum": [subject.value for subject in Subject]},
        "reason": {"type": "string", "enum": [reason.value for reason in Reason]},
    },
    "required": ["level", "kinds", "subject", "reason"],
    "additionalProperties": False,
}

#: An answer is a few dozen characters; of a longer one this much is looked at, and so many braces.
_LONGEST = 8000
_MOST_TRIES = 20
_DECODER = json.JSONDecoder()

Word = TypeVar("Word", bound=StrEnum)


def read_form(answer: str) -> Opinion | None:
    """Return the opinion in a model's answer; None for none, a wrong one, or two that differ."""
    # What a reasoning model thinks before, or never finishes thinking, is no answer.
    said = answer.rpartition("</think>")[2].partition("<think>")[0]
    found = {read_object(value) for value in _objects(said[:_LONGEST])}
    return found.pop() if len(found) == 1 else None


def read_object(value: dict[str, Any]) -> Opinion | None:
    """Return the opinion in a filled form; None when one word of it is not on its list.

    A key that is missing says nothing, except the level; keys nobody asked for are not read.
    """
    kinds = value.get("kinds", [])
    if not isinstance(kinds, list):
        return None
    try:
        return Opinion(
            level=LEVELS[_plain(value["level"])],
            kinds=tuple(dict.fromkeys(Kind(_plain(kind)) for kind in kinds)),
            subject=_word(Subject, value, Subject.UNCLEAR),
            reason=_word(Reason, value, Reason.UNSAID),
        )
    except (KeyError, ValueError):
        return None


def _word(words: type[Word], value: dict[str, Any], missing: Word) -> Word:
    key = words.__name__.lower()
    return words(_plain(value[key])) if key in value else missing


def _plain(word: Any) -> str:
    # What is no word becomes one that stands on no list.
    return word.strip().lower() if isinstance(word, str) else ""


def _objects(answer: str) -> Iterator[dict[str, Any]]:
    place = answer.find("{")
    for _ in range(_MOST_TRIES):
        if place < 0:
            return
        end = place + 1
        try:
            value, end = _DECODER.raw_decode(answer, place)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict) and "level" in value:
            yield value
        place = answer.find("{", end)
