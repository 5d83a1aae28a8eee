"""An exported folder says what the trained model says, and calibrated scores mean it."""

from __future__ import annotations

import json
import shutil

import numpy as np
import onnx
import pytest

from companion.errors import BadInput
from lab.encoder import export, tune
from lab.encoder.batches import encode
from lab.encoder.calibrate import fit_temperature, probabilities
from lab.encoder.examples import Example
from lab.encoder.graph import NotTheSame, compare, quantize
from lab.encoder.predict import logits_of
from lab.encoder.recogniser import open_recogniser
from lab.encoder.settings import Exporting, Method, Tuning
from lab.encoder.tasks import TASKS, Kind, TaskName
from lab.encoder.weights import open_tokenizer
from tests.encoder.small import emotion_rows, place, source, training

pytestmark = pytest.mark.encoder
EMOTION = TASKS[TaskName.EMOTION]
TEXTS = [row["text"] for row in emotion_rows(12, seed=6)] + ["lunch", "告别 " * 40]


def test_onnx_says_what_torch_says_whatever_the_length(made):
    exported, tokenizer = made.exported, open_tokenizer(made.best)
    recogniser = open_recogniser(exported.folder)
    texts = encode([Example(one, None) for one in TEXTS], EMOTION, tokenizer, 64)

    expected = logits_of(tune.open_trained(made.best, EMOTION), texts, texts.targets.device).numpy()

    assert np.abs(recogniser.logits(TEXTS) - expected).max() < 1e-4
    assert np.abs(recogniser.logits(TEXTS[:1]) - expected[:1]).max() < 1e-4
    assert exported.difference < 1e-3
    assert exported.megabytes > 0


def test_the_folder_keeps_its_contract(made):
    folder = made.exported.folder
    model = onnx.load(folder / "model.onnx")

    assert {one.name: one.type.tensor_type.elem_type for one in model.graph.input} == {
        "input_ids": onnx.TensorProto.INT64,
        "attention_mask": onnx.TensorProto.INT64,
    }
    assert [one.name for one in model.graph.output] == ["logits"]
    told = json.loads((folder / "labels.json").read_text())
    assert list(told) == ["task", "labels", "kind", "temperature"]
    assert (told["task"], told["kind"], told["labels"]) == (
        "emotion",
        "multi",
        list(EMOTION.labels),
    )
    assert json.loads((folder / "tokenizer.json").read_text())["truncation"]["max_length"] == 64


def test_eight_bits_are_smaller_and_choose_the_same(made, tmp_path):
    small = shutil.copytree(made.exported.folder, tmp_path / "int8")
    quantize(small / "model.onnx")

    expected = open_recogniser(made.exported.folder).logits(TEXTS)
    assert compare(small, TEXTS, expected, exact=False) > 0
    assert (small / "model.onnx").stat().st_size < made.exported.megabytes * 1e6
    assert sorted(one.name for one in small.iterdir()) == [
        "labels.json",
        "model.onnx",
        "tokenizer.json",
    ]


def test_a_prompt_is_exported_with_its_virtual_tokens(made, tmp_path):
    files = (made.folder / name for name in ("encoder", "train.jsonl", "dev.jsonl"))
    tuning = Tuning(method=Method.PROMPT, tokens=4)
    lesson = source(*files, task=TaskName.EMOTION)
    run = tune.run(lesson, training(epochs=1), place(tmp_path), tuning)

    exported = export.run(
        Exporting(task=TaskName.EMOTION, model=run / "best", to=tmp_path / "prompt")
    )

    recogniser = open_recogniser(exported.folder)
    assert recogniser.max_length == 60
    assert recogniser.scores(TEXTS).shape == (len(TEXTS), len(EMOTION.labels))


@pytest.mark.parametrize(("shift", "sign", "exact"), [(0.1, 1, True), (0, -1, False)])
def test_a_graph_that_says_something_else_is_removed(made, tmp_path, shift, sign, exact):
    folder = shutil.copytree(made.exported.folder, tmp_path / "bad")
    expected = open_recogniser(folder).logits(TEXTS)

    with pytest.raises(NotTheSame, match="the graph was removed"):
        compare(folder, TEXTS, sign * expected + shift, exact=exact)
    assert not (folder / "model.onnx").exists()


def test_a_folder_with_something_in_it_is_not_written_over(made):
    with pytest.raises(BadInput, match="is not empty"):
        export.run(Exporting(task=TaskName.EMOTION, model=made.best, to=made.exported.folder))


def test_an_untrained_encoder_is_not_exported(made, tmp_path):
    with pytest.raises(BadInput, match="risk needs none, watch"):
        export.run(Exporting(task=TaskName.RISK, model=made.folder / "encoder", to=tmp_path / "x"))


@pytest.mark.parametrize(
    "damage",
    ["{", '{"task": "risk"}', '{"task":"risk","labels":["a"],"kind":"both","temperature":1}'],
)
def test_a_damaged_folder_is_said(made, tmp_path, damage):
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).write_bytes((made.exported.folder / name).read_bytes())
    with pytest.raises(BadInput, match=r"no labels\.json"):
        open_recogniser(tmp_path)
    (tmp_path / "labels.json").write_text(damage)

    with pytest.raises(BadInput, match=r"labels\.json"):
        open_recogniser(tmp_path)


@pytest.mark.parametrize("kind", Kind)
def test_temperature_undoes_overconfidence(kind):
    """Scores that were sharpened four times over are softened four times."""
    dice = np.random.default_rng(1)
    logits = dice.normal(size=(20_000, 4)) * 1.5
    chances = probabilities(logits, kind, 1.0)
    if kind is Kind.SINGLE:
        targets = np.array([dice.choice(4, p=row) for row in chances])
    else:
        targets = dice.random(chances.shape) < chances

    assert fit_temperature(logits * 4, targets, kind) == pytest.approx(4, rel=0.05)
