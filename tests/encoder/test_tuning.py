"""Tuning few parameters changes these, and no others."""

from __future__ import annotations

import json
import shutil

import pytest
import torch

from companion.errors import BadInput
from lab.encoder import tune
from lab.encoder.batches import encode
from lab.encoder.checkpoints import load_state
from lab.encoder.examples import Example
from lab.encoder.methods import put_on
from lab.encoder.predict import logits_of
from lab.encoder.settings import Method, Tuning
from lab.encoder.tasks import TASKS, TaskName
from lab.encoder.weights import open_classifier, open_tokenizer
from tests.encoder.small import (
    metrics,
    place,
    risk_lesson,
    risk_rows,
    source,
    training,
    weights,
)

pytestmark = pytest.mark.encoder
RISK = TASKS[TaskName.RISK]


@pytest.fixture
def lesson(tmp_path):
    return risk_lesson(tmp_path, train=120, dev=30)


def tuned(lesson, tmp_path, method, **more):
    return tune.run(
        lesson, training(rate=2e-2, **more), place(tmp_path), Tuning(method=method, tokens=4)
    )


def moved(lesson, run):
    before, after = weights(lesson.model), weights(run / "best")
    return {name for name in before if not torch.equal(before[name], after[f"bert.{name}"])}


@pytest.mark.parametrize("method", Method)
def test_each_method_learns_with_few_parameters(lesson, tmp_path, method, capsys):
    run = tuned(lesson, tmp_path, method)

    rounds = metrics(run)
    assert rounds[-1]["train_loss"] < rounds[0]["train_loss"] * 0.8
    assert f"{method}: trains " in capsys.readouterr().out


def test_lora_changes_query_and_value_alone(lesson, tmp_path):
    run = tuned(lesson, tmp_path, Method.LORA, epochs=1)

    assert {name.rpartition("layer.")[2] for name in moved(lesson, run)} == {
        f"{layer}.attention.self.{part}.weight" for layer in (0, 1) for part in ("query", "value")
    }


def test_bitfit_changes_biases_alone(lesson, tmp_path):
    changed = moved(lesson, tuned(lesson, tmp_path, Method.BITFIT, epochs=1))

    assert changed
    assert all(name.endswith(".bias") for name in changed)


@pytest.mark.parametrize(
    ("method", "own"),
    [(Method.ADAPTER, (".down.", ".up.")), (Method.PROMPT, ("prompt_encoder.",))],
)
def test_adapters_and_prompts_train_themselves_and_the_head(lesson, tmp_path, method, own):
    run = tuned(lesson, tmp_path, method, epochs=1)

    trained = load_state(run / "state" / "best.pt")
    assert any(part in name for name in trained for part in own)
    assert all("classifier" in name or any(part in name for part in own) for name in trained)


def test_an_adapter_that_learned_nothing_changes_nothing(lesson):
    texts = encode([Example("lunch today", None)], RISK, open_tokenizer(lesson.model), 32)
    torch.manual_seed(0)
    plain = logits_of(open_classifier(lesson.model, RISK), texts, torch.device("cpu"))
    torch.manual_seed(0)
    adapted = put_on(open_classifier(lesson.model, RISK), Tuning(method=Method.ADAPTER))

    assert torch.allclose(plain, logits_of(adapted, texts, torch.device("cpu")))


@pytest.mark.parametrize("method", Method)
def test_what_was_tuned_says_the_same_when_it_is_opened_again(lesson, tmp_path, method):
    run = tuned(lesson, tmp_path, method, epochs=2)
    model = tune.open_trained(run / "best", RISK)
    tokenizer = open_tokenizer(run / "best")
    dev = [Example(row["text"], tuple(row["labels"])) for row in risk_rows(30, seed=9)]

    texts = encode(dev, RISK, tokenizer, tokenizer.model_max_length)
    said = logits_of(model, texts, torch.device("cpu"))

    best = max(metrics(run), key=lambda row: (row["dev"]["macro_f1"], -row["dev"]["loss"]))
    loss = float(torch.nn.functional.cross_entropy(said, texts.targets))
    assert loss == pytest.approx(best["dev"]["loss"], abs=1e-4)


def test_a_tuned_part_whose_model_is_gone_is_said(lesson, tmp_path):
    run = tuned(lesson, tmp_path, Method.PROMPT, epochs=1)
    shutil.rmtree(lesson.model)

    with pytest.raises(BadInput, match="no such folder of weights"):
        tune.open_trained(run / "best", RISK)


def test_a_tuned_part_is_no_model_to_start_from(lesson, tmp_path):
    run = tuned(lesson, tmp_path, Method.PROMPT, epochs=1)

    with pytest.raises(BadInput, match="give the folder it was tuned from"):
        tune.run(source(run / "best", *lesson.data), training(), place(tmp_path, "two"), Tuning())


def test_another_tasks_model_is_refused(lesson, tmp_path):
    run = tuned(lesson, tmp_path, Method.BITFIT, epochs=1)

    with pytest.raises(BadInput, match="trained for the labels none, watch"):
        tune.open_trained(run / "best", TASKS[TaskName.EMOTION])
    assert json.loads((run / "config.json").read_text())["method"] == "bitfit"


def test_targets_that_are_not_there_are_listed(lesson, tmp_path):
    with pytest.raises(BadInput, match=r"its linear layers are .*query"):
        tune.run(lesson, training(), place(tmp_path), Tuning(targets="q_proj"))
