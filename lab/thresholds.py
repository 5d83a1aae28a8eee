"""Thresholds of the shipped risk models, chosen where the models never learned.

Watch and moderate: where the share of lines at risk that is missed and the share of harmless ones
that is raised are least in sum, on the corpus' development part. Of real messages hundreds are
harmless for one at risk, so a student missed weighs as much as hundreds bothered. But never so
low that more than a ceiling of ordinary chat (everyday lines of that part and public chat
together) is reached: people must be able to talk about their day. High and imminent stay where the
cost is least (`lab.risk`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from companion.language import Language
from companion.risk.by_phrases import by_phrases
from companion.risk.learned import ENCODED, STEPS, looked_twice, signals, stored, stored_encoder
from companion.risk.levels import Level
from companion.risk.policy import Policy, features_of
from companion.risk.windows import readings
from companion.turns import Turn
from lab import sets
from lab.corpus import Part, load
from lab.shelf import put

#: The share of ordinary chat that may reach each step.
CEILINGS = {Level.WATCH: 0.05, Level.MODERATE: 0.02}
_MOST_CHAT = 1500


def choose(language: Language, folder: Path) -> NDArray[np.float32]:
    """Choose and store the thresholds of one language; returns them."""
    is_encoded = language in ENCODED
    file = dict(stored_encoder(language) if is_encoded else stored(language))
    quick, policy = Policy.read(stored(language)), Policy.read(file)
    dev = load(language, Part.DEV)
    chances, kept = _chances(quick, policy, [(line.text, line.history) for line in dev], language)
    lines = [dev[place] for place in kept]
    of_chat, _ = _chances(quick, policy, [(text, ()) for text in _chat(language, folder)], language)
    level = np.array([line.level for line in lines])
    everyday = np.array([line.is_everyday and line.level is Level.NONE for line in lines])
    thresholds = policy.thresholds.copy()
    for step, ceiling in CEILINGS.items():
        place = STEPS.index(step)
        ordinary = np.concatenate([chances[everyday, place], of_chat[:, place]])
        reaches = level >= step
        cheapest = _cheapest(chances[reaches, place], chances[level == Level.NONE, place])
        thresholds[place] = max(_lowest(ordinary, ceiling), cheapest)
    name = f"encoder_{language}" if is_encoded else f"risk_{language}"
    put(name, file | {"policy_thresholds": thresholds})
    return thresholds


def _lowest(chances: NDArray[np.float32], ceiling: float) -> float:
    """Return the lowest threshold that no more than this share of the texts reaches."""
    tried = np.unique(chances)[::-1]
    reached = np.array([(chances >= at).mean() for at in tried])
    return float(tried[np.flatnonzero(reached <= ceiling)[-1]])


def _cheapest(at_risk: NDArray[np.float32], harmless: NDArray[np.float32]) -> float:
    """Return the threshold of least cost, shares weighed against each other."""
    tried = np.linspace(0.02, 0.98, 97)
    costs = [(at_risk < at).mean() + (harmless >= at).mean() for at in tried]
    return float(tried[int(np.argmin(costs))])


def _chat(language: Language, folder: Path) -> Sequence[str]:
    if language is Language.ZH:
        return sets.unseen_chat(folder).texts[::2][:_MOST_CHAT]
    return sets.goemotions(folder, "dev").texts[::2][:_MOST_CHAT]


def _chances(
    quick: Policy,
    full: Policy,
    texts: Sequence[tuple[str, Sequence[Turn]]],
    language: Language,
) -> tuple[NDArray[np.float32], list[int]]:
    """Return the chances of each step, by the weighing that the screen would use.

    A text that is read in another language is left out; the second result says which stayed.
    """
    place, rows, kept = STEPS.index(Level.MODERATE), [], []
    for number, (text, history) in enumerate(texts):
        said = signals(readings(text), history)
        if said.language is not language:
            continue
        level = by_phrases(text, history=history).level
        chances = quick.chances(features_of(said.by_readers, said.by_ngrams, level))
        if language in ENCODED and chances[place] >= full.doubt:
            twice = looked_twice(said)
            features = features_of(twice.by_readers, twice.by_ngrams, level, twice.by_encoder)
            chances = full.chances(features)
        rows.append(chances)
        kept.append(number)
    return np.array(rows), kept
