"""Figures over rows of right answers and of what was said; every share is in [0, 1]."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Interval = tuple[float, float]
Marks = NDArray[np.bool_]

_ROUNDS = 1000  # of resampling
_SEED = 11
_BINS = 10
_MIDDLE_95 = (0.025, 0.975)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of how many, and where 95 of 100 repetitions would lie."""

    hits: int
    of: int
    interval: Interval | None = None

    @property
    def value(self) -> float | None:
        """The share; None where there was nothing to count."""
        return self.hits / self.of if self.of else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary:
    """Raised or not, against at risk or not."""

    recall: Share
    precision: Share
    f1: float | None
    f1_interval: Interval | None = None


def share(hits: Iterable[bool], *, resampled: bool = False) -> Share:
    """Return the share of marks that are set; `resampled` adds an interval by bootstrap."""
    marks = np.fromiter(hits, dtype=bool)
    interval = None
    if resampled and len(marks):
        # Rows drawn with replacement: how many are set is a binomial number.
        drawn = np.random.default_rng(_SEED).binomial(len(marks), marks.mean(), _ROUNDS)
        interval = _middle(drawn / len(marks))
    return Share(hits=int(marks.sum()), of=len(marks), interval=interval)


def binary(true: Sequence[bool] | Marks, said: Sequence[bool] | Marks) -> Binary:
    """Return recall, precision and F1 with intervals by bootstrap over rows."""
    right, raised = np.asarray(true, dtype=bool), np.asarray(said, dtype=bool)
    both = right & raised
    total = int(right.sum() + raised.sum())
    return Binary(
        recall=share(raised[right], resampled=True),
        precision=share(right[raised], resampled=True),
        f1=2 * int(both.sum()) / total if total else None,
        f1_interval=_f1_interval(right, raised) if total else None,
    )


def calibration_error(
    chances: Sequence[float], true: Sequence[bool], *, bins: int = _BINS
) -> float:
    """Return how far chances lie from what came true, on average over bins (ECE)."""
    return sum(
        count / len(chances) * abs(said - came_true)
        for said, came_true, count in reliability(chances, true, bins=bins)
    )


def reliability(
    chances: Sequence[float], true: Sequence[bool], *, bins: int = _BINS
) -> list[tuple[float, float, int]]:
    """Return mean chance, share that came true and number of rows for each bin that has rows."""
    said, came = np.asarray(chances, dtype=float), np.asarray(true, dtype=bool)
    places = np.minimum((said * bins).astype(int), bins - 1)
    return [
        (float(said[here].mean()), float(came[here].mean()), int(here.sum()))
        for here in (places == number for number in range(bins))
        if here.any()
    ]


def f1_by_label(
    true: Sequence[Iterable[str]], said: Sequence[Iterable[str]], labels: Iterable[str]
) -> dict[str, float]:
    """Return the F1 of each label that occurs among the right answers."""
    rights, guesses = [set(one) for one in true], [set(one) for one in said]
    result = {}
    for label in labels:
        occurs = sum(label in right for right in rights)
        named = sum(label in guess for guess in guesses)
        hits = sum(label in both for both in map(set.__and__, rights, guesses))
        if occurs:
            result[label] = 2 * hits / (occurs + named)
    return result


def threshold_for(chances: Sequence[float] | NDArray[np.floating], *, raised: float) -> float:
    """Return the lowest chance from which at most a share `raised` of these rows is raised."""
    falling = np.sort(np.asarray(chances, dtype=float))[::-1]
    allowed = int(raised * len(falling))
    if allowed >= len(falling):
        return float(falling[-1])
    return float(np.nextafter(falling[allowed], np.inf))


def _f1_interval(right: Marks, raised: Marks) -> Interval:
    rng = np.random.default_rng(_SEED)
    kinds = [right & raised, right & ~raised, ~right & raised, ~right & ~raised]
    shares = [float(kind.mean()) for kind in kinds]
    hits, missed, wrong, _ = rng.multinomial(len(right), shares, _ROUNDS).T
    return _middle(2 * hits / np.maximum(2 * hits + missed + wrong, 1))


def _middle(values: NDArray[np.floating]) -> Interval:
    low, high = np.quantile(values, _MIDDLE_95)
    return float(low), float(high)
