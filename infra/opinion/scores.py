"""From a classifier's scores to a level; whatever is not five sound scores says nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping

from companion.risk import Level
from companion.risk.opinion import Opinion
from companion.risk.opinion_form import LEVELS
from infra.opinion.reader import NoOpinion

#: How far five probabilities may be from 1 together: servers round.
_TOLERANCE = 0.02
#: A level is believed when it, or a higher one, is at least as likely as all lower ones.
_EVEN = 0.5


def opinion_from(scores: Mapping[str, float]) -> Opinion:
    """Return the highest level that the scores make at least even. Raises NoOpinion.

    The scores are probabilities of the five levels by their labels. Levels are steps of one
    scale: 0.4 for moderate and 0.3 for high mean 0.7 for moderate or more.
    """
    if scores.keys() != LEVELS.keys():
        raise NoOpinion("wrong labels")
    if not all(math.isfinite(score) and 0 <= score <= 1 for score in scores.values()):
        raise NoOpinion("scores out of range")
    if abs(sum(scores.values()) - 1) > _TOLERANCE:
        raise NoOpinion("scores do not add up")
    at_least = 0.0
    for level in sorted(Level, reverse=True):
        at_least += scores[level.label]
        if at_least >= _EVEN:
            return Opinion(level=level)
    return Opinion(level=Level.NONE)
