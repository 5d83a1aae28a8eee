"""Public sets: texts of real people, measured without ever being shown."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from companion.errors import BadInput
from companion.language import Language
from companion.risk.levels import Level
from lab.evaluation.judged import Screen
from lab.evaluation.keywords import has_keyword, is_loud
from lab.evaluation.metrics import Binary, Marks, Share, binary, share
from lab.sets import (
    LabelledSet,
    every_second,
    goemotions,
    hard_negatives,
    psysuicide,
    unseen_chat,
)

#: What the training of the risk models may leave: its reading of PsySUICIDE, each text by models
#: that had not seen it. {"levels": [...]} in the order of the set; a level is 0 to 4.
UNSEEN = Path("build/psysuicide_unseen.json")

_UNRELATED = "与自杀/自伤/攻击行为无关"
_SEED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """How much of a set that nobody labelled for risk is raised to moderate and above."""

    name: str
    language: Language
    raised: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Suicidality:
    """PsySUICIDE: at risk means any of its classes but "unrelated"."""

    whole: Binary
    by_origin: dict[str, Binary]
    #: Of the texts at risk without a keyword: noticed.
    implicit: Share
    #: Of the unrelated texts with 死 or 杀: raised.
    loud: Share


def chats(folder: Path, language: Language, *, most: int) -> list[LabelledSet]:
    """Return ordinary chat: the candidates with crisis-like words, and a sample of plain lines."""
    plain = unseen_chat(folder) if language is Language.ZH else goemotions(folder, "dev")
    # The other half of both chose the thresholds.
    return [_sample(hard_negatives(folder, language), most), _sample(every_second(plain), most)]


def chat(of: LabelledSet, language: Language, screen: Screen) -> Chat:
    """Return how often a screening raises the texts of a set."""
    return Chat(
        name=of.name,
        language=language,
        raised=share((screen(text).level.needs_card for text in of.texts), resampled=True),
    )


def suicidal_texts(folder: Path, *, most: int) -> LabelledSet:
    """Return PsySUICIDE, or its first rows."""
    found = psysuicide(folder)
    return LabelledSet(
        name=found.name,
        labels=found.labels,
        texts=found.texts[:most],
        marks=found.marks[:most],
        origins=found.origins[:most],
    )


def suicidality(of: LabelledSet, raised: Sequence[bool]) -> Suicidality:
    """Return how well texts were told apart; `raised` is in their order."""
    classes = [place for place, label in enumerate(of.labels) if label != _UNRELATED]
    at_risk: Marks = np.array([bool(row.any()) for row in of.marks[:, classes]])
    called, origins = np.array(raised, dtype=bool), np.array(of.origins)
    quiet = np.array([not has_keyword(text) for text in of.texts])
    shouting = np.array([is_loud(text) for text in of.texts])
    return Suicidality(
        whole=binary(at_risk, called),
        by_origin={
            str(name): binary(at_risk[origins == name], called[origins == name])
            for name in sorted(set(of.origins))
        },
        implicit=share(called[at_risk & quiet], resampled=True),
        loud=share(called[~at_risk & shouting], resampled=True),
    )


def read_unseen(of: LabelledSet, file: Path = UNSEEN) -> tuple[LabelledSet, list[bool]] | None:
    """Return the texts the models had not seen, and which of them they raised; None without file.

    Raises BadInput when the file is of another set.
    """
    if not file.is_file():
        return None
    levels = json.loads(file.read_text(encoding="utf-8"))["levels"]
    if len(levels) < len(of):
        raise BadInput(f"{file}: {len(levels)} levels for {len(of)} texts; train anew")
    rows = [row for row, level in enumerate(levels[: len(of)]) if level is not None]
    return _rows(of, rows), [Level(levels[row]).needs_card for row in rows]


def _rows(of: LabelledSet, rows: Sequence[int]) -> LabelledSet:
    return replace(
        of,
        texts=tuple(of.texts[row] for row in rows),
        marks=of.marks[list(rows)],
        origins=tuple(of.origins[row] for row in rows) if of.origins else of.origins,
    )


def _sample(of: LabelledSet, most: int) -> LabelledSet:
    rows = list(range(len(of)))
    chosen = sorted(random.Random(_SEED).sample(rows, min(most, len(rows))))  # noqa: S311 - a sample
    return _rows(of, chosen)
