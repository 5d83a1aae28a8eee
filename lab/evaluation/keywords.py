"""The keyword list: a baseline, and what tells implicit lines from loud ones."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

from companion.language import Language
from companion.risk.levels import Kind, Level, Verdict
from companion.turns import Turn


def by_keywords(text: str, *, history: Sequence[Turn] = ()) -> Verdict:  # noqa: ARG001 - a screen
    """Judge a text by the list alone; the talk before it is not read."""
    if not has_keyword(text):
        return Verdict(level=Level.NONE, score=0.0)
    return Verdict(level=Level.MODERATE, kinds=(Kind.SUICIDE,), score=1.0)


def has_keyword(text: str) -> bool:
    """Whether a word of the list occurs in a text."""
    return _patterns()[0].search(text.lower()) is not None


def is_loud(text: str) -> bool:
    """Whether a text holds a word such as 死 or "kill", in whatever sense."""
    return _patterns()[1].search(text.lower()) is not None


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    source = files("lab.evaluation").joinpath("keywords.toml").read_text(encoding="utf-8")
    document = tomllib.loads(source)
    loud = document["loud"]
    return (
        _pattern(word for language in Language for word in document[language]),
        _pattern(word for language in Language for word in loud[language]),
    )


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Return one pattern; a Latin word stands by itself: "die" is not in "diet"."""
    return re.compile("|".join(_whole(word) for word in words))


def _whole(word: str) -> str:
    edge = r"(?<![a-z]){}(?![a-z])" if word.isascii() else "{}"
    return edge.format(re.escape(word))
