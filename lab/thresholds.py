"""Thresholds of the shipped risk models, chosen where the models never learned.

Watch and moderate take the lowest threshold that keeps ordinary chat under a ceiling, on the
corpus' development part and on public chat, each counting half: missing a student costs more than
bothering one, but people must be able to talk about their day. High and imminent stay where the
cost is least (`lab.risk`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from companion.language import Language
from companion.risk.by_phrases import by_phrases
from companion.risk.learned import STEPS, signals, stored
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
    file = dict(stored(language))
    policy = Policy.read(file)
    lines = [
        line for line in load(language, Part.DEV) if line.is_everyday and line.level is Level.NONE
    ]
    pools = [
        _chances(policy, [(line.text, line.history) for line in lines]),
        _chances(policy, [(text, ()) for text in _chat(language, folder)]),
    ]
    thresholds = policy.thresholds.copy()
    for step, ceiling in CEILINGS.items():
        place = STEPS.index(step)
        thresholds[place] = _lowest([pool[:, place] for pool in pools], ceiling)
    put(f"risk_{language}", file | {"policy_thresholds": thresholds})
    return thresholds


def _lowest(pools: Sequence[NDArray[np.float32]], ceiling: float) -> float:
    """Return the lowest threshold that the pools reach no oftener than the ceiling on average."""
    tried = np.unique(np.concatenate(pools))[::-1]
    reached = np.mean([[(pool >= at).mean() for at in tried] for pool in pools], axis=0)
    return float(tried[np.flatnonzero(reached <= ceiling)[-1]])


def _chat(language: Language, folder: Path) -> Sequence[str]:
    if language is Language.ZH:
        return sets.unseen_chat(folder).texts[::2][:_MOST_CHAT]
    return sets.goemotions(folder, "dev").texts[::2][:_MOST_CHAT]


def _chances(policy: Policy, texts: Sequence[tuple[str, Sequence[Turn]]]) -> NDArray[np.float32]:
    rows = []
    for text, history in texts:
        said = signals(readings(text), history)
        level = by_phrases(text, history=history).level
        rows.append(policy.chances(features_of(said.by_readers, said.by_ngrams, level)))
    return np.array(rows)
