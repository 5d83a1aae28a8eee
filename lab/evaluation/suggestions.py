"""`python -m lab suggest`: what the ranking is worth, estimated from a log of a known truth.

Invented students log what was suggested, how likely that was, and whether it helped. Inverse
propensity and doubly robust estimates are compared with the truth that only the simulation knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean

import typer

from companion.care.evidence import Sign, evidence
from companion.care.exercise_file import packaged_exercises
from companion.care.exercises import Exercise
from companion.care.suggestions import Case, Tally, chance, suggest

#: The needs of the invented students.
_NEEDS = ("sleep", "anxiety", "exam")
#: No single line of a log weighs more than this.
_MOST_WEIGHT = 50.0


@dataclass(frozen=True, slots=True)
class Line:
    """One suggestion of a log."""

    need: str
    exercise: str
    propensity: float
    helped: bool


@dataclass(frozen=True, slots=True)
class Worth:
    """The share of suggestions that help: in truth, and by two estimates."""

    truth: float
    inverse: float
    doubly_robust: float


def measure(*, lines: int = 8000, seed: int = 7) -> Mapping[str, Worth]:
    """Return the worth of choosing at random, by judgement alone, and by what was learned."""
    rng = Random(seed)  # noqa: S311 - a simulation
    known = packaged_exercises()
    truth = {(need, name): rng.betavariate(3, 3) for need in _NEEDS for name in known}
    log = [_at_random(rng, list(known), truth) for _ in range(lines)]
    learned = _learned(log)
    policies = {
        "random": None,
        "judgement alone": {need: _case(need, {}) for need in _NEEDS},
        "learned": {need: _case(need, learned[need]) for need in _NEEDS},
    }
    fresh = [_at_random(rng, list(known), truth) for _ in range(lines)]
    return {
        name: _worth(fresh, truth=truth, known=known, learned=learned, cases=cases)
        for name, cases in policies.items()
    }


def run() -> None:
    """Estimate from an invented log what the ranking of exercises is worth (seconds)."""
    for name, worth in measure().items():
        typer.echo(
            f"{name}: helps {worth.truth:.1%}; by inverse propensity {worth.inverse:.1%}, "
            f"doubly robust {worth.doubly_robust:.1%}"
        )


def _at_random(rng: Random, names: Sequence[str], truth: Mapping[tuple[str, str], float]) -> Line:
    need, name = rng.choice(_NEEDS), rng.choice(names)
    return Line(need, name, 1 / len(names), rng.random() < truth[need, name])


def _learned(log: Sequence[Line]) -> Mapping[str, Mapping[str, Tally]]:
    tallies: dict[str, dict[str, Tally]] = {need: {} for need in _NEEDS}
    for line in log:
        one = tallies[line.need].get(line.exercise, Tally())
        tallies[line.need][line.exercise] = Tally(
            one.helped + line.helped, one.not_helped + (not line.helped)
        )
    return tallies


def _case(need: str, tallies: Mapping[str, Tally]) -> Case:
    facts = (evidence(Sign.GOAL, need),)
    return Case(evidence=facts, tallies=tallies, own={}, is_night=False)


def _worth(
    log: Sequence[Line],
    *,
    truth: Mapping[tuple[str, str], float],
    known: Mapping[str, Exercise],
    learned: Mapping[str, Mapping[str, Tally]],
    cases: Mapping[str, Case] | None,
) -> Worth:
    chosen = {need: _chances(known, cases[need] if cases else None) for need in _NEEDS}
    believed = {
        (need, name): chance(one, _case(need, learned[need]))
        for need in _NEEDS
        for name, one in known.items()
    }
    expected = {
        need: sum(share * believed[need, name] for name, share in chosen[need].items())
        for need in _NEEDS
    }
    weights = [
        min(_MOST_WEIGHT, chosen[line.need].get(line.exercise, 0.0) / line.propensity)
        for line in log
    ]
    return Worth(
        truth=fmean(
            sum(share * truth[need, name] for name, share in chosen[need].items())
            for need in _NEEDS
        ),
        inverse=sum(w * line.helped for w, line in zip(weights, log, strict=True)) / sum(weights),
        doubly_robust=fmean(
            expected[line.need] + w * (line.helped - believed[line.need, line.exercise])
            for w, line in zip(weights, log, strict=True)
        ),
    )


def _chances(known: Mapping[str, Exercise], case: Case | None) -> Mapping[str, float]:
    """Return how often each exercise comes first; None: all alike."""
    if case is None:
        return dict.fromkeys(known, 1 / len(known))
    shares: dict[str, float] = {}
    rounds = 60
    for seed in range(rounds):
        found = suggest(known, case, rng=Random(seed))  # noqa: S311 - a simulation
        if found is not None:
            shares[found.exercise.id] = shares.get(found.exercise.id, 0.0) + 1 / rounds
    return shares
