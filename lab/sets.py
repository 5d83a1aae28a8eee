"""The public data sets, read from a folder beside the checkout; none of them is in the project.

The folder is an option of each command, else NUANYU_LAB_DATA, else `../shared/data`. The texts
hold real people's worst moments: they are never printed, logged or put into an error.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from companion.errors import NuanyuError
from companion.language import Language

Marks: TypeAlias = NDArray[np.float32]

FOLDER = "NUANYU_LAB_DATA"
#: The six emotions of Ekman and "none of them", in the order of every array of emotions.
EKMAN = ("joy", "sadness", "anger", "fear", "disgust", "surprise", "neutral")
_DEBRIS = "#NAME?"
#: CPED's thirteen emotions in Ekman's words; None where the text may be any of several.
_CPED: Mapping[str, str | None] = {
    "neutral": "neutral",
    "happy": "joy",
    "grateful": "joy",
    "relaxed": None,
    "positive-other": None,
    "anger": "anger",
    "sadness": "sadness",
    "depress": "sadness",
    "fear": "fear",
    "worried": "fear",
    "disgust": "disgust",
    "astonished": "surprise",
    "negative-other": None,
}


class DataMissing(NuanyuError):
    """A data set is not where the lab looks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledSet:
    """Texts of one set and what readers said of each."""

    name: str
    labels: tuple[str, ...]
    texts: tuple[str, ...] = field(repr=False)
    #: Shape (texts, labels): 0 or 1; NaN where nobody said.
    marks: Marks = field(repr=False)
    #: Where each text comes from, when the set tells; else empty.
    origins: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.texts)


def data_folder(given: Path | None = None) -> Path:
    """Return the folder of the data sets; raises DataMissing when there is none."""
    here = Path(__file__).resolve().parents[1]
    folder = given or Path(os.environ.get(FOLDER, here.parent / "shared" / "data"))
    if not folder.is_dir():
        raise DataMissing(f"no data sets in {folder}: name their folder by --data or {FOLDER}")
    return folder


def semeval(folder: Path, language: Language, part: str) -> LabelledSet:
    """Return SemEval 2025 task 11, track A; `part` is "train" or "dev"; en has no disgust."""
    name = {Language.ZH: "chn", Language.EN: "eng"}[language]
    rows = [
        row
        for row in _table(folder / "semeval2025-task11-brighter/track_a" / part / f"{name}.csv")
        if row["text"].strip() and _DEBRIS not in row["text"]
    ]
    labels = tuple(label for label in EKMAN if label in rows[0])
    marks = [[float(row[label]) for label in labels] for row in rows]
    return _set(f"semeval {language} {part}", labels, [row["text"] for row in rows], marks)


def goemotions(folder: Path, part: str) -> LabelledSet:
    """Return GoEmotions in Ekman's seven labels; `part` is "train" or "dev"."""
    here = folder / "goemotions/ekman"
    order = _lines(here / "labels.txt")
    rows = [line.split("\t") for line in _lines(here / f"{part}.tsv")]
    said = [{order[int(number)] for number in row[1].split(",")} for row in rows]
    marks = [[float(label in one) for label in EKMAN] for one in said]
    return _set(f"goemotions {part}", EKMAN, [row[0] for row in rows], marks)


def cped(folder: Path) -> LabelledSet:
    """Return CPED in Ekman's seven labels; they come from video, so text alone often cannot tell.

    A row whose emotion fits none of the seven says only that it is not neutral.
    """
    rows = [row for row in _table(folder / "cped/valid_split.csv") if row["Utterance"].strip()]
    marks = np.zeros((len(rows), len(EKMAN)), dtype=np.float32)
    for number, row in enumerate(rows):
        label = _CPED[row["Emotion"]]
        if label is None:
            marks[number, :-1] = np.nan
        else:
            marks[number, EKMAN.index(label)] = 1
    return _set("cped", EKMAN, [row["Utterance"] for row in rows], marks)


