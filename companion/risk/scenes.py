"""What surrounds a phrase: scenes (fiction, the past …), idioms, negation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from companion.language import Language
from companion.risk.content import Entry, entries, pattern, read_toml, refuse_unknown
from companion.risk.normalise import has_cjk
from companion.risk.phrases import fragments

FILE = "risk/contexts.toml"
#: Scenes in which an alarming word belongs to a story, a game, a lesson or a machine.
ELSEWHERE = ("fiction", "game", "news", "study", "tech")


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    """How a language names who something is about."""

    tokens: re.Pattern[str]
    as_object: re.Pattern[str]
    says: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contexts:
    """All context patterns, compiled."""

    scenes: Mapping[str, re.Pattern[str]]
    idioms: Mapping[Language, re.Pattern[str]]
    negation: Mapping[Language, re.Pattern[str]]
    persons: Mapping[Language, Persons]


@cache
def contexts() -> Contexts:
    """Return what `contexts.toml` says, or raise ContentError."""
    document = read_toml(*FILE.split("/"))
    return Contexts(
        scenes={
            entry["id"]: _compiled(entry, "patterns")
            for entry in entries(document, "scene", file=FILE)
        },
        idioms={language: _idioms(document, language) for language in Language},
        negation={
            Language(entry["id"]): re.compile(f"(?:{_compiled(entry, 'before').pattern}) ?$")
            for entry in entries(document, "negation", file=FILE)
        },
        persons={
            Language(entry["id"]): _persons(entry)
            for entry in entries(document, "subject", file=FILE)
        },
    )


def without_idioms(text: str) -> str:
    """Return the text with everyday hyperbole (笑死我了, this exam is killing me) cut out."""
    for language in Language:
        if language is Language.EN or has_cjk(text):
            text = contexts().idioms[language].sub("□", text)
    return text


def is_in(scene: str, text: str) -> bool:
    """Whether a text (or a sentence of it) belongs to a scene."""
    return contexts().scenes[scene].search(text) is not None


def _idioms(document: Mapping[str, Any], language: Language) -> re.Pattern[str]:
    found = [
        _compiled(entry, "patterns").pattern
        for entry in entries(document, "idiom", file=FILE)
        if entry["id"].startswith(language.value)
    ]
    return re.compile("|".join(found))


def _compiled(entry: Entry, key: str) -> re.Pattern[str]:
    refuse_unknown(entry, {"id", "patterns", "before"}, file=FILE)
    return pattern(entry, key, file=FILE)


def _persons(entry: Entry) -> Persons:
    who = ("self", "you", "many", "other")
    refuse_unknown(entry, {"id", "object", "says", *who}, file=FILE)
    pieces = fragments(Language(entry["id"]))

    def one(key: str) -> str:
        return pattern(
            {"id": entry["id"], key: [entry[key]]}, key, file=FILE, fragments=pieces
        ).pattern

    # "other" first: "my roommate" is somebody else although it begins with "my".
    order = ("other", "many", "you", "self")
    return Persons(
        tokens=re.compile("|".join(f"(?P<{name}>{one(name)})" for name in order)),
        as_object=re.compile(one("object")),
        says=re.compile(one("says")),
    )
