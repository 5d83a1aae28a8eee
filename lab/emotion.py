"""Training of the emotion models: `python -m lab emotion`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
import typer
from numpy.typing import NDArray

from companion.emotion.blend import calibrated
from companion.emotion.mixture import LABELS, bars, mixed
from companion.emotion.plain import plain
from companion.language import Language
from companion.learned.files import Arrays
from lab import sets
from lab.blend import Blend, Material, Recipe, blended, material
from lab.card import fill
from lab.emotion_data import HELD_GOEMOTIONS, Source, held_of_semeval_en, seven, source
from lab.emotion_scores import Values, best_thresholds, crossed_thresholds, figures, platt
from lab.sets import LabelledSet
from lab.shelf import put
from lab.small.network import Size
from lab.small.training import Course

RESULTS = Path(__file__).parents[1] / "docs" / "models" / "emotion.json"
SEED = 7
FOLDS = 3
#: Own lines are few; each is read so often in a round.
_OWN_AGAIN = 3
#: SemEval's English rows beside twenty times as many of GoEmotions.
_FIRST_AGAIN = {Language.ZH: 1, Language.EN: 4}
#: An English text counts as like SemEval's only when it clearly is, in log-odds: those readers
#: mark strong feelings in most texts, which would be wrong of a student's ordinary line.
_CAUTION = {Language.ZH: 0.0, Language.EN: 1.0}
_CERTAIN = 30.0  # log-odds
_READERS_OF_FIRST_ALONE = (0.3,) * LABELS + (0.0,) * (LABELS + 1)
RECIPES: Mapping[Language, Recipe] = {
    Language.ZH: Recipe(
        size=Size(width=64, filters=80, windows=(1, 2, 3, 4)),
        course=Course(rounds=12, batch=32, rate=2.2e-3),
        share_of_readers=_READERS_OF_FIRST_ALONE,
    ),
    Language.EN: Recipe(
        size=Size(width=64, filters=96, windows=(1, 2, 3, 4)),
        course=Course(rounds=5, batch=64),
        share_of_readers=0.6,
        least_seen=5,
    ),
}


@dataclass(frozen=True, slots=True)
class Settled:
    """How raw outputs become answers."""

    #: Slope and shift of each output.
    calibration: Values
    #: A bar for each label as each of the two sets has it, shape (2, 7).
    thresholds: Values
    #: Whether a set has a label at all, shape (2, 7).
    asked: Values


def run(
    language: Language,
    *,
    data: Path | None = None,
    teacher: Path | None = None,
    quick: bool = False,
    results: Path = RESULTS,
) -> None:
    """Train, calibrate and measure the model of one language, and put it on the shelf.

    `teacher` is a file that `lab.teacher` wrote (English only). A quick run writes nothing.
    """
    torch.set_num_threads(1)
    folder = sets.data_folder(data)
    learned = source(folder, language, teacher=teacher)
    recipe = RECIPES[language]
    if quick:
        recipe = replace(recipe, seeds=(1,), course=replace(recipe.course, rounds=2))
    heads = learned.heads()
    numbers = material(learned.texts, language, heads, learned.marks, at_least=recipe.least_seen)
    train = _train_zh if language is Language.ZH else _train_en
    stored, found = train(learned, numbers, recipe, folder)
    typer.echo(json.dumps(found, indent=2))
    if not quick:
        put_both(f"emotion_{language}", stored)
        note(results, {str(language): found})


def put_both(name: str, stored: Arrays) -> None:
    """Put a blend on the shelf as two files, each small enough to clone: readers and n-grams."""
    ngrams = {key: value for key, value in stored.items() if key.startswith("ngram_")}
    rest = {key: value for key, value in stored.items() if key not in ngrams}
    for file in (put(name, rest), put(f"{name}_ngrams", ngrams)):
        typer.echo(f"{file.name}: {file.stat().st_size:,} bytes")


def note(results: Path, found: Mapping[str, object]) -> None:
    """Write figures beside those that a results file already has."""
    results.parent.mkdir(parents=True, exist_ok=True)
    before = json.loads(results.read_text(encoding="utf-8")) if results.exists() else {}
    text = json.dumps(before | dict(found), indent=2, sort_keys=True, ensure_ascii=False)
    results.write_text(text + "\n", encoding="utf-8")
    fill(results.with_suffix(".md"), results)


def _train_zh(
    learned: Source, numbers: Material, recipe: Recipe, folder: Path
) -> tuple[Arrays, dict[str, object]]:
    """Chinese is small: out-of-fold predictions calibrate, then everything trains."""
    public = np.concatenate([learned.first, learned.second])
    fold = np.random.default_rng(SEED).integers(0, FOLDS, len(public))
    odds = np.zeros((len(public), learned.marks.shape[1]), dtype=np.float32)
    one_reader = replace(recipe, seeds=recipe.seeds[:1])
    for one in range(FOLDS):
        rows = _again(learned, public[fold != one])
        read = _for_readers(learned, rows)
        model = blended(numbers, rows, one_reader, for_readers=read, label=f"fold {one + 1}")
        odds[fold == one] = model.outputs(numbers, public[fold == one].tolist())
        typer.echo(f"fold {one + 1} of {FOLDS} done")
    settled = _settled(learned, public, odds)
    found = _out_of_fold(learned, public, odds, fold)
    rows = _again(learned, public)
    read = _for_readers(learned, rows)
    model = blended(numbers, rows, recipe, for_readers=read, label="whole")
    dev = sets.semeval(folder, Language.ZH, "dev")
    found["semeval zh dev"] = _tested(model, numbers, dev, settled)
    return dict(model.stored(numbers)) | asdict(settled), found


def _train_en(
    learned: Source, numbers: Material, recipe: Recipe, folder: Path
) -> tuple[Arrays, dict[str, object]]:
    """English is large: a part is held out for calibration, none of the tests is trained on."""
    held = held_of_semeval_en(len(learned.first))
    half = len(held) // 2
    calibrating = np.concatenate([learned.first[held[half:]], learned.second[:HELD_GOEMOTIONS]])
    kept_first = np.setdiff1d(learned.first, learned.first[held])
    rows = _again(learned, np.concatenate([kept_first, learned.second[HELD_GOEMOTIONS:]]))
    model = blended(numbers, rows, recipe, label="en")
    odds = model.outputs(numbers, calibrating.tolist())
    settled = _settled(learned, calibrating, odds)
    found: dict[str, object] = {}
    for test, like in ((_semeval_en(folder, held[:half]), 1), (sets.goemotions(folder, "dev"), 0)):
        found[test.name] = _tested(model, numbers, test, settled)
        told = _settled(learned, calibrating, odds, like=like)
        found[f"{test.name}, told its set"] = _tested(model, numbers, test, told)
    return dict(model.stored(numbers)) | asdict(settled), found


def _semeval_en(folder: Path, held: NDArray[np.intp]) -> LabelledSet:
    """Return SemEval's English development part and some rows of its train part as one set."""
    more = sets.semeval(folder, Language.EN, "dev")
    train = sets.semeval(folder, Language.EN, "train")
    return replace(
        more,
        name="semeval en held out and dev",
        texts=(*more.texts, *(train.texts[row] for row in held)),
        marks=np.vstack([more.marks, train.marks[held]]),
    )


