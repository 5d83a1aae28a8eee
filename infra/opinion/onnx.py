"""A small trained encoder as second reader, in this very process, through ONNX Runtime.

A folder holds `model.onnx` (inputs `input_ids` and `attention_mask`, int64; output `logits`),
`tokenizer.json` and `labels.json`:
{"task": "risk", "labels": [the five levels in the order of the logits], "kind": "single",
"temperature": 1.3}. It reads the text alone, as it was trained to. Nothing leaves the process.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from companion.risk.opinion import Opinion
from companion.risk.opinion_form import LEVELS
from companion.turns import Turn
from infra.opinion.reader import NoOpinion, worth_reading
from infra.opinion.scores import opinion_from
from infra.settings import Settings, SettingsError

#: Tokens that are read; it also bounds how long one reading takes.
_LONGEST = 512
_INPUTS = ("input_ids", "attention_mask")
_OUTPUT = "logits"


class OnnxReader:
    """Reads with an exported encoder. Implements infra.opinion.reader.Reader."""

    name = "onnx"

    def __init__(self, folder: Path) -> None:
        # Optional extra `onnx`: only a process that reads with it has to have the parts.
        self._numpy, runtime, tokenizers = map(_part, ("numpy", "onnxruntime", "tokenizers"))
        self._labels, self._temperature = _read_labels(folder / "labels.json")
        self._tokenizer = _tokenizer(tokenizers, folder / "tokenizer.json")
        self._session = _session(runtime, folder / "model.onnx")

    @classmethod
    def from_settings(cls, settings: Settings) -> OnnxReader:
        """Return one for NUANYU_OPINION_FOLDER. Raises SettingsError, naming what is wrong."""
        return cls(settings.opinion_folder or Path())

    def read(self, text: str, *, history: Sequence[Turn], seconds: float) -> Opinion:  # noqa: ARG002 - bounded by its longest input
        """Read one text. Raises NoOpinion."""
        try:
            (logits,) = self._session.run([_OUTPUT], self._fed(worth_reading(text)))
        except Exception as error:  # noqa: BLE001 - the runtime has no root for its own errors
            raise NoOpinion(f"the runtime failed ({type(error).__name__})") from None
        if logits.shape != (1, len(self._labels)) or not self._numpy.isfinite(logits).all():
            raise NoOpinion("wrong logits")
        return opinion_from(self._probabilities(logits[0].tolist()))

    def _fed(self, text: str) -> dict[str, Any]:
        coded = self._tokenizer.encode(text)
        rows = (coded.ids, coded.attention_mask)
        return {
            name: self._numpy.array([row], dtype=self._numpy.int64)
            for name, row in zip(_INPUTS, rows, strict=True)
        }

    def _probabilities(self, row: list[float]) -> dict[str, float]:
        top = max(row)
        weights = [math.exp((one - top) / self._temperature) for one in row]
        return {
            label: weight / sum(weights)
            for label, weight in zip(self._labels, weights, strict=True)
        }


def _part(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise SettingsError(
            f"NUANYU_OPINION=onnx needs the package {name}: install the extra `onnx`, "
            "or choose another NUANYU_OPINION"
        ) from None


def _read_labels(file: Path) -> tuple[list[str], float]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        labels = content["labels"]
        temperature = float(content["temperature"])
        is_right = (content["task"], content["kind"]) == ("risk", "single")
        is_right = is_right and len(labels) == len(LEVELS) and set(labels) == LEVELS.keys()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _wrong(file, type(error).__name__) from None
    if not is_right or not (math.isfinite(temperature) and temperature > 0):
        raise _wrong(
            file, f"it must be of task risk, kind single, with the labels {', '.join(LEVELS)}"
        )
    return labels, temperature


def _tokenizer(tokenizers: Any, file: Path) -> Any:
    try:
        tokenizer = tokenizers.Tokenizer.from_file(str(file))
        tokenizer.enable_truncation(max_length=_LONGEST)
        tokenizer.no_padding()
    except Exception as error:  # noqa: BLE001 - the library raises bare Exception
        raise _wrong(file, type(error).__name__) from None
    return tokenizer


def _session(runtime: Any, file: Path) -> Any:
    options = runtime.SessionOptions()
    # One core for one reading: several threads of the worker read at the same time.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4  # fatal only: its messages are not ours
    try:
        session = runtime.InferenceSession(
            str(file), sess_options=options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # noqa: BLE001 - the runtime has no root for its own errors
        raise _wrong(file, type(error).__name__) from None
    if {one.name for one in session.get_inputs()} != set(_INPUTS) or _OUTPUT not in {
        one.name for one in session.get_outputs()
    }:
        raise _wrong(file, f"it must take {' and '.join(_INPUTS)} and give {_OUTPUT}")
    return session


def _wrong(file: Path, why: str) -> SettingsError:
    return SettingsError(f"NUANYU_OPINION_FOLDER: {file.name} cannot be used: {why}")