def everyday_chat(folder: Path, language: Language) -> tuple[str, ...]:
    """Return the everyday chat that the risk models may learn from as harmless.

    Chinese: CPED's dialogues with an odd number, so that those with an even one can measure.
    English: every tenth comment of GoEmotions' training part.
    """
    if language is Language.EN:
        return goemotions(folder, "train").texts[::10]
    rows = _table(folder / "cped" / "valid_split.csv")
    return tuple(row["Utterance"] for row in rows if is_learned_from(row["Dialogue_ID"]))


def unseen_chat(folder: Path) -> LabelledSet:
    """Return the dialogues of CPED that no risk model learns from, without labels."""
    rows = _table(folder / "cped" / "valid_split.csv")
    texts = [row["Utterance"] for row in rows if not is_learned_from(row["Dialogue_ID"])]
    return _set("cped, unseen dialogues", (), texts, [[] for _ in texts])


def every_second(of: LabelledSet) -> LabelledSet:
    """Return the second, fourth, ... text of a set: those that chose no threshold."""
    return replace(of, texts=of.texts[1::2], marks=of.marks[1::2], origins=of.origins[1::2])


def is_learned_from(dialogue: str) -> bool:
    """Whether a CPED dialogue belongs to what the risk models learn from."""
    return int(dialogue.rpartition("_")[2]) % 2 == 1


def cogdis(folder: Path) -> LabelledSet:
    """Return CogDis: worries of Chinese students, distorted or not; the same text once."""
    rows = [line.rsplit("\t", 1) for line in _lines(folder / "cogdis-pr-zh/train_80pct.tsv")]
    said = {text.strip(): float(mark) for text, mark in rows}
    return _set("cogdis zh", ("distorted",), list(said), [[mark] for mark in said.values()])


def babacan(folder: Path) -> LabelledSet:
    """Return English texts, distorted or not; short, partly artificial; the same text once."""
    rows = _table(folder / "cogdist-en-babacan/raw_Cognitive_distortions.csv")
    said = {row["Text"].strip(): float(row["Label"] == "Distortion") for row in rows}
    return _set("babacan en", ("distorted",), list(said), [[mark] for mark in said.values()])


def psysuicide(folder: Path) -> LabelledSet:
    """Return PsySUICIDE: eleven classes; `origins` tells the source of each text."""
    rows = json.loads(_file(folder / "psysuicide/valid.json").read_text(encoding="utf-8"))
    labels = tuple(sorted({label for row in rows for label in row["labels"]}))
    marks = [[float(label in row["labels"]) for label in labels] for row in rows]
    origins = tuple(row["data_source"] for row in rows)
    return _set("psysuicide", labels, [row["text"] for row in rows], marks, origins)


def hard_negatives(folder: Path, language: Language) -> LabelledSet:
    """Return ordinary lines with crisis-like words; nobody labelled them, some are distress."""
    lines = _lines(folder / "hard-negative-candidates" / f"{language}.jsonl")
    texts = [json.loads(line)["text"] for line in lines]
    return _set(f"hard negatives {language}", (), texts, [[] for _ in texts])


def _set(  # noqa: PLR0917 - the fields in their order
    name: str,
    labels: tuple[str, ...],
    texts: Sequence[str],
    marks: Iterable[Sequence[float]] | Marks,
    origins: tuple[str, ...] = (),
) -> LabelledSet:
    array = np.array(marks if isinstance(marks, np.ndarray) else list(marks), dtype=np.float32)
    return LabelledSet(name=name, labels=labels, texts=tuple(texts), marks=array, origins=origins)


def _table(path: Path) -> list[dict[str, str]]:
    with _file(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _lines(path: Path) -> list[str]:
    text = _file(path).read_text(encoding="utf-8-sig")
    return [line for line in text.split("\n") if line.strip()]


def _file(path: Path) -> Path:
    if not path.is_file():
        raise DataMissing(f"{path} is not there: see the lab's documentation for the data sets")
    return path
