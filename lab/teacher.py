"""A larger English reader that teaches the small one: `python -m lab teacher`.

all-MiniLM-L6-v2 (Apache-2.0) is tuned on SemEval's English lines, and on some of GoEmotions'
beside them, then marks all of GoEmotions' texts as SemEval's readers would. It does not ship:
what it knows goes into the small models (`python -m lab emotion --teacher FILE`).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm
from transformers import AutoModel, AutoTokenizer

from companion.emotion.mixture import LABELS
from companion.emotion.plain import plain
from companion.language import Language
from lab import sets
from lab.emotion_data import HELD_GOEMOTIONS, TAUGHT, held_of_semeval_en
from lab.sets import EKMAN
from lab.small.cut_encoder import pooled

_SEED = 1
_MOST_TOKENS = 62
_BATCH = 32
_ROUNDS_OF_SEMEVAL = 3
_FROZEN_LAYERS = 2
_RATE, _RATE_OF_HEADS = 6e-5, 1e-3
_WARMING = 0.1
#: Of GoEmotions' rows with a common label alone, this share is read.
_SHARE_OF_COMMON = 0.12
_RARE = ("sadness", "fear", "disgust", "surprise")
_ABSENT = -8.0  # log-odds of a label the teacher never learned


@dataclass(frozen=True, slots=True)
class _Lesson:
    head: str
    rows: list[int]


class _Teacher(nn.Module):
    def __init__(self, encoder: Path) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(encoder, local_files_only=True)
        frozen = [self.encoder.embeddings, *self.encoder.encoder.layer[:_FROZEN_LAYERS]]
        for part in frozen:
            part.requires_grad_(requires_grad=False)
        wide = 2 * self.encoder.config.hidden_size
        sizes = {"semeval": len(TAUGHT), "goemotions": LABELS}
        self.heads = nn.ModuleDict({name: nn.Linear(wide, size) for name, size in sizes.items()})
        self._drop = nn.Dropout(0.2)

    def forward(self, numbers: Tensor) -> dict[str, Tensor]:
        mask = numbers != 0
        read = self.encoder(numbers, attention_mask=mask.long()).last_hidden_state
        said = self._drop(pooled(read, mask))
        return {name: head(said) for name, head in self.heads.items()}


def run(encoder: Path, out: Path, *, data: Path | None = None) -> None:
    """Tune the teacher and write what it says of SemEval's and GoEmotions' English texts."""
    torch.set_num_threads(1)
    torch.manual_seed(_SEED)
    folder = sets.data_folder(data)
    first, second = (
        sets.semeval(folder, Language.EN, "train"),
        sets.goemotions(folder, "train"),
    )
    tokenizer = AutoTokenizer.from_pretrained(encoder, local_files_only=True)
    texts = {
        "semeval": [_numbers(tokenizer, text) for text in first.texts],
        "goemotions": [_numbers(tokenizer, text) for text in second.texts],
    }
    marks = {"semeval": torch.tensor(first.marks), "goemotions": torch.tensor(second.marks)}
    lessons = _lessons(texts, len(first), second.marks)
    teacher = _Teacher(encoder)
    _teach(teacher, texts, marks, lessons)
    said = {name: _seven(_answers(teacher, read)) for name, read in texts.items()}
    out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(out, allow_pickle=False, **said)
    typer.echo(f"{out}: {out.stat().st_size:,} bytes")


def _numbers(tokenizer: AutoTokenizer, text: str) -> list[int]:
    found: list[int] = tokenizer(plain(text), truncation=True, max_length=_MOST_TOKENS)["input_ids"]
    return found


def _lessons(
    texts: dict[str, list[list[int]]], rows_of_first: int, marks: NDArray[np.float32]
) -> list[_Lesson]:
    """Return batches of texts of like length, none of them held out."""
    shuffle = random.Random(_SEED)  # noqa: S311 - a reproducible order, no secret
    rare = marks[:, [EKMAN.index(label) for label in _RARE]].max(axis=1) > 0
    second = [
        row
        for row in range(HELD_GOEMOTIONS, len(marks))
        if rare[row] or shuffle.random() < _SHARE_OF_COMMON
    ]
    held = set(held_of_semeval_en(rows_of_first).tolist())
    first = [row for row in range(rows_of_first) if row not in held]
    lessons: list[_Lesson] = []
    for name, rows in (*(("semeval", first),) * _ROUNDS_OF_SEMEVAL, ("goemotions", second)):
        order = rows.copy()
        shuffle.shuffle(order)
        order.sort(key=lambda row: len(texts[name][row]) // 8)
        starts = range(0, len(order) - _BATCH + 1, _BATCH)
        lessons += [_Lesson(name, order[start : start + _BATCH]) for start in starts]
    shuffle.shuffle(lessons)
    return lessons


def _teach(
    teacher: _Teacher,
    texts: dict[str, list[list[int]]],
    marks: dict[str, Tensor],
    lessons: Sequence[_Lesson],
) -> None:
    tuned = [one for one in teacher.encoder.parameters() if one.requires_grad]
    groups = [
        {"params": tuned, "lr": _RATE},
        {"params": teacher.heads.parameters(), "lr": _RATE_OF_HEADS},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    most = [_RATE, _RATE_OF_HEADS]
    rate = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, most, total_steps=len(lessons), pct_start=_WARMING, anneal_strategy="linear"
    )
    teacher.train()
    for lesson in tqdm(lessons, desc="teacher"):
        said = teacher(_padded([texts[lesson.head][row] for row in lesson.rows]))[lesson.head]
        loss = functional.binary_cross_entropy_with_logits(said, marks[lesson.head][lesson.rows])
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(teacher.parameters(), 1.0)
        optimiser.step()
        rate.step()
    teacher.eval()


def _answers(teacher: _Teacher, texts: Sequence[list[int]]) -> NDArray[np.float32]:
    """Return the log-odds of TAUGHT for each text."""
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    result = np.zeros((len(texts), len(TAUGHT)), dtype=np.float32)
    with torch.no_grad():
        for start in tqdm(range(0, len(order), 64), desc="answers"):
            rows = order[start : start + 64]
            result[rows] = teacher(_padded([texts[row] for row in rows]))["semeval"].numpy()
    return result


def _padded(texts: Sequence[list[int]]) -> Tensor:
    longest = max(map(len, texts))
    return torch.tensor([text + [0] * (longest - len(text)) for text in texts])


def _seven(log_odds: NDArray[np.float32]) -> NDArray[np.float16]:
    """Return log-odds of the seven labels: neutral is "none of them", disgust is not known."""
    none = np.prod(1 / (1 + np.exp(log_odds)), axis=1).clip(1e-4, 1 - 1e-4)
    result = np.full((len(log_odds), LABELS), _ABSENT, dtype=np.float16)
    result[:, [EKMAN.index(label) for label in TAUGHT]] = log_odds
    result[:, -1] = np.log(none / (1 - none))
    return result
