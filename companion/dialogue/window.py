"""Which turns of a talk fit into a model's window."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

from companion.turns import Turn

Count = Callable[[str], int]

#: What a chat template adds around one line, at most (tokens).
LINE_OVERHEAD = 8
#: Stands where the middle of a very long message was left out.
CUT_MARK = " […] "

# Scripts of the Far East, emoji and symbols: about one token for each sign, or more.
_DENSE = re.compile(r"[^\x00-\u024f]")


def estimate_tokens(text: str) -> int:
    """Guess carefully (rather too many): 1.1 for a Chinese sign, one for three Latin letters."""
    dense = len(_DENSE.findall(text))
    return -(-dense * 11 // 10) + -(-(len(text) - dense) // 3)


def fit(
    turns: Sequence[Turn], *, budget_tokens: int, count: Count
) -> tuple[tuple[Turn, ...], tuple[Turn, ...]]:
    """Split a talk into the newest turns that fit whole, and the older rest.

    Neighbouring turns of the same side are joined, so the kept ones alternate. Of a last
    message that is too long by itself, the beginning and the end are kept.
    """
    if not turns:
        return (), ()
    kept = _how_many(turns, budget_tokens, count)
    dropped, rest = tuple(turns[: len(turns) - kept]), turns[len(turns) - kept :]
    if kept == 1:
        last = rest[0]
        return (replace(last, text=shorten(last.text, budget_tokens - LINE_OVERHEAD, count)),), (
            dropped
        )
    return merge(rest), dropped


def _how_many(turns: Sequence[Turn], budget_tokens: int, count: Count) -> int:
    # One question instead of one for each turn: most talks fit.
    whole = count("\n".join(turn.text for turn in turns))
    if whole + LINE_OVERHEAD * len(turns) <= budget_tokens:
        return len(turns)
    used = 0
    for kept, turn in enumerate(reversed(turns)):
        used += count(turn.text) + LINE_OVERHEAD
        if used > budget_tokens:
            return max(kept, 1)
    return len(turns)


def merge(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """Join neighbouring turns of the same side; many chat templates refuse anything else."""
    runs = groupby(turns, key=lambda turn: turn.role)
    return tuple(Turn(role, "\n".join(turn.text for turn in run)) for role, run in runs)


def shorten(text: str, most_tokens: int, count: Count) -> str:
    """Leave out the middle until a text fits; its beginning and its end say the most."""
    counted, length = count(text), len(text)
    shortened = text
    while counted > most_tokens and length:
        # In proportion and a little more, so that the backend is asked twice and not twenty times.
        length = min(length - 1, max(0, length * most_tokens * 9 // (counted * 10)))
        shortened = _ends(text, length)
        counted = count(shortened)
    return shortened


def _ends(text: str, length: int) -> str:
    if not length:
        return ""
    head = length // 3
    return text[:head] + CUT_MARK + text[len(text) - (length - head) :]
