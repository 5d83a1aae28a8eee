"""What a researcher types: one command after the other, from weights to an exported folder."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from lab.encoder.commands import app
from tests.encoder.small import risk_rows, write_encoder, write_rows

pytestmark = pytest.mark.encoder


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_encoder(tmp_path / "encoder")
    write_encoder(tmp_path / "small", hidden=16, layers=1)
    write_rows(tmp_path / "train.jsonl", risk_rows(60))
    write_rows(tmp_path / "dev.jsonl", risk_rows(20, seed=9))
    return tmp_path


def typed(line):
    shown = CliRunner().invoke(app, line.split(), catch_exceptions=False)
    return shown.exit_code, shown.output


TEXTS = "--data train.jsonl --dev dev.jsonl"
QUICK = "--epochs 1 --rate 0.003 --name a --quiet"


def test_the_commands_follow_each_other(folder):
    steps = [
        f"finetune risk --model encoder {TEXTS} {QUICK} --augment 1 --freeze 1",
        f"tune risk --model encoder {TEXTS} {QUICK} --method lora --rank 2",
        f"distil risk --model small --teacher runs/risk-lora-a/best {TEXTS} {QUICK}",
        f"continue risk --model runs/risk-finetune-a/best {TEXTS} {QUICK} --old train.jsonl --old-dev dev.jsonl",
        "augment risk --data train.jsonl --to noisy.jsonl --kind typo --kind swap",
        "export risk --model runs/risk-continue-a/best --to onnx --dev dev.jsonl --int8",
    ]

    for step in steps:
        status, output = typed(step)
        assert status == 0, output

    assert sorted(one.name for one in (folder / "runs").iterdir()) == [
        "risk-continue-a",
        "risk-distil-a",
        "risk-finetune-a",
        "risk-lora-a",
    ]
    told = json.loads((folder / "onnx" / "labels.json").read_text())
    assert told["labels"] == ["none", "watch", "moderate", "high", "imminent"]
    assert (told["task"], told["kind"]) == ("risk", "single")
    assert (folder / "onnx" / "model.onnx").exists()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (f"finetune risk --model nowhere {TEXTS} {QUICK}", "nowhere: no such folder of weights"),
        (f"finetune emotion --model encoder {TEXTS} {QUICK}", "is no label of emotion"),
        (f"finetune risk --model encoder --data gone.jsonl {QUICK}", "gone.jsonl: no such file"),
        ("serve nowhere", "no model.onnx"),
        ("export risk --model encoder --to x", "risk needs none, watch"),
        (f"tune risk --model encoder {TEXTS} {QUICK} --freeze 1", "leave --freeze away"),
    ],
)
def test_a_foreseen_error_is_one_line(folder, line, complaint):
    status, output = typed(line)

    assert status == 1
    assert complaint in output
    assert "Traceback" not in output
