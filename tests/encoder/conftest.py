"""Without the encoder extra only what needs no torch is tested (see test_without_parts.py)."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

PARTS = ("torch", "transformers", "peft", "onnx", "onnxscript", "onnxruntime", "tensorboard")
PARTS += ("scipy", "sklearn")
ABSENT = [part for part in PARTS if find_spec(part) is None]
if not ABSENT:
    from tests.encoder.made import made  # noqa: F401 - a fixture
collect_ignore = (
    [
        "test_commands.py",
        "test_distilling.py",
        "test_exporting.py",
        "test_finetuning.py",
        "test_replaying.py",
        "test_serving.py",
        "test_small_readers.py",
        "test_tuning.py",
    ]
    if ABSENT
    else []
)


@pytest.fixture
def absent_parts():
    return ABSENT
