"""What no line may hold: how somebody could do it, and where somebody could be found."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from companion.risk.levels import Kind, Level
from lab.corpus.line import Line


class _Rule(NamedTuple):
    name: str
    pattern: re.Pattern[str]
    least: Level
    kinds: frozenset[Kind]


def refusal(line: Line) -> str | None:
    """Return the name of the rule that a line breaks, or None; refused.toml holds the rules."""
    words = "\n".join([*(turn.text for turn in line.history), line.text]).lower()
    for rule in _rules():
        concerned = line.level >= rule.least and (not rule.kinds or rule.kinds & set(line.kinds))
        if concerned and rule.pattern.search(words):
            return rule.name
    return None


@cache
def _rules() -> tuple[_Rule, ...]:
    text = files("lab.corpus").joinpath("refused.toml").read_text(encoding="utf-8")
    return tuple(
        _Rule(
            name,
            re.compile("|".join(entry["patterns"])),
            Level[str(entry.get("from", "none")).upper()],
            frozenset(Kind(kind) for kind in entry.get("kinds", ())),
        )
        for name, entry in tomllib.loads(text).items()
    )
