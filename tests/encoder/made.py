"""One trained and exported folder for all tests that read one: making it takes some seconds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from lab.encoder import export, finetune
from lab.encoder.settings import Exporting
from lab.encoder.tasks import TaskName
from tests.encoder.small import emotion_rows, place, source, training, write_encoder, write_rows


@dataclass(frozen=True)
class Made:
    folder: Path
    best: Path
    exported: export.Exported


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    dev = write_rows(folder / "dev.jsonl", emotion_rows(45, seed=9))
    train = write_rows(folder / "train.jsonl", emotion_rows(150))
    lesson = source(write_encoder(folder / "encoder"), train, dev, task=TaskName.EMOTION)
    best = finetune.run(lesson, training(), place(folder)) / "best"
    exporting = Exporting(task=TaskName.EMOTION, model=best, to=folder / "onnx", dev=[dev])
    return Made(folder, best, export.run(exporting))
