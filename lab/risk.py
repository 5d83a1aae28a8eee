"""Training of the risk models: readers, n-grams, and the policy that weighs them.

What the policy learns from are the lines of writers that were held out: models that never saw a
line of theirs read them first. Then everything is trained again on all writers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from companion.learned.files import Arrays
from companion.learned.reader import lexicon
from companion.risk.learned import BREAKS, STEPS, stepwise
from companion.risk.levels import Level
from companion.risk.policy import Policy, features_of
from lab.risk_data import OTHER_SET, Material
from lab.small import cut_encoder, network
from lab.small.linear import Linear, counted_in, fitted
from lab.small.network import Encoded, Size
from lab.small.training import Course, outputs_of, trained

SIZE = Size()
COURSE = Course()
TUNING = cut_encoder.Tuning()
_STRENGTH = 6.0  # inverse of the n-grams' L2 penalty
_POLICY_STRENGTH = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much work one training is."""

    #: The share of the writers, the newest ones, that only the policy learns from at first.
    held_out: float = 0.25
    readers: int = 1
    seed: int = 20
    course: Course = COURSE
    #: Folder of all-MiniLM-L6-v2; None: no encoder for this language.
    encoder: Path | None = None
    tuning: cut_encoder.Tuning = TUNING
    #: The share of ordinary chat, held out, that may be called moderate.
    ceiling: float = 0.02
    #: The share of texts at risk that the quick models may take for too harmless to look twice.
    overlooked: float = 0.015


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A material as numbers, made once."""

    material: Material
    vocabulary: list[str]
    encoded: list[Encoded]
    counted: csr_matrix
    #: The encoder's own pieces, and the texts cut into them; empty without an encoder.
    pieces: list[str]
    cut: list[list[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """Models of one language."""

    readers: Sequence[network.Network]
    linear: Linear
    encoder: cut_encoder.Cut | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """How the quick models are weighed, and how with the encoder beside them."""

    quick: Policy
    full: Policy | None


def prepared(material: Material, plan: Plan) -> Prepared:
    """Return a material as the models take it."""
    language = material.language
    words = lexicon(language).numbers
    vocabulary = network.vocabulary_of(material.texts, language, known=words)
    base = plan.encoder
    pieces = cut_encoder.vocabulary_of(base, material.texts) if base else []
    return Prepared(
        material=material,
        vocabulary=vocabulary,
        encoded=network.encoded(material.texts, language, vocabulary),
        counted=counted_in(material.texts, language),
        pieces=pieces,
        cut=cut_encoder.encoded(material.texts, pieces, breaks=BREAKS) if base else [],
    )


def held_out(material: Material, plan: Plan) -> NDArray[np.bool_]:
    """Return which texts stand aside: those of the newest writers, and a share of public ones."""
    own = zip(material.writers, material.is_own, strict=True)
    lines = Counter(name for name, is_own in own if is_own)
    # Those who wrote in this language: a few lines of others are read as it, too.
    names = sorted(name for name, count in lines.items() if count > lines.total() / 100)
    newest = set(names[len(names) - max(1, round(plan.held_out * len(names))) :])
    every = max(2, round(1 / plan.held_out))
    return np.array(
        [
            name in newest or (name == OTHER_SET and place % every == 0)
            for place, name in enumerate(material.writers)
        ]
    )


def train(prepared: Prepared, rows: NDArray[np.int64], plan: Plan) -> Trained:
    """Return the models trained on some rows."""
    readers = [
        trained(
            prepared.encoded,
            prepared.material.heads(),
            rows.tolist(),
            tokens=len(prepared.vocabulary) + 2,
            seed=plan.seed + number,
            size=SIZE,
            course=plan.course,
            label=f"reader {number + 1}",
        )
        for number in range(plan.readers)
    ]
    marks = prepared.material.marks()[rows]
    linear = fitted(prepared.counted[rows], marks, strength=_STRENGTH, seed=plan.seed)
    encoder = None
    if plan.encoder is not None:
        encoder = cut_encoder.tuned(
            plan.encoder,
            prepared.pieces,
            prepared.cut,
            heads=prepared.material.heads(),
            rows=rows.tolist(),
            tuning=plan.tuning,
            seed=plan.seed,
            label="encoder",
        )
    return Trained(readers=readers, linear=linear, encoder=encoder)


def features(
    prepared: Prepared, models: Trained, rows: NDArray[np.int64], *, full: bool
) -> NDArray[np.float32]:
    """Return what the policy weighs, shape (texts, steps, features); `full`: the encoder too."""
    outputs = np.mean(
        [outputs_of(one, prepared.encoded, rows.tolist()) for one in models.readers], axis=0
    )
    by_readers = stepwise(outputs[:, : len(Level)])
    by_ngrams = models.linear.outputs(prepared.counted[rows])
    by_phrases = prepared.material.by_phrases[rows]
    by_encoder: Sequence[NDArray[np.float32] | None] = [None] * len(rows)
    if full and models.encoder is not None:
        said = cut_encoder.outputs_of(models.encoder, prepared.cut, rows.tolist())
        by_encoder = list(stepwise(said[:, : len(Level)]))
    return np.stack(
        [
            features_of(reader, ngram, Level(phrase), encoder)
            for reader, ngram, phrase, encoder in zip(
                by_readers, by_ngrams, by_phrases, by_encoder, strict=True
            )
        ]
    )


def policies(prepared: Prepared, models: Trained, rows: NDArray[np.int64], plan: Plan) -> Policies:
    """Return the policies learned from rows that these models never saw."""
    material = prepared.material
    rows = rows[material.is_own[rows]]
    seen = features(prepared, models, rows, full=False)
    quick = policy_of(seen, material, rows, plan=plan)
    if models.encoder is None:
        return Policies(quick=quick, full=None)
    place = STEPS.index(Level.MODERATE)
    at_risk = material.level[rows] >= Level.MODERATE
    doubt = float(np.quantile(quick.chances(seen)[at_risk, place], plan.overlooked))
    seen = features(prepared, models, rows, full=True)
    full = replace(policy_of(seen, material, rows, plan=plan), doubt=doubt)
    return Policies(quick=quick, full=full)


def policy_of(
    features: NDArray[np.float32], material: Material, rows: NDArray[np.int64], *, plan: Plan
) -> Policy:
    """Return the policy learned from features of these rows."""
    level = material.level[rows]
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
    harmless = material.is_ordinary[rows] & (level == Level.NONE)
    return replace(policy, thresholds=_thresholds(chances, level, harmless, ceiling=plan.ceiling))


def files(prepared: Prepared, models: Trained, policies: Policies) -> dict[str, Arrays]:
    """Return the files that ship, by the beginning of their names."""
    result: dict[str, Arrays] = {
        "risk": {
            **network.stored(models.readers, prepared.vocabulary, SIZE),
            **models.linear.stored(),
            **policies.quick.stored(),
        }
    }
    if models.encoder is not None and policies.full is not None:
        encoder = cut_encoder.stored(models.encoder, prepared.pieces)
        result["encoder"] = {**encoder, **policies.full.stored()}
    return result


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
