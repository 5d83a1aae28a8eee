"""What the emotion models learn from: two sets a language, lines of our own, and a teacher.

The outputs are those of `companion.emotion.mixture`: seven as the first set's readers mark a
text (SemEval), seven as the second's (CPED; GoEmotions), and which of the two it is like.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from companion.emotion.mixture import LABELS, OUTPUTS
from companion.emotion.plain import plain
from companion.language import Language
from lab import sets
from lab.sets import EKMAN, LabelledSet, Marks
from lab.small.heads import Answer, Head

LINES = Path(__file__).with_name("emotion_lines.toml")
#: Rows of GoEmotions' train part that calibrate and choose thresholds; no model trains on them.
HELD_GOEMOTIONS = 4_341
#: What the teacher can tell: SemEval's English labels.
TAUGHT = ("joy", "sadness", "anger", "fear", "surprise")
_WEIGHT_OF_LIKENESS = 0.2
_SEED = 5
_HELD_SHARE = 5  # one in so many rows of SemEval en is held out
_TRUST_IN_TEACHER = 0.4
#: The teacher's log-odds above which the linear model takes its answer for a yes.
_TEACHER_SAYS_YES = -0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """All texts of one language, what readers said, and which rows serve for what."""

    language: Language
    texts: list[str]
    #: Shape (texts, OUTPUTS): 0 or 1; NaN where nobody said. Own lines answer for both sets.
    marks: Marks
    #: The same for the readers: shares of belief, with what the teacher thinks mixed in.
    beliefs: Marks
    #: Shape (2, 7): whether a set has a label at all.
    asked: Marks
    first: NDArray[np.intp]
    second: NDArray[np.intp]
    own: NDArray[np.intp]

    def heads(self) -> tuple[Head, ...]:
        """Return the three questions to the readers."""
        parts = np.split(self.beliefs, [LABELS, 2 * LABELS], axis=1)
        weights = (1.0, 1.0, _WEIGHT_OF_LIKENESS)
        return tuple(
            Head(name=name, size=part.shape[1], answer=Answer.SEVERAL, weight=w, targets=part)
            for name, part, w in zip(("first", "second", "like"), parts, weights, strict=True)
        )


def held_of_semeval_en(rows: int) -> NDArray[np.intp]:
    """Return the rows of SemEval's English train part that nothing trains on."""
    return np.sort(np.random.default_rng(_SEED).permutation(rows)[: rows // _HELD_SHARE])


def source(folder: Path, language: Language, *, teacher: Path | None = None) -> Source:
    """Return what the models of a language learn from; `teacher` is a file `lab teacher` wrote."""
    first = sets.semeval(folder, language, "train")
    zh = language is Language.ZH
    second = sets.cped(folder) if zh else sets.goemotions(folder, "train")
    own_texts, own_marks = own_lines(language)
    texts = [plain(text) for text in (*first.texts, *second.texts)] + own_texts
    ends = np.cumsum([len(first), len(second), len(own_texts)])
    rows = np.split(np.arange(ends[-1]), ends[:-1])
    marks = np.full((len(texts), OUTPUTS), np.nan, dtype=np.float32)
    asked = np.ones((2, LABELS), dtype=np.float32)
    marks[rows[0], :LABELS], asked[0] = seven(first)
    marks[rows[1], LABELS : 2 * LABELS], asked[1] = seven(second)
    marks[rows[2], : 2 * LABELS] = np.hstack([own_marks, own_marks])
    marks[rows[0], -1], marks[rows[1], -1] = 1, 0
    beliefs = marks.copy()
    beliefs[np.ix_(rows[0], np.flatnonzero(asked[0] == 0))] = 0
    if teacher is not None:
        _learn_from(teacher, marks, beliefs, rows)
    return Source(
        language=language,
        texts=texts,
        marks=marks,
        beliefs=beliefs,
        asked=asked,
        first=rows[0],
        second=rows[1],
        own=rows[2],
    )


def seven(labelled: LabelledSet) -> tuple[Marks, Marks]:
    """Return a set's marks in the order of EKMAN, and which labels it has.

    Where a set has no "neutral", a text with no mark at all is neutral.
    """
    marks = np.full((len(labelled), LABELS), np.nan, dtype=np.float32)
    asked = np.array([label in labelled.labels for label in EKMAN], dtype=np.float32)
    for column, label in enumerate(labelled.labels):
        marks[:, EKMAN.index(label)] = labelled.marks[:, column]
    if not asked[-1]:
        marks[:, -1] = labelled.marks.sum(axis=1) == 0
        asked[-1] = 1
    return marks, asked


def own_lines(language: Language) -> tuple[list[str], Marks]:
    """Return the lines written for this project, plain, and their seven marks."""
    document = tomllib.loads(LINES.read_text(encoding="utf-8"))
    texts: list[str] = []
    marks: list[list[float]] = []
    for entry in document["lines"]:
        if entry["language"] == language:
            named = entry["emotions"] or ["neutral"]
            found = [plain(line) for line in entry["texts"].strip().split("\n")]
            texts += found
            marks += [[float(label in named) for label in EKMAN]] * len(found)
    return texts, np.array(marks, dtype=np.float32)


def _learn_from(
    teacher: Path, marks: Marks, beliefs: Marks, rows: Sequence[NDArray[np.intp]]
) -> None:
    """Take over how a teacher would mark as the first set's readers do.

    On the first set its answers are mixed into the readers' own; on the second set's texts, which
    those readers never saw, it is the only source. (Of the second set's own marks it knows less
    than the models here do.)
    """
    with np.load(teacher, allow_pickle=False) as said:
        on_first, on_second = said["semeval"], said["goemotions"]
    beliefs[rows[1], :LABELS] = _chances(on_second[:, :LABELS])
    shared = [EKMAN.index(label) for label in TAUGHT]
    marks[np.ix_(np.array(rows[1]), np.array(shared))] = on_second[:, shared] > _TEACHER_SAYS_YES
    place = np.ix_(np.array(rows[0]), np.array([*shared, LABELS - 1]))
    trust = _TRUST_IN_TEACHER
    beliefs[place] = (1 - trust) * marks[place] + trust * _chances(on_first[:, [*shared, -1]])


def _chances(log_odds: Marks) -> Marks:
    return np.asarray(1 / (1 + np.exp(-log_odds)), dtype=np.float32)
