"""Where to look in a text: all of it, or for a very long one the pieces that matter most."""

from __future__ import annotations

import re
from functools import cache
from typing import TypeAlias

from companion.risk.content import entries, pattern, read_toml
from companion.risk.normalise import views

#: The windows of a text worth reading, each as its one or two views.
Readings: TypeAlias = tuple[tuple[str, ...], ...]

FILE = "risk/hints.toml"
#: Windows have this many characters and overlap, so that no phrase is cut in two.
WINDOW = 600
OVERLAP = 120
#: So many windows are read of one text, whatever its length.
MOST = 12
_HEAD = 2
_TAIL = 3
_WEIGHTS = {"strong": 5, "weak": 1}
_PIECES = re.compile(r"[^。！？!?;；…\n.]*[。！？!?;；…\n.]*")
#: A piece written out again and again without any stop.
_REPEATED = re.compile(r"(.{1,24}?)\1{3,}", re.DOTALL)


def readings(text: str) -> Readings:
    """Return the views (see `normalise.views`) of each window worth reading; time is bounded.

    A text of a few thousand characters is read whole. Of a longer one, repetitions are read
    once; then head, tail and the windows with most risk words, found over the whole text, are
    read: a sentence cannot hide behind padding, only behind other alarming sentences.
    """
    cut = windows(text)
    if len(cut) > MOST:
        cut = windows(without_repeats(text))
    read = [views(window) for window in cut]
    if len(read) <= MOST:
        return tuple(read)
    middle = range(_HEAD, len(read) - _TAIL)
    best = sorted(middle, key=lambda place: (-_hints_in(read[place]), place))
    chosen = {*range(_HEAD), *best[: MOST - _HEAD - _TAIL], *range(len(read) - _TAIL, len(read))}
    return tuple(read[place] for place in sorted(chosen))


def windows(text: str) -> tuple[str, ...]:
    """Cut a text into overlapping windows, the same one once."""
    starts = range(0, max(1, len(text) - OVERLAP), WINDOW - OVERLAP)
    return tuple(dict.fromkeys(text[start : start + WINDOW] for start in starts))


def without_repeats(text: str) -> str:
    """Return a text with every sentence, and every run of one piece, written once."""
    once = _REPEATED.sub(r"\1\1", text)
    return "".join(dict.fromkeys(_PIECES.findall(once)))


def _hints_in(read: tuple[str, ...]) -> int:
    """Return how many different risk words a window has, the strong ones weighted."""
    return sum(
        weight * max(len(set(hint.findall(view))) for view in read) for hint, weight in _hints()
    )


@cache
def _hints() -> tuple[tuple[re.Pattern[str], int], ...]:
    return tuple(
        (pattern(entry, "patterns", file=FILE), _WEIGHTS[entry["id"]])
        for entry in entries(read_toml(*FILE.split("/")), "hint", file=FILE)
    )
