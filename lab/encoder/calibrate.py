"""Temperature: how far a model's scores must be softened to mean what they say."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from lab.encoder.tasks import Kind

# Not lower: a small part without a mistake would ask for certainty.
_LOWEST, _HIGHEST = 0.5, 20.0
_STEPS = 60  # of a golden-section search: far below any difference that matters
_GOLDEN = (math.sqrt(5) - 1) / 2


def probabilities(logits: npt.NDArray[Any], kind: Kind, temperature: float) -> npt.NDArray[Any]:
    """Return scores in [0, 1] of raw outputs (n, labels); those of a single label add up to 1."""
    softened = logits.astype(np.float64) / temperature
    if kind is Kind.MULTI:
        scores: npt.NDArray[Any] = 1 / (1 + np.exp(-np.clip(softened, -500, 500)))
        return scores
    powers = np.exp(softened - softened.max(axis=-1, keepdims=True))
    shares: npt.NDArray[Any] = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def fit_temperature(logits: npt.NDArray[Any], targets: npt.NDArray[Any], kind: Kind) -> float:
    """Return the temperature in [0.5, 20] under which the true labels are likeliest."""
    low, high = math.log(_LOWEST), math.log(_HIGHEST)
    for _ in range(_STEPS):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if _surprise(logits, targets, kind, math.exp(left)) < _surprise(
            logits, targets, kind, math.exp(right)
        ):
            high = right
        else:
            low = left
    return math.exp((low + high) / 2)


def _surprise(
    logits: npt.NDArray[Any], targets: npt.NDArray[Any], kind: Kind, temperature: float
) -> float:
    scores = np.clip(probabilities(logits, kind, temperature), 1e-12, 1 - 1e-12)
    if kind is Kind.MULTI:
        return float(-np.where(targets > 0, np.log(scores), np.log(1 - scores)).mean())
    return float(-np.log(scores[np.arange(len(targets)), targets]).mean())
