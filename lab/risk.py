"""Training of the risk models: readers, n-grams, and the policy that weighs them.

What the policy learns from is out of fold: each writer's lines are read by models that never saw
a line of that writer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from companion.learned.files import Arrays
from companion.learned.reader import lexicon
from companion.risk.learned import STEPS, stepwise
from companion.risk.levels import Level
from companion.risk.policy import Policy, features_of
from lab.risk_data import Material
from lab.small import network
from lab.small.linear import Linear, counted_in, fitted
from lab.small.network import Encoded, Size
from lab.small.training import Course, outputs_of, trained

SIZE = Size()
COURSE = Course()
_STRENGTH = 6.0  # inverse of the n-grams' L2 penalty
_POLICY_STRENGTH = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much work one training is."""

    folds: int = 3
    readers: int = 1
    seed: int = 20
    course: Course = COURSE
    #: The share of ordinary chat, out of fold, that may be called moderate.
    ceiling: float = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A material as numbers, made once."""

    material: Material
    vocabulary: list[str]
    encoded: list[Encoded]
    counted: csr_matrix


def prepared(material: Material) -> Prepared:
    """Return a material as the two kinds of models take it."""
    language = material.language
    words = lexicon(language).numbers
    vocabulary = network.vocabulary_of(material.texts, language, known=words)
    return Prepared(
        material=material,
        vocabulary=vocabulary,
        encoded=network.encoded(material.texts, language, vocabulary),
        counted=counted_in(material.texts, language),
    )


def out_of_fold(prepared: Prepared, plan: Plan) -> NDArray[np.float32]:
    """Return features of the policy for every text, shape (texts, steps, features)."""
    material = prepared.material
    features = np.zeros((len(material.texts), len(STEPS), 2 + len(STEPS)), dtype=np.float32)
    folds = GroupKFold(n_splits=plan.folds, shuffle=True, random_state=plan.seed)
    groups = _groups(material)
    for number, (seen, unseen) in enumerate(folds.split(material.texts, groups=groups)):
        one = _trained(prepared, seen.tolist(), plan, seed=plan.seed, label=f"fold {number + 1}")
        linear = _fitted(prepared, seen, plan)
        features[unseen] = _features(prepared, [one], linear, unseen)
    return features


def policy_of(features: NDArray[np.float32], material: Material, *, ceiling: float) -> Policy:
    """Return the policy learned from out-of-fold features of our own lines."""
    own = material.is_own
    features, level = features[own], material.level[own]
    weights, bias = [], []
    for place, step in enumerate(STEPS):
        model = LogisticRegression(C=_POLICY_STRENGTH, max_iter=1000)
        model.fit(features[:, place], level >= step)
        weights.append(model.coef_[0])
        bias.append(model.intercept_[0])
    policy = Policy(
        weights=np.array(weights, dtype=np.float32),
        bias=np.array(bias, dtype=np.float32),
        thresholds=np.full(len(STEPS), 0.5, dtype=np.float32),
    )
    chances = policy.chances(features)
    harmless = material.is_ordinary[own] & (level == Level.NONE)
    return replace(policy, thresholds=_thresholds(chances, level, harmless, ceiling=ceiling))


def whole(prepared: Prepared, policy: Policy, plan: Plan) -> Arrays:
    """Return the file that ships: readers and n-grams trained on everything, and the policy."""
    rows = list(range(len(prepared.material.texts)))
    readers = [
        _trained(prepared, rows, plan, seed=plan.seed + number, label=f"reader {number + 1}")
        for number in range(plan.readers)
    ]
    linear = _fitted(prepared, np.array(rows), plan)
    return {
        **network.stored(readers, prepared.vocabulary, SIZE),
        **linear.stored(),
        "policy_weights": policy.weights,
        "policy_bias": policy.bias,
        "policy_thresholds": policy.thresholds,
    }


def _thresholds(
    chances: NDArray[np.float32],
    level: NDArray[np.int64],
    harmless: NDArray[np.bool_],
    *,
    ceiling: float,
) -> NDArray[np.float32]:
    """Return a threshold for each step.

    Moderate: the lowest that calls at most `ceiling` of ordinary chat moderate, for missing a
    student costs more than bothering one. The other steps: where the cost is least, a line below
    its level costing twice a line above it.
    """
    chosen = []
    for place, step in enumerate(STEPS):
        chance = chances[:, place]
        if step is Level.MODERATE:
            chosen.append(float(np.quantile(chance[harmless], 1 - ceiling)))
            continue
        tried = np.quantile(chance, np.linspace(0.01, 0.99, 99))
        reaches = level >= step
        costs = [
            2 * (reaches & (chance < at)).sum() + (~reaches & (chance >= at)).sum() for at in tried
        ]
        chosen.append(float(tried[int(np.argmin(costs))]))
    return np.array(chosen, dtype=np.float32)


def _features(
    prepared: Prepared,
    readers: Sequence[network.Network],
    linear: Linear,
    rows: NDArray[np.int64],
) -> NDArray[np.float32]:
    outputs = np.mean([outputs_of(one, prepared.encoded, rows.tolist()) for one in readers], axis=0)
    by_readers = stepwise(outputs[:, : len(Level)])
    by_ngrams = linear.outputs(prepared.counted[rows])
    by_phrases = prepared.material.by_phrases[rows]
    return np.stack(
        [
            features_of(reader, ngram, Level(phrase))
            for reader, ngram, phrase in zip(by_readers, by_ngrams, by_phrases, strict=True)
        ]
    )


def _trained(
    prepared: Prepared, rows: list[int], plan: Plan, *, seed: int, label: str
) -> network.Network:
    return trained(
        prepared.encoded,
        prepared.material.heads(),
        rows,
        tokens=len(prepared.vocabulary) + 2,
        seed=seed,
        size=SIZE,
        course=plan.course,
        label=label,
    )


def _fitted(prepared: Prepared, rows: NDArray[np.int64], plan: Plan) -> Linear:
    marks = prepared.material.marks()[rows]
    return fitted(prepared.counted[rows], marks, strength=_STRENGTH, seed=plan.seed)


def _groups(material: Material) -> NDArray[np.int64]:
    """Return a number for each writer; texts of another set are a writer each."""
    names = [
        writer if own else f"{writer} {place}"
        for place, (writer, own) in enumerate(zip(material.writers, material.is_own, strict=True))
    ]
    return np.unique(names, return_inverse=True)[1]
