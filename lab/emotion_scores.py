"""Calibration, thresholds and figures of the emotion models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from companion.emotion.labels import Emotion
from companion.emotion.mixture import OUTPUTS

Values: TypeAlias = NDArray[np.float32]

_LEAST_SLOPE = 0.05
_CANDIDATES = np.linspace(0.02, 0.98, 97)
_BINS = 10
_HALF = 0.5


def platt(log_odds: Values, marks: Values, *, caution: float = 0.0) -> Values:
    """Return slope and shift for each output, shape (outputs, 2); slopes are positive.

    The last output, likeness to the first set, is calibrated as if both sets were equally common
    (how large a set is says nothing about a student's text), then held back by `caution`, in
    log-odds.
    """
    lines = []
    for number, (odds, said) in enumerate(zip(log_odds.T, marks.T, strict=True)):
        known = ~np.isnan(said)
        if len(set(said[known])) < 2:  # noqa: PLR2004 - only yes or only no teaches nothing
            lines.append((1.0, 0.0))
            continue
        weight = "balanced" if number == OUTPUTS - 1 else None
        model = LogisticRegression(C=100.0, class_weight=weight).fit(
            odds[known, None], said[known] > 0
        )
        shift = float(model.intercept_[0]) - (caution if weight else 0.0)
        lines.append((max(float(model.coef_[0, 0]), _LEAST_SLOPE), shift))
    return np.array(lines, dtype=np.float32)


def best_thresholds(chances: Values, marks: Values) -> Values:
    """Return for each label the threshold of the best F1; 0.5 where nobody marked it."""
    return np.array(
        [
            _best(seen[~np.isnan(said)], said[~np.isnan(said)])
            for seen, said in zip(chances.T, marks.T, strict=True)
        ],
        dtype=np.float32,
    )


def figures(chances: Values, thresholds: Values, marks: Values) -> dict[str, object]:
    """Return macro-F1, F1 of each label and calibration error, of the labels that are marked."""
    asked = [number for number in range(marks.shape[1]) if not np.isnan(marks[:, number]).all()]
    labels = [list(Emotion)[number].value for number in asked]
    said, seen = marks[:, asked] > 0, chances[:, asked]
    bars = np.broadcast_to(thresholds, chances.shape)[:, asked]
    each = f1_score(said, seen >= bars, average=None, zero_division=0)
    at_half = f1_score(said, seen >= _HALF, average=None, zero_division=0)
    # Where a set has no label "neutral" its own score is over the emotions alone.
    emotions = [place for place, label in enumerate(labels) if label != Emotion.NEUTRAL]
    return {
        "texts": len(marks),
        "macro_f1_without_neutral": round(float(each[emotions].mean()), 4),
        "macro_f1": round(float(each.mean()), 4),
        "macro_f1_at_half": round(float(at_half.mean()), 4),
        "macro_f1_at_half_without_neutral": round(float(at_half[emotions].mean()), 4),
        "f1": {label: round(float(one), 4) for label, one in zip(labels, each, strict=True)},
        "calibration_error": {
            label: round(calibration_error(seen[:, place], said[:, place]), 4)
            for place, label in enumerate(labels)
        },
    }


def calibration_error(chances: Values, said: NDArray[np.bool_]) -> float:
    """Return the mean distance of stated from observed frequency over ten bins."""
    bins = np.minimum((chances * _BINS).astype(int), _BINS - 1)
    apart = [
        abs(chances[bins == one].mean() - said[bins == one].mean()) * (bins == one).mean()
        for one in range(_BINS)
        if (bins == one).any()
    ]
    return float(sum(apart))


def crossed_thresholds(chances: Values, marks: Values, fold: NDArray[np.intp]) -> Values:
    """Return thresholds for every row, chosen on the other folds: shape (rows, labels)."""
    result = np.zeros_like(chances)
    for one in sorted(set(fold.tolist())):
        result[fold == one] = best_thresholds(chances[fold != one], marks[fold != one])
    return result


def _best(seen: Values, said: Values) -> float:
    if not len(said) or not said.any():
        return _HALF
    scores: Sequence[float] = [
        f1_score(said > 0, seen >= bar, zero_division=0) for bar in _CANDIDATES
    ]
    # The middle of the near-best ones: the very best is luck where a label is rare.
    near = np.flatnonzero(np.array(scores) >= max(scores) - 0.005)
    return float(_CANDIDATES[near].mean())
