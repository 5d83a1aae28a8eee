"""What a text says of itself that the screen has no kind for, and how a plain answer is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from companion.risk.content import entries, pattern, read_toml, refuse_unknown
from companion.risk.normalise import views

FILE = "risk/dialogue.toml"
#: So much of a text is read (characters); what matters is said early, and time stays bounded.
READ_AT_MOST = 2000


def cues_in(text: str) -> frozenset[str]:
    """Return the names of the cues found in a text."""
    return frozenset(name for name, found in _patterns("cue").items() if says(found, text))


def attitude_in(text: str) -> str | None:
    """Return what a text says about being asked at all: a joke, enough of it, a goodbye."""
    return next((name for name, found in _patterns("attitude").items() if says(found, text)), None)


def plain_answer_in(text: str) -> str | None:
    """Return how a text begins: "refuse", "unsure", "no" or "yes"; None for anything else.

    A yes or no that is turned round in the same breath is "unsure".
    """
    found = next((name for name, way in _patterns("plain").items() if says(way, text)), None)
    if found in {"yes", "no"} and says(_alone("but"), text):
        return "unsure"
    return found


def passes_over(text: str) -> bool:
    """Whether a text asks to go on without this step."""
    return says(_alone("pass_over"), text)


def says(found: re.Pattern[str], text: str) -> bool:
    """Whether a pattern is in a text, in any reading of its signs."""
    return any(found.search(view.strip()) for view in views(text[:READ_AT_MOST]))


@cache
def document() -> Mapping[str, Any]:
    """Return the rules of the dialogue, or raise ContentError."""
    return read_toml(*FILE.split("/"))


@cache
def _patterns(table: str) -> Mapping[str, re.Pattern[str]]:
    found = {}
    for entry in entries(document(), table, file=FILE):
        refuse_unknown(entry, {"id", "said"}, file=FILE)
        found[entry["id"]] = pattern(entry, "said", file=FILE)
    return found


@cache
def _alone(table: str) -> re.Pattern[str]:
    return pattern({"id": table, **document()[table]}, "said", file=FILE)
