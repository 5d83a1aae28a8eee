"""The lab's encoder commands on a machine without torch."""

from __future__ import annotations

import sys
import tomllib

import pytest
from typer.testing import CliRunner

from lab.encoder.commands import app
from tests.fakes.needs import missing
from tests.house.tree import read

pytestmark = pytest.mark.encoder
COMMANDS = ("finetune", "tune", "distil", "continue", "augment", "export", "serve")


def test_the_parts_are_here_so_that_everything_else_is_tested(absent_parts):
    if absent_parts:
        missing("encoder", f"not installed (make test-encoder): {', '.join(absent_parts)}")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_without_torch(command):
    shown = CliRunner().invoke(app, [command, "--help"], terminal_width=200)

    assert shown.exit_code == 0
    assert "--" in shown.output


def test_a_missing_part_is_one_clear_line(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.delitem(sys.modules, "lab.encoder.serve", raising=False)
    monkeypatch.delitem(sys.modules, "lab.encoder.recogniser", raising=False)

    shown = CliRunner().invoke(app, ["serve", str(tmp_path)])

    assert shown.exit_code == 1
    assert "is not installed; it comes with the encoder extra" in shown.output


def test_every_part_of_the_extra_is_locked():
    named = tomllib.loads(read("pyproject.toml"))["project"]["optional-dependencies"]["encoder"]
    lock = read("requirements/encoder.lock")

    names = [part.replace(">", "=").partition("=")[0].lower() for part in named]
    assert [name for name in names if f"\n{name}==" not in f"\n{lock}"] == []
    assert "wandb" not in names
