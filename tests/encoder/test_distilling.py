"""A small student follows its teacher, on texts that nobody labelled too."""

from __future__ import annotations

import pytest
import torch

from companion.errors import BadInput
from lab.encoder import distil, finetune
from lab.encoder.losses import soft_loss
from lab.encoder.settings import Distilling
from lab.encoder.tasks import Kind
from tests.encoder.small import (
    metrics,
    place,
    risk_rows,
    source,
    training,
    write_encoder,
    write_rows,
)

pytestmark = pytest.mark.encoder


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    """A teacher that learned from 150 texts; a student with 9 labelled ones, and 200 without."""
    folder = tmp_path_factory.mktemp("school")
    dev = write_rows(folder / "dev.jsonl", risk_rows(45, seed=9))
    teacher = finetune.run(
        source(
            write_encoder(folder / "large"),
            write_rows(folder / "train.jsonl", risk_rows(150)),
            dev,
        ),
        training(),
        place(folder, "teacher"),
    )
    plain = [{"text": row["text"]} for row in risk_rows(200, seed=5)]
    write_rows(folder / "plain.jsonl", plain)
    student = source(
        write_encoder(folder / "small", hidden=16, layers=1, seed=5),
        write_rows(folder / "few.jsonl", risk_rows(9, seed=3)),
        dev,
    )
    return folder, teacher / "best", student


def best_f1(run):
    return max(row["dev"]["macro_f1"] for row in metrics(run))


def test_texts_without_labels_and_a_teacher_beat_a_few_labels(school):
    folder, teacher, student = school
    alone = finetune.run(student, training(rate=1e-2), place(folder, "alone"))

    taught = distil.run(
        student,
        training(rate=1e-2),
        place(folder, "taught"),
        Distilling(teacher=teacher, unlabelled=[folder / "plain.jsonl"]),
    )

    assert best_f1(taught) > best_f1(alone) + 0.1
    assert "texts without a label: 200" in (taught / "report.md").read_text()


def test_the_hidden_state_can_be_followed_through_a_projection(school):
    folder, teacher, student = school

    run = distil.run(
        student,
        training(epochs=4),
        place(folder, "hidden"),
        Distilling(teacher=teacher, unlabelled=[folder / "plain.jsonl"], hidden=1.0, soft=1.0),
    )

    rounds = metrics(run)
    assert rounds[-1]["train_loss"] < rounds[0]["train_loss"]
    assert not any(
        "projection" in name for name in (run / "best").iterdir() for name in [name.name]
    )


def test_a_teacher_of_another_trade_is_refused(school):
    folder, _, student = school

    with pytest.raises(BadInput, match="risk needs none, watch"):
        distil.run(student, training(), place(folder, "bad"), Distilling(teacher=folder / "large"))


@pytest.mark.parametrize("kind", Kind)
def test_agreeing_with_the_teacher_costs_least(kind):
    taught = torch.tensor([[2.0, -1.0, 0.5]])

    same = soft_loss(taught, taught, kind, 2.0)

    assert same < soft_loss(-taught, taught, kind, 2.0)
    assert same < soft_loss(taught + torch.tensor([0.0, 0.0, 1.0]), taught, kind, 2.0)
