"""When a student's usual mood last changed: exact Bayesian change points, for a few dozen days.

The model is that of Adams and MacKay (2007, "Bayesian online changepoint detection"): days
scatter around a level with a spread, both unknown (a normal-inverse-gamma prior), and from one
day to the next the level begins anew with a small, constant chance. For that model the chance
of every "the present level is so many days old" can be reckoned exactly in one pass; ninety
numbers take a few milliseconds, so no library of numbers is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, pi, sqrt
from typing import Final

#: The chance that a level begins anew on a day: about once in a month of days.
HAZARD: Final = 1 / 30
_FLOOR: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Level:
    """What is believed of a level and its spread after some days of it."""

    #: The prior: somewhere around the middle face, most days within one face of it.
    mean: float = 3.0
    weight: float = 0.4
    shape: float = 2.5
    scale: float = 1.0

    def after(self, value: float) -> Level:
        """Return what is believed after one more day."""
        weight = self.weight + 1
        return Level(
            mean=(self.weight * self.mean + value) / weight,
            weight=weight,
            shape=self.shape + 0.5,
            scale=self.scale + self.weight * (value - self.mean) ** 2 / (2 * weight),
        )

    def chance(self, value: float) -> float:
        """Return how likely a value is for the next day (the density of a Student's t)."""
        freedom = 2 * self.shape
        spread = self.scale * (self.weight + 1) / (self.shape * self.weight)
        distance = (value - self.mean) ** 2 / (freedom * spread)
        return exp(
            lgamma((freedom + 1) / 2)
            - lgamma(freedom / 2)
            - log(pi * freedom * spread) / 2
            - (freedom + 1) / 2 * log(1 + distance)
        )

    @property
    def variance(self) -> float:
        """How far a day may lie from the mean, squared, all that is unknown taken in."""
        return self.scale * (self.weight + 1) / ((self.shape - 1) * self.weight)


@dataclass(frozen=True, slots=True)
class Run:
    """The belief that the present level began with the last `length` days."""

    length: int
    chance: float
    level: Level


def runs(values: Sequence[float]) -> tuple[Run, ...]:
    """Return how old the present level may be, each with its chance; the chances add up to one."""
    known: tuple[Run, ...] = (Run(0, 1.0, Level()),)
    for value in values:
        seen = [run.chance * run.level.chance(value) for run in known]
        began = Run(0, sum(seen) * HAZARD, Level())
        went_on = (
            Run(run.length + 1, chance * (1 - HAZARD), run.level.after(value))
            for run, chance in zip(known, seen, strict=True)
        )
        known = _normal((began, *went_on))
    return known


def _normal(known: Sequence[Run]) -> tuple[Run, ...]:
    whole = sum(run.chance for run in known)
    return tuple(
        Run(run.length, run.chance / whole, run.level)
        for run in known
        if run.chance / whole > _FLOOR
    )


def ahead(known: Sequence[Run], *, days: int) -> tuple[float, float]:
    """Return the mean and the spread of the day so many days ahead.

    Until then the level may begin anew, with what little is known of any level.
    """
    stays = (1 - HAZARD) ** days
    parts = [(run.chance * stays, run.level) for run in known] + [(1 - stays, Level())]
    whole = sum(share for share, _ in parts)
    mean = sum(share * level.mean for share, level in parts) / whole
    variance = sum(share * (level.variance + (level.mean - mean) ** 2) for share, level in parts)
    return mean, sqrt(variance / whole)
