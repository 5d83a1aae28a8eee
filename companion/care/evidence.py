"""What speaks for which need: each fact as it is, so that a reason can be made of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

from companion.care.article_search import folded
from companion.care.articles import packaged_articles
from companion.language import Language

#: Shorter words turn up in others by chance.
_SHORTEST_WORD: Final = {True: 2, False: 5}


class Sign(StrEnum):
    """What kind of fact it is; the value is the name of its wording and of its weight."""

    GOAL = "goal"
    OWN_GOAL = "own_goal"
    SCALE = "scale"
    WORDS = "words"
    JOURNAL = "journal"
    FALL = "fall"
    LOW = "low"
    TAG = "tag"
    FELT = "felt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One fact that speaks for a need."""

    sign: Sign
    topic: str
    weight: float
    #: What its wording is filled with.
    fields: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}), repr=False)


@dataclass(frozen=True, slots=True)
class Dated:
    """Something written on a local day."""

    day: date
    text: str = field(repr=False)


def evidence(sign: Sign, topic: str, *, times: int = 1, **fields: object) -> Evidence:
    """Return a fact with its weight; one that comes back weighs more, up to twice."""
    weight = float(rules()["weights"][sign.value])
    return Evidence(
        sign=sign, topic=topic, weight=weight * min(2.0, 0.75 + 0.25 * times), fields=fields
    )


def said(texts: Sequence[Dated], sign: Sign) -> Iterator[Evidence]:
    """Yield, for each need, the word that was written on most days, with their number."""
    days: dict[str, dict[str, set[date]]] = {}
    for one in texts:
        text = folded(one.text)
        for word, topic in _words():
            if word in text:
                days.setdefault(topic, {}).setdefault(word, set()).add(one.day)
    for topic, found in days.items():
        word = max(found, key=lambda each: (len(found[each]), len(each), each))
        yield evidence(sign, topic, times=len(found[word]), word=word, count=len(found[word]))


@cache
def rules() -> Mapping[str, Any]:
    """Return the weights and bounds of suggestions."""
    file = resources.files("companion").joinpath("content", "suggestions.toml")
    return MappingProxyType(tomllib.loads(file.read_text(encoding="utf-8")))


@cache
def _words() -> tuple[tuple[str, str], ...]:
    return tuple(
        {
            word: article.topics[0]
            for article in packaged_articles().values()
            for language in Language
            for word in map(folded, article.keywords[language])
            if len(word) >= _SHORTEST_WORD[word[0] >= "\u3400"]
        }.items()
    )
