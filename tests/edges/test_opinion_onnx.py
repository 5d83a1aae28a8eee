"""A trained encoder out of a folder as second reader, with a model of a few bytes made here."""

from __future__ import annotations

import json
from importlib import import_module

import pytest

import infra.opinion.onnx as reader_module
from cli.doctor import Health, examine
from companion.risk import Level
from companion.risk.opinion import Opinion
from infra.opinion import build_opinion, build_reader
from infra.opinion.onnx import OnnxReader
from infra.opinion.reader import NoOpinion
from infra.redaction import TalkMask
from infra.settings import Settings, SettingsError
from tests.fakes.needs import missing

LABELS = ["watch", "none", "moderate", "imminent", "high"]
#: What each word adds to the logits, in the order of the labels.
WORDS = {
    "[UNK]": [0.0, 4.0, 0.0, 0.0, 0.0],
    "fine": [0.0, 8.0, 0.0, 0.0, 0.0],
    "goodbye": [0.0, 0.0, 0.0, 0.0, 8.0],
    "torn": [0.0, 2.0, 0.5, 0.0, 1.9],
    "broken": [0.0, float("nan"), 0.0, 0.0, 0.0],
}


def part(name):
    try:
        return import_module(name)
    except ImportError:
        missing("encoder", f"{name} is not installed")


def a_model(*, inputs=("input_ids", "attention_mask"), output="logits", width=5) -> bytes:
    onnx, numpy = part("onnx"), part("numpy")
    rows = numpy.array([row[:width] for row in WORDS.values()], dtype=numpy.float32)
    ids, mask = inputs
    nodes = [
        onnx.helper.make_node("Gather", ["words", ids], ["each"]),
        onnx.helper.make_node("Cast", [mask], ["kept"], to=onnx.TensorProto.FLOAT),
        onnx.helper.make_node("Unsqueeze", ["kept", "last"], ["wide"]),
        onnx.helper.make_node("Mul", ["each", "wide"], ["masked"]),
        onnx.helper.make_node("ReduceSum", ["masked", "along"], [output], keepdims=0),
    ]
    graph = onnx.helper.make_graph(
        nodes,
        "tiny",
        [
            onnx.helper.make_tensor_value_info(one, onnx.TensorProto.INT64, ["batch", "length"])
            for one in inputs
        ],
        [onnx.helper.make_tensor_value_info(output, onnx.TensorProto.FLOAT, ["batch", width])],
        [
            onnx.numpy_helper.from_array(rows, "words"),
            onnx.numpy_helper.from_array(numpy.array([2], dtype=numpy.int64), "last"),
            onnx.numpy_helper.from_array(numpy.array([1], dtype=numpy.int64), "along"),
        ],
    )
    opset = [onnx.helper.make_opsetid("", 17)]
    return onnx.helper.make_model(graph, opset_imports=opset, ir_version=9).SerializeToString()


def a_tokenizer() -> str:
    tokenizers = part("tokenizers")
    vocabulary = {word: number for number, word in enumerate(WORDS)}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    return tokenizer.to_str()


@pytest.fixture
def folder(tmp_path):
    part("onnxruntime")
    folder = tmp_path / "encoder"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(a_model())
    (folder / "tokenizer.json").write_text(a_tokenizer(), encoding="utf-8")
    describe(folder)
    return folder


def describe(folder, **changes):
    told = {"task": "risk", "labels": LABELS, "kind": "single", "temperature": 1.0}
    (folder / "labels.json").write_text(json.dumps(told | changes), encoding="utf-8")


def settings_for(folder) -> Settings:
    return Settings(_env_file=None, opinion="onnx", opinion_folder=folder, data_dir=folder / "data")


def read(folder, text) -> Opinion:
    return OnnxReader(folder).read(text, history=(), seconds=1)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("fine", Level.NONE),
        ("goodbye", Level.HIGH),
        ("goodbye " * 50_000, Level.HIGH),
        ("", None),
        ("\ud800\x00", Level.NONE),
    ],
)
def test_an_encoder_reads_any_text_and_names_the_level_by_its_label(folder, text, level):
    opinion = read(folder, text)

    assert level in {None, opinion.level}


def test_its_temperature_makes_it_more_or_less_sure(folder):
    describe(folder, temperature=0.05)
    sure = read(folder, "torn")
    describe(folder, temperature=50.0)
    unsure = read(folder, "torn")

    assert sure.level is Level.NONE
    assert unsure.level > Level.NONE


def test_logits_that_are_no_numbers_are_silence(folder):
    with pytest.raises(NoOpinion, match="wrong logits"):
        read(folder, "broken")


def test_an_encoder_that_breaks_while_it_reads_is_silence(folder):
    words = json.loads(a_tokenizer())
    words["model"]["vocab"]["fine"] = 999  # no such row in the model
    (folder / "tokenizer.json").write_text(json.dumps(words), encoding="utf-8")

    opinion = build_opinion(settings_for(folder), masks=TalkMask).read("fine", history=())

    assert opinion is None


def test_the_doctor_tries_the_encoder(folder):
    found = {one.what: one for one in examine(settings_for(folder))}

    assert found["opinion"].health is Health.WELL


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"task": "emotion"}, id="another task"),
        pytest.param({"kind": "multi"}, id="another kind"),
        pytest.param({"labels": LABELS[:4]}, id="a label is missing"),
        pytest.param({"labels": [*LABELS, "none"]}, id="a label twice"),
        pytest.param({"labels": 5}, id="no labels"),
        pytest.param({"temperature": 0}, id="no temperature"),
        pytest.param({"temperature": "NaN"}, id="a temperature that is no number"),
    ],
)
def test_a_folder_with_wrong_labels_is_refused_at_start(folder, changes):
    describe(folder, **changes)

    with pytest.raises(SettingsError, match=r"NUANYU_OPINION_FOLDER: labels\.json"):
        build_reader(settings_for(folder), masks=TalkMask)


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json", "labels.json"])
@pytest.mark.parametrize("content", [None, b"", b"\x00damaged"])
def test_a_folder_with_a_missing_or_damaged_file_is_refused_at_start(folder, file, content):
    (folder / file).unlink()
    if content is not None:
        (folder / file).write_bytes(content)

    with pytest.raises(SettingsError, match=f"NUANYU_OPINION_FOLDER: {file}"):
        build_reader(settings_for(folder), masks=TalkMask)


def test_a_model_with_other_inputs_or_another_output_is_refused_at_start(folder):
    for model in (a_model(inputs=("ids", "attention_mask")), a_model(output="scores")):
        (folder / "model.onnx").write_bytes(model)
        with pytest.raises(SettingsError, match="input_ids"):
            build_reader(settings_for(folder), masks=TalkMask)


def test_a_model_of_another_width_is_silence(folder):
    (folder / "model.onnx").write_bytes(a_model(width=3))

    with pytest.raises(NoOpinion, match="wrong logits"):
        read(folder, "fine")


def test_without_its_parts_the_process_says_at_start_what_to_install(tmp_path, monkeypatch):
    def no_such(name):
        raise ImportError(name)

    monkeypatch.setattr(reader_module, "import_module", no_such)

    with pytest.raises(SettingsError, match="install the extra `onnx`"):
        build_reader(settings_for(tmp_path), masks=TalkMask)
