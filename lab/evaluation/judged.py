"""Lines beside what a screening said of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

from companion.risk.levels import Level, Verdict
from companion.turns import Turn
from lab.corpus import Line


class Screen(Protocol):
    """Anything that judges a text in its talk, as `companion.risk.screen.screen` does."""

    def __call__(self, text: str, *, history: Sequence[Turn] = ()) -> Verdict:
        """Return a verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One line, the verdict on it, and how long that took."""

    line: Line
    said: Verdict
    milliseconds: float = 0.0

    @property
    def is_at_risk(self) -> bool:
        """Whether the line is at moderate or above."""
        return self.line.level.needs_card

    @property
    def is_harmless(self) -> bool:
        """Whether the line is at none."""
        return self.line.level is Level.NONE

    @property
    def raised(self) -> bool:
        """Whether the verdict is moderate or above."""
        return self.said.level.needs_card

    @property
    def watched(self) -> bool:
        """Whether the verdict is watch or above."""
        return self.said.level > Level.NONE


def judged(lines: Iterable[Line], screen: Screen) -> tuple[Judged, ...]:
    """Return every line with what a screening says of it, one after the other."""
    found = []
    for line in lines:
        begun = perf_counter()
        said = screen(line.text, history=line.history)
        found.append(Judged(line=line, said=said, milliseconds=(perf_counter() - begun) * 1000))
    return tuple(found)
