"""Which exercise to suggest: what fits, what helped, and now and then a try.

Beta posteriors over "it helped", begun from an expert's judgement of the fit, moved by the
ratings of all students in the same situation and, more, by the student's own. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from companion.care.evidence import Evidence, Sign, rules
from companion.care.exercises import Effort, Exercise

#: The situation of somebody we know nothing of.
ANY: Final = "any"
#: How much of an exercise's use for a need is left at its second, third … topic.
_LATER_TOPIC: Final = 0.75
#: What effort costs by day and by night (factors on the chance).
_BY_DAY: Final = {Effort.LOW: 1.0, Effort.MEDIUM: 0.97, Effort.HIGH: 0.92}
_BY_NIGHT: Final = {Effort.LOW: 1.0, Effort.MEDIUM: 0.7, Effort.HIGH: 0.0}
#: What was suggested, or done, a moment ago gives way to others.
_JUST_SEEN: Final = 0.6
#: Evidence of this weight counts half of what it can.
_HALF_FIT: Final = 1.5
#: Draws behind a propensity.
_DRAWS: Final = 60


@dataclass(frozen=True, slots=True)
class Tally:
    """How often an exercise helped students in one situation."""

    helped: int = 0
    not_helped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything that decides a suggestion."""

    evidence: Sequence[Evidence] = ()
    #: By exercise: ratings of all students in this situation, and the student's own (0 to 1).
    tallies: Mapping[str, Tally]
    own: Mapping[str, Sequence[float]]
    is_night: bool
    #: Shortly after a crisis.
    is_grave: bool = False
    #: Never to be suggested again.
    never: frozenset[str] = frozenset()
    #: Suggested or done a short while ago.
    just_seen: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An exercise, what speaks for it, and how likely it was to be chosen."""

    exercise: Exercise
    #: The facts that decided, the weightiest first.
    because: tuple[Evidence, ...]
    #: Whether it helped this student before.
    helped_before: bool
    #: Probability that it comes first, in (0, 1].
    propensity: float
    was_tried_out: bool


def situation(facts: Sequence[Evidence]) -> str:
    """Return what somebody needs most: the situation in which ratings are counted."""
    needs: Counter[str] = Counter()
    for fact in facts:
        needs[fact.topic] += fact.weight  # type: ignore[assignment] # weights are fractions
    return max(sorted(needs), key=lambda topic: needs[topic], default=ANY)


def suggest(exercises: Mapping[str, Exercise], case: Case, *, rng: Random) -> Suggestion | None:
    """Return the exercise to suggest; None when nothing may be suggested."""
    able = [one for one in exercises.values() if _may_be(one, case)]
    if not able:
        return None
    beliefs = {one.id: _belief(one, case) for one in able}
    best = max(able, key=lambda one: (_mean(one, beliefs, case), one.id))
    explore = float(rules()["explore"])
    is_try = rng.random() < explore
    chosen = _drawn(able, beliefs, case, rng) if is_try else best
    share = sum(_drawn(able, beliefs, case, rng) is chosen for _ in range(_DRAWS)) / _DRAWS
    greedy = (1 - explore) * (chosen is best)
    return Suggestion(
        exercise=chosen,
        because=_because(chosen, case.evidence),
        helped_before=any(rating >= 1 for rating in case.own.get(chosen.id, ())),
        propensity=max(greedy + explore * share, explore / (2 * _DRAWS)),
        was_tried_out=chosen is not best,
    )


def chance(exercise: Exercise, case: Case) -> float:
    """Return how likely it seems that an exercise helps, in (0, 1)."""
    alpha, beta = _belief(exercise, case)
    return alpha / (alpha + beta)


def _may_be(exercise: Exercise, case: Case) -> bool:
    if exercise.id in case.never:
        return False
    if case.is_grave:
        is_calm = exercise.method in rules()["calm_methods"] and exercise.careful is None
        return is_calm and exercise.effort is Effort.LOW
    return not (case.is_night and exercise.effort is Effort.HIGH)


def _belief(exercise: Exercise, case: Case) -> tuple[float, float]:
    """Return the two parameters of a Beta distribution over "it helps"."""
    prior = rules()["prior"]
    fit = sum(fact.weight * _use(exercise, fact.topic) for fact in case.evidence)
    expected = prior["base"] + prior["span"] * fit / (fit + _HALF_FIT)
    alpha, beta = prior["strength"] * expected, prior["strength"] * (1 - expected)
    tally = case.tallies.get(exercise.id, Tally())
    count = tally.helped + tally.not_helped
    if count >= prior["least"]:
        share = min(count, prior["most"]) / count
        alpha, beta = alpha + tally.helped * share, beta + tally.not_helped * share
    for rating in case.own.get(exercise.id, ()):
        alpha, beta = alpha + prior["own"] * rating, beta + prior["own"] * (1 - rating)
    return alpha, beta


def _use(exercise: Exercise, topic: str) -> float:
    if topic not in exercise.topics:
        return 0.0
    return float(_LATER_TOPIC ** exercise.topics.index(topic))


def _mean(one: Exercise, beliefs: Mapping[str, tuple[float, float]], case: Case) -> float:
    alpha, beta = beliefs[one.id]
    return alpha / (alpha + beta) * _readiness(one, case)


def _drawn(
    able: Sequence[Exercise],
    beliefs: Mapping[str, tuple[float, float]],
    case: Case,
    rng: Random,
) -> Exercise:
    """Return what comes first when the chances are drawn from what is believed (Thompson)."""
    return max(able, key=lambda one: rng.betavariate(*beliefs[one.id]) * _readiness(one, case))


def _readiness(one: Exercise, case: Case) -> float:
    cost = (_BY_NIGHT if case.is_night else _BY_DAY)[one.effort]
    return cost * (_JUST_SEEN if one.id in case.just_seen else 1.0)


def _because(exercise: Exercise, facts: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return the facts that spoke for it; one of a kind, two at most."""
    found: dict[Sign, Evidence] = {}
    for fact in sorted(facts, key=lambda one: -one.weight * _use(exercise, one.topic)):
        if _use(exercise, fact.topic):
            found.setdefault(fact.sign, fact)
    return tuple(found.values())[:2]
