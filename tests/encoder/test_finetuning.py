"""A small encoder learns a task, stops in time, goes on after an interruption."""

from __future__ import annotations

import json

import pytest
import torch

from companion.errors import BadInput
from lab.encoder import finetune, train
from lab.encoder.course import read_parts
from lab.encoder.device import pick_device, pick_precision
from lab.encoder.settings import Device, Precision
from lab.encoder.tasks import TASKS, TaskName
from lab.encoder.train import Diverged
from tests.encoder.small import (
    emotion_rows,
    metrics,
    place,
    risk_lesson,
    source,
    training,
    weights,
    write_encoder,
    write_rows,
)

pytestmark = pytest.mark.encoder


@pytest.fixture
def lesson(tmp_path):
    return risk_lesson(tmp_path, train=150, dev=45)


def test_the_loss_falls_and_the_task_is_learned(lesson, tmp_path):
    run = finetune.run(lesson, training(), place(tmp_path))

    rounds = metrics(run)
    assert rounds[-1]["train_loss"] < rounds[0]["train_loss"] / 3
    assert max(row["dev"]["macro_f1"] for row in rounds) > 0.9
    assert max(row["dev"]["noticed"] for row in rounds) > 0.9


def test_several_labels_at_once_are_learned(tmp_path):
    lesson = source(
        write_encoder(tmp_path / "encoder"),
        write_rows(tmp_path / "train.jsonl", emotion_rows(200)),
        task=TaskName.EMOTION,
        dev_share=0.2,
    )

    run = finetune.run(lesson, training(), place(tmp_path))

    assert max(row["dev"]["macro_f1"] for row in metrics(run)) > 0.85


def test_a_run_leaves_config_metrics_report_and_weights(lesson, tmp_path):
    run = finetune.run(lesson, training(epochs=1), place(tmp_path, "2026-11-22"))

    assert run == tmp_path / "runs" / "risk-finetune-2026-11-22"
    assert json.loads((run / "config.json").read_text())["epochs"] == 1
    assert "| imminent |" in (run / "report.md").read_text()
    assert json.loads((run / "best" / "config.json").read_text())["id2label"]["4"] == "imminent"
    with pytest.raises(BadInput, match="take another --name, or --resume"):
        finetune.run(lesson, training(epochs=1), place(tmp_path, "2026-11-22"))
    with pytest.raises(BadInput, match="other settings: rate"):
        finetune.run(
            lesson, training(epochs=1, rate=0.1), place(tmp_path, "2026-11-22", resume=True)
        )


@pytest.mark.parametrize("saves", [2, 5], ids=["after a round", "in the middle of one"])
def test_an_interrupted_run_ends_as_if_nothing_had_happened(lesson, tmp_path, monkeypatch, saves):
    """Dropout included: the dice go on where they stood."""
    settings = training(epochs=3, dropout=0.2, accumulate=2, save_every=0 if saves == 2 else 2)
    whole = finetune.run(lesson, settings, place(tmp_path, "whole"))
    real, done = train._Loop.save, []

    def stumble(loop):
        real(loop)
        done.append(loop)
        if len(done) == saves:
            raise KeyboardInterrupt

    monkeypatch.setattr(train._Loop, "save", stumble)
    with pytest.raises(KeyboardInterrupt):
        finetune.run(lesson, settings, place(tmp_path, "broken"))
    at = done[-1].progress
    monkeypatch.undo()
    resumed = finetune.run(lesson, settings, place(tmp_path, "broken", resume=True))

    assert (at.batch > 0) == (saves == 5)
    assert at.epoch < 3
    assert metrics(resumed) == metrics(whole)
    first, second = weights(whole / "best"), weights(resumed / "best")
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_the_same_seed_gives_the_same_weights(lesson, tmp_path):
    settings = training(epochs=1, dropout=0.2)
    first, second = (
        weights(finetune.run(lesson, settings, place(tmp_path, name)) / "best") for name in "ab"
    )

    assert all(torch.equal(first[name], second[name]) for name in first)


def test_training_stops_when_nothing_gets_better_and_keeps_the_best(lesson, tmp_path):
    run = finetune.run(lesson, training(epochs=30, patience=2), place(tmp_path))

    rounds = metrics(run)
    best = max(rounds, key=lambda row: (row["dev"]["macro_f1"], -row["dev"]["loss"]))
    assert len(rounds) < 30
    assert len(rounds) - best["epoch"] == 2
    assert f"best round: {best['epoch']} of {len(rounds)}" in (run / "report.md").read_text()


def test_frozen_layers_stay_and_the_others_move(lesson, tmp_path):
    before = weights(lesson.model)
    run = finetune.run(lesson, training(epochs=1, freeze=1), place(tmp_path))

    after = weights(run / "best")
    moved = {name for name in before if not torch.equal(before[name], after[f"bert.{name}"])}
    assert any(name.startswith("encoder.layer.1.") for name in moved)
    assert not any(name.startswith(("embeddings.", "encoder.layer.0.")) for name in moved)


def test_more_frozen_layers_than_there_are_is_said(lesson, tmp_path):
    with pytest.raises(BadInput, match="the model has 2 layers"):
        finetune.run(lesson, training(freeze=3), place(tmp_path))


def test_a_loss_that_is_no_number_ends_the_run(lesson, tmp_path):
    with pytest.raises(Diverged):
        finetune.run(lesson, training(rate=1e30, clip=1e30), place(tmp_path))


def test_only_training_texts_are_augmented(lesson):
    plain = read_parts(lesson, TASKS[TaskName.RISK], 1)
    noisy = read_parts(
        source(lesson.model, *lesson.data, *lesson.dev, augment=2), TASKS[TaskName.RISK], 1
    )

    assert noisy.dev == plain.dev
    assert len(noisy.train) > 2 * len(plain.train)


def test_missing_weights_say_what_to_do(lesson, tmp_path):
    for folder in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(BadInput, match="nothing is downloaded"):
            finetune.run(source(folder, *lesson.data), training(), place(tmp_path))


def test_curves_are_written_where_asked_for(lesson, tmp_path):
    run = finetune.run(lesson, training(epochs=1), place(tmp_path, tensorboard=True))

    assert list((run / "tensorboard").glob("events.*"))


def test_the_first_device_there_is_is_taken():
    best = (
        "cuda"
        if torch.cuda.is_available()
        else "mps"
        if torch.backends.mps.is_available()
        else "cpu"
    )
    assert pick_device(Device.AUTO).type == best
    assert pick_precision(Precision.AUTO, torch.device("cpu")) is Precision.FP32
    with pytest.raises(BadInput, match="needs a cuda device"):
        pick_precision(Precision.FP16, torch.device("cpu"))
