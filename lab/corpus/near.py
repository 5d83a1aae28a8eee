"""Near duplicates: lines that say the same in nearly the same words."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from math import ceil

from companion.language import Language
from lab.corpus.line import Line

_WIDTH = {Language.ZH: 4, Language.EN: 6}  # characters of a shingle
#: Two lines are near when they share this much of the smaller one's shingles ...
_SHARED = 0.6
#: ... and the smaller one has this much of the larger one's.
_SIZE = 0.5
_BRIEF = {Language.ZH: 6, Language.EN: 4}  # characters; words
_LEAST = 8  # characters that make pieces enough to compare

Pair = tuple[Line, Line]


def is_brief(line: Line) -> bool:
    """Whether a text is too short to be told from others by its pieces."""
    size = len(_folded(line.text)) if line.language is Language.ZH else len(line.text.split())
    return size <= _BRIEF[line.language] or len(_folded(line.text)) < _LEAST


def same_words(lines: Sequence[Line]) -> list[list[Line]]:
    """Return groups of brief lines with the same talk, signs and capitals aside."""
    groups = defaultdict(list)
    for line in lines:
        if is_brief(line):
            talk = "|".join(_folded(turn.text) for turn in line.history)
            groups[f"{talk}|{_folded(line.text) or line.text.strip()}"].append(line)
    return [group for group in groups.values() if len(group) > 1]


def near_pairs(lines: Sequence[Line]) -> Iterator[Pair]:
    """Yield pairs of longer lines that are near duplicates; contrasts are left out.

    Contrasts are twins, and lines of one part of which one is at moderate or above and one below.
    Exact, not sampled: the smaller line of such a pair shares one of its rarest shingles.
    """
    pieces = [frozenset() if is_brief(line) else _shingles(line) for line in lines]
    rarity = Counter(piece for each in pieces for piece in each)
    rarest = [_rarest(each, rarity) for each in pieces]
    holders = _holders(pieces, {piece for each in rarest for piece in each})
    for place, own in enumerate(pieces):
        least, most, needed = len(own), len(own) / _SIZE, _SHARED * len(own)
        for other in {other for piece in rarest[place] for other in holders[piece]}:
            theirs = pieces[other]
            if not least <= len(theirs) <= most or len(own & theirs) < needed:
                continue
            first, second = sorted((place, other))
            # Of two with the same size only one looks for the other.
            found_once = (least, place) < (len(theirs), other)
            if found_once and not _are_contrasts(lines[first], lines[second]):
                yield lines[first], lines[second]


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())


def _shingles(line: Line) -> frozenset[str]:
    text, width = _folded(line.text), _WIDTH[line.language]
    return frozenset(text[start : start + width] for start in range(len(text) - width + 1))


def _rarest(pieces: frozenset[str], rarity: Counter[str]) -> list[str]:
    """Return so many of the rarest that a near line must hold one of them."""
    enough = len(pieces) - ceil(_SHARED * len(pieces)) + 1
    return sorted(pieces, key=lambda piece: (rarity[piece], piece))[:enough]


def _holders(pieces: Sequence[frozenset[str]], wanted: set[str]) -> dict[str, list[int]]:
    holders: dict[str, list[int]] = {piece: [] for piece in wanted}
    for place, each in enumerate(pieces):
        for piece in each & wanted:
            holders[piece].append(place)
    return holders


def _are_contrasts(one: Line, other: Line) -> bool:
    if one.twin is not None and one.twin == other.twin:
        return True
    return one.part is other.part and one.level.needs_card is not other.level.needs_card