def _again(learned: Source, rows: NDArray[np.intp]) -> list[int]:
    """Return rows to train on; small but telling parts occur several times."""
    first = np.intersect1d(rows, learned.first)
    more = [first] * (_FIRST_AGAIN[learned.language] - 1) + [learned.own] * _OWN_AGAIN
    return [int(row) for row in np.concatenate([rows, *more])]


def _for_readers(learned: Source, rows: list[int]) -> list[int]:
    """Return the rows that the Chinese readers train on: CPED only took from them.

    Its labels come from video; the linear model alone answers as its readers would.
    """
    left_out = set(learned.second.tolist())
    return [row for row in rows if row not in left_out]


def _settled(
    learned: Source, rows: NDArray[np.intp], odds: Values, *, like: int | None = None
) -> Settled:
    """Return calibration and thresholds learned on rows that nothing was trained on.

    With `like` every text is taken for one of the first set (1) or of the second (0).
    """
    marks = learned.marks[rows].copy()
    is_first = np.isin(rows, learned.first)
    # What a teacher said is no observation.
    marks[~is_first, :LABELS] = np.nan
    calibration = platt(odds, marks, caution=_CAUTION[learned.language])
    if like is not None:
        calibration[-1] = (0.0, _CERTAIN if like else -_CERTAIN)
    seen, _ = mixed(calibrated(odds, *calibration.T), learned.asked)
    thresholds = np.stack(
        [
            best_thresholds(seen[is_first], marks[is_first, :LABELS]),
            best_thresholds(seen[~is_first], marks[~is_first, LABELS : 2 * LABELS]),
        ]
    )
    for one, other in ((0, 1), (1, 0)):
        absent = learned.asked[one] == 0
        thresholds[one, absent] = thresholds[other, absent]
    return Settled(calibration, thresholds, learned.asked)


def _out_of_fold(
    learned: Source, rows: NDArray[np.intp], odds: Values, fold: NDArray[np.intp]
) -> dict[str, object]:
    """Return figures on rows that were not trained on, thresholds from the other folds."""
    seen, _ = mixed(calibrated(odds, *platt(odds, learned.marks[rows]).T), learned.asked)
    result: dict[str, object] = {}
    for name, part, columns in (
        ("semeval zh out of fold", learned.first, slice(0, LABELS)),
        ("cped out of fold", learned.second, slice(LABELS, 2 * LABELS)),
    ):
        here = np.isin(rows, part) & ~np.isnan(learned.marks[rows, columns]).any(axis=1)
        marks = learned.marks[rows[here], columns]
        crossed = crossed_thresholds(seen[here], marks, fold[here])
        result[name] = figures(seen[here], crossed, marks)
    return result


def _tested(
    model: Blend, numbers: Material, test: LabelledSet, settled: Settled
) -> dict[str, object]:
    """Return the figures of the whole pipeline, as it runs, on a set nothing was trained on."""
    texts = [plain(text) for text in test.texts]
    marks, _ = seven(test)
    odds = model.outputs(
        material(texts, numbers.language, (), marks, vocabulary=numbers.vocabulary),
        range(len(texts)),
    )
    seen, like = mixed(calibrated(odds, *settled.calibration.T), settled.asked)
    return figures(seen, bars(like, settled.thresholds), marks)
