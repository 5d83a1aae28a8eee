"""An exported folder at work: ONNX Runtime and a tokenizer, no torch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from companion.errors import BadInput
from lab.encoder.calibrate import probabilities
from lab.encoder.tasks import Kind

MODEL, TOKENIZER, LABELS = "model.onnx", "tokenizer.json", "labels.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recogniser:
    """Scores of texts for each label of one task; usable by several threads at once."""

    task: str
    labels: tuple[str, ...]
    kind: Kind
    temperature: float
    max_length: int  #: Tokens; longer texts are cut off.
    _session: Any
    _tokenizer: Any  #: Cuts off and pads.
    _whole: Any  #: Does neither.

    def logits(self, texts: Sequence[str]) -> npt.NDArray[Any]:
        """Return raw outputs (texts, labels)."""
        read = self._tokenizer.encode_batch(list(texts))
        inputs = {
            "input_ids": np.array([one.ids for one in read], dtype=np.int64),
            "attention_mask": np.array([one.attention_mask for one in read], dtype=np.int64),
        }
        outputs: npt.NDArray[Any] = self._session.run(["logits"], inputs)[0]
        return outputs

    def scores(self, texts: Sequence[str]) -> npt.NDArray[Any]:
        """Return calibrated scores (texts, labels) in [0, 1]."""
        return probabilities(self.logits(texts), self.kind, self.temperature)

    def length(self, text: str) -> int:
        """Return how many tokens a text has before anything is cut off."""
        return len(self._whole.encode(text).ids)


def open_recogniser(folder: Path, *, threads: int = 0) -> Recogniser:
    """Open an exported folder; raises BadInput where a file is missing or damaged.

    `threads` is how many processors one text may use; 0 leaves it to ONNX Runtime.
    """
    for name in (MODEL, TOKENIZER, LABELS):
        if not (folder / name).is_file():
            raise BadInput(f"{folder}: no {name}; make the folder with `lab encoder export`")
    told = _told(folder)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        str(folder / MODEL), options, providers=onnxruntime.get_available_providers()
    )
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    whole = Tokenizer.from_file(str(folder / TOKENIZER))
    whole.no_truncation()
    whole.no_padding()
    return Recogniser(
        **told,
        max_length=(tokenizer.truncation or {}).get("max_length", 512),
        _session=session,
        _tokenizer=tokenizer,
        _whole=whole,
    )


def _told(folder: Path) -> dict[str, Any]:
    try:
        told = json.loads((folder / LABELS).read_text(encoding="utf-8"))
        return {
            "task": str(told["task"]),
            "labels": tuple(map(str, told["labels"])),
            "kind": Kind(told["kind"]),
            "temperature": float(told["temperature"]),
        }
    except (ValueError, KeyError, TypeError) as wrong:
        raise BadInput(f"{folder / LABELS}: not what `lab encoder export` writes") from wrong
