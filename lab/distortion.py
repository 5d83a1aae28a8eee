"""Training of the models that tell distorted thinking: `python -m lab distortion`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score

from companion.emotion.blend import calibrated
from companion.emotion.plain import plain
from companion.language import Language
from lab import sets
from lab.blend import Recipe, blended, material
from lab.emotion import note, put_both
from lab.emotion_data import own_lines
from lab.emotion_scores import Values, calibration_error, platt
from lab.sets import EKMAN, Marks
from lab.small.heads import Answer, Head
from lab.small.network import Size
from lab.small.training import Course

RESULTS = Path(__file__).parents[1] / "docs" / "models" / "distortion.json"
SEED = 11
#: Ordinary English lines beside babacan's, whose undistorted texts are all long.
_ORDINARY_EN = 2_000
#: Probabilities this far below the bar are "unclear".
_UNCLEAR = 0.15
#: Own lines with these feelings may be distorted or not: nobody marked them.
_HEAVY = ("sadness", "anger", "fear", "disgust")
_LEAST_BAR, _MOST_BAR = 0.3, 0.7
RECIPES: Mapping[Language, Recipe] = {
    Language.ZH: Recipe(
        size=Size(width=96, filters=160, windows=(1, 2, 3)),
        course=Course(rounds=8, batch=32, rate=1e-3),
        strength=12.0,
        share_of_readers=0.3,
        least_seen=2,
    ),
    Language.EN: Recipe(
        size=Size(width=48, filters=64, windows=(1, 2, 3, 4)),
        course=Course(rounds=5, batch=64, rate=1.5e-3),
        share_of_readers=0.3,
        least_seen=3,
    ),
}
_FOLDS = {Language.ZH: 5, Language.EN: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Worries:
    """Texts marked distorted or not; of the set itself, and added ordinary ones."""

    texts: list[str]
    #: Shape (texts, 1).
    marks: Marks
    #: How many of the first texts are the public set's; figures are on these alone.
    public: int


def run(
    language: Language,
    *,
    data: Path | None = None,
    quick: bool = False,
    results: Path = RESULTS,
) -> None:
    """Train, calibrate and measure the model of one language, and put it on the shelf.

    A quick run writes nothing.
    """
    torch.set_num_threads(1)
    folds, recipe = _FOLDS[language], RECIPES[language]
    if quick:
        folds, recipe = 2, replace(recipe, seeds=(1,), course=replace(recipe.course, rounds=2))
    worries = _worries(sets.data_folder(data), language)
    head = Head(name="distorted", size=1, answer=Answer.SEVERAL, targets=worries.marks)
    numbers = material(worries.texts, language, [head], worries.marks, at_least=recipe.least_seen)
    every = np.arange(len(worries.texts))
    fold = np.random.default_rng(SEED).integers(0, folds, len(every))
    odds = np.zeros((len(every), 1), dtype=np.float32)
    for one in range(folds):
        model = blended(numbers, every[fold != one].tolist(), recipe, label=f"fold {one + 1}")
        odds[fold == one] = model.outputs(numbers, every[fold == one].tolist())
        typer.echo(f"fold {one + 1} of {folds} done")
    calibration = platt(odds, worries.marks)
    chances = calibrated(odds, *calibration.T)[:, 0]
    found = _figures(worries, chances, fold)
    typer.echo(json.dumps(found, indent=2))
    if quick:
        return
    bar = _bar(chances, worries.marks[:, 0] > 0)
    whole = blended(numbers, every.tolist(), recipe, label="whole")
    stored = dict(whole.stored(numbers)) | {
        "calibration": calibration,
        "unclear": np.array([max(bar - _UNCLEAR, 0), bar], dtype=np.float32),
    }
    put_both(f"distortion_{language}", stored)
    note(results, {str(language): found | {"bar": round(bar, 3)}})


def _worries(folder: Path, language: Language) -> Worries:
    zh = language is Language.ZH
    public = sets.cogdis(folder) if zh else sets.babacan(folder)
    lines, felt = own_lines(language)
    heavy = [bool(row.any()) for row in felt[:, [EKMAN.index(label) for label in _HEAVY]]]
    ordinary = [line for line, is_heavy in zip(lines, heavy, strict=True) if not is_heavy]
    if not zh:
        calm = sets.goemotions(folder, "train")
        neutral = np.flatnonzero(calm.marks[:, -1] == 1)
        chosen = np.random.default_rng(SEED).choice(neutral, _ORDINARY_EN, replace=False)
        ordinary += [plain(calm.texts[row]) for row in np.sort(chosen)]
    marks = np.vstack([public.marks, np.zeros((len(ordinary), 1), dtype=np.float32)])
    texts = [plain(text) for text in public.texts] + ordinary
    return Worries(texts=texts, marks=marks, public=len(public))


def _figures(worries: Worries, chances: Values, fold: NDArray[np.intp]) -> dict[str, object]:
    """Return what out-of-fold predictions say of the public set; bars from the other folds."""
    said = worries.marks[:, 0] > 0
    chosen = np.zeros(len(said), dtype=bool)
    for one in sorted(set(fold.tolist())):
        bar = _bar(chances[fold != one], said[fold != one])
        chosen[fold == one] = chances[fold == one] >= bar
    here = slice(0, worries.public)
    truth, answer = said[here], chosen[here]
    return {
        "texts": worries.public,
        "share_distorted": round(float(truth.mean()), 4),
        "accuracy": round(float(accuracy_score(truth, answer)), 4),
        "precision": round(float(precision_score(truth, answer)), 4),
        "recall": round(float(recall_score(truth, answer)), 4),
        "f1": round(float(f1_score(truth, answer)), 4),
        "calibration_error": round(calibration_error(chances[here], truth), 4),
        "ordinary_lines_called_distorted": round(float(chosen[worries.public :].mean()), 4),
    }


def _bar(chances: Values, said: NDArray[np.bool_]) -> float:
    """Return the bar of the best accuracy, the middle of the near-best ones."""
    candidates = np.linspace(_LEAST_BAR, _MOST_BAR, 41)
    scores = np.array([accuracy_score(said, chances >= bar) for bar in candidates])
    return float(candidates[scores >= scores.max() - 0.002].mean())
