"""From what phrases and models say to one level: a weighing learned on lines nobody had trained on.

For each level above none a logistic regression weighs the readers, the n-grams and the level the
phrases found, and gives a calibrated probability that the text reaches it. A level holds from the
threshold that was chosen for it by cost: a missed student costs more than a student bothered.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from companion.learned.files import Arrays
from companion.risk.learned import KINDS, STEPS, SUBJECTS, Signals
from companion.risk.levels import Kind, Level, Subject

#: Log-odds beyond this say no more; keeps one wild output from deciding alone.
_BOUND = 12.0
#: A kind is named from this log-odds on.
_KIND_FROM = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What the models and the phrases say together."""

    level: Level
    #: Calibrated probability of moderate or worse, in [0, 1].
    score: float
    kinds: tuple[Kind, ...]
    subject: Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The learned weighing of one language."""

    #: Shape (steps, features): see `features_of`.
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    #: Probability from which each of STEPS holds.
    thresholds: NDArray[np.float32]
    #: From which quick chance of moderate on this weighing, with the encoder, is asked for.
    doubt: float = 0.0

    @classmethod
    def read(cls, stored: Arrays) -> Policy:
        """Return the policy kept in a model file."""
        return cls(
            weights=stored["policy_weights"].astype(np.float32),
            bias=stored["policy_bias"].astype(np.float32),
            thresholds=stored["policy_thresholds"].astype(np.float32),
            doubt=float(stored["policy_doubt"]) if "policy_doubt" in stored else 0.0,
        )

    def stored(self) -> Arrays:
        """Return the policy as `read` takes it."""
        return {
            "policy_weights": self.weights,
            "policy_bias": self.bias,
            "policy_thresholds": self.thresholds,
            "policy_doubt": np.array(self.doubt, dtype=np.float32),
        }

    def weigh(self, said: Signals, *, by_phrases: Level) -> Weighed:
        """Return the level that phrases and models reach together."""
        features = features_of(said.by_readers, said.by_ngrams, by_phrases, said.by_encoder)
        chances = self.chances(features)
        level = level_of(chances, self.thresholds)
        return Weighed(
            level=level,
            score=float(chances[STEPS.index(Level.MODERATE)]),
            kinds=_kinds(said.kinds) if level > Level.NONE else (),
            subject=SUBJECTS[int(said.subjects.argmax())],
        )

    def chances(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probability of reaching each of STEPS; a higher step is never likelier."""
        odds = np.einsum("...sf,sf->...s", features, self.weights) + self.bias
        chances = 1 / (1 + np.exp(-np.clip(odds, -_BOUND, _BOUND)))
        falling: NDArray[np.float32] = np.minimum.accumulate(chances, axis=-1)
        return falling


def level_of(chances: NDArray[np.float32], thresholds: NDArray[np.float32]) -> Level:
    """Return the highest level that is reached, with moderate reached on the way to it."""
    reached = {step for step, is_so in zip(STEPS, chances >= thresholds, strict=True) if is_so}
    if Level.MODERATE not in reached:
        return Level.WATCH if Level.WATCH in reached else Level.NONE
    return max(reached)


def features_of(
    by_readers: NDArray[np.float32],
    by_ngrams: NDArray[np.float32],
    by_phrases: Level,
    by_encoder: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Return what is weighed for each step, shape (steps, 2 + steps), or one more.

    The log-odds of the step by the readers, the n-grams and, where it was asked, the encoder; and
    whether the phrases reach each step.
    """
    reached = np.array([by_phrases >= step for step in STEPS], dtype=np.float32)
    models = [by_readers, by_ngrams] if by_encoder is None else [by_readers, by_ngrams, by_encoder]
    own = np.stack(models, axis=1).clip(-_BOUND, _BOUND)
    return np.hstack([own, np.tile(reached, (len(STEPS), 1))]).astype(np.float32)


def _kinds(log_odds: NDArray[np.float32]) -> tuple[Kind, ...]:
    likely = [place for place in (-log_odds).argsort() if log_odds[place] >= _KIND_FROM]
    return tuple(KINDS[place] for place in likely or [int(log_odds.argmax())])
