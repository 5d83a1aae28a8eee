"""The learning curve: what more writers bring, by the n-gram model, which learns in seconds."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from companion.language import Language
from companion.risk.learned import in_talk
from companion.risk.levels import Level
from companion.risk.normalise import views
from lab.corpus import Line
from lab.evaluation.metrics import threshold_for
from lab.small.linear import counted_in, fitted

#: So many harmless lines of the development part may be raised where a point is measured.
CEILING = 0.03
ORDERS = 3
_STRENGTH = 6.0  # inverse of the L2 penalty, as in the shipped model
_SEED = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What so many training lines give, averaged over orders of writers."""

    writers: int
    lines: int
    #: Of the lines at risk of the development part: missed; the mean, the best and the worst order.
    missed: float
    least: float
    most: float


def learning_curve(
    train: Sequence[Line], dev: Sequence[Line], language: Language, *, orders: int = ORDERS
) -> list[Point]:
    """Return a point for each number of writers, added one by one in several orders."""
    counted = counted_in(_texts(train, language), language)
    unseen = counted_in(_texts(dev, language), language)
    at_risk = np.array([[float(line.level.needs_card)] for line in train], dtype=np.float32)
    names = np.array([line.writer for line in train])
    found: dict[int, list[tuple[int, float]]] = {}
    for order in _orders(sorted(set(names)), orders):
        for writers in range(1, len(order) + 1):
            rows = np.flatnonzero(np.isin(names, order[:writers]))
            model = fitted(counted[rows], at_risk[rows], strength=_STRENGTH, seed=_SEED)
            missed = _missed(model.outputs(unseen)[:, 0], dev)
            found.setdefault(writers, []).append((len(rows), missed))
    return [_point(writers, measured) for writers, measured in found.items()]


def _orders(names: Sequence[str], orders: int) -> list[list[str]]:
    draw = random.Random(_SEED)  # noqa: S311 - a reproducible order, no secret
    return [draw.sample(names, len(names)) for _ in range(orders)]


def _missed(outputs: NDArray[np.float32], dev: Sequence[Line]) -> float:
    """Return the share of lines at risk missed where CEILING of the harmless are raised."""
    harmless = np.array([line.level is Level.NONE for line in dev])
    at_risk = np.array([line.level.needs_card for line in dev])
    threshold = threshold_for(outputs[harmless], raised=CEILING)
    return float((outputs[at_risk] < threshold).mean())


def _point(writers: int, measured: Sequence[tuple[int, float]]) -> Point:
    lines, missed = zip(*measured, strict=True)
    return Point(
        writers=writers,
        lines=round(sum(lines) / len(lines)),
        missed=sum(missed) / len(missed),
        least=min(missed),
        most=max(missed),
    )


def _texts(lines: Sequence[Line], language: Language) -> list[str]:
    return [in_talk(views(line.text)[-1], line.history, language) for line in lines]
