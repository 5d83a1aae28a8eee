"""What is wrong with the corpus as a whole, though each line of it can be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from companion.language import Language
from lab.corpus.line import Line
from lab.corpus.near import near_pairs, same_words
from lab.corpus.refused import refusal

#: So often may a very short message stand in one language, at one level.
_REPEATS = 3


def faults(lines: Sequence[Line]) -> Iterator[str]:
    """Yield each fault by the ids it concerns, never with a text."""
    yield from _twice(lines)
    for line in lines:
        if name := refusal(line):
            yield f"{line.id}: {name}"
    yield from _lone_twins(lines)
    for language in Language:
        own = [line for line in lines if line.language is language]
        for group in same_words(own):
            yield from _repeats(group)
        for one, other in near_pairs(own):
            where = "" if one.part is other.part else ", in two parts"
            yield f"{one.id}, {other.id}: near duplicates{where}"


def _twice(lines: Sequence[Line]) -> Iterator[str]:
    for name, count in Counter(line.id for line in lines).items():
        if count > 1:
            yield f"{name}: stands there {count} times"


def _lone_twins(lines: Sequence[Line]) -> Iterator[str]:
    for name, count in Counter(line.twin for line in lines if line.twin).items():
        if count == 1:
            yield f"{name}: a twin without the other"


def _repeats(group: Sequence[Line]) -> Iterator[str]:
    ids = ", ".join(line.id for line in group)
    if len({line.part for line in group}) > 1:
        yield f"{ids}: the same words in two parts"
    if len({line.level for line in group}) > 1:
        yield f"{ids}: the same words at two levels"
    if len(group) > _REPEATS:
        yield f"{ids}: the same words {len(group)} times"
