"""The model as an ONNX graph, in 32 or in 8 bits, and whether it still says the same."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process

from companion.errors import NuanyuError
from lab.encoder.recogniser import MODEL, open_recogniser

TOLERANCE = 1e-3  # largest difference of a raw output from torch's
AGREEMENT = 0.9  # least share of texts at which 8 bits must put the same label first
_BATCH = 32


class NotTheSame(NuanyuError):
    """The exported model does not say what torch says."""


class _Plain(torch.nn.Module):
    """Two inputs by place, one output: what the graph looks like from outside."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        out = self.model(input_ids=input_ids, attention_mask=attention_mask)
        logits: torch.Tensor = out.logits
        return logits


def write_graph(model: torch.nn.Module, path: Path, *, opset: int) -> None:
    """Write the model with any number of texts of any length as its input."""
    plain = _Plain(model.cpu()).eval()
    # Not of size 1, or the exporter takes the size for a constant.
    ids, mask = torch.zeros(2, 6, dtype=torch.long), torch.ones(2, 6, dtype=torch.long)
    mask[1, 4:] = 0
    axes = {0: torch.export.Dim("texts"), 1: torch.export.Dim("length", max=100_000)}
    with _hushed(), torch.no_grad():
        torch.onnx.export(
            plain,
            (ids, mask),
            str(path),
            input_names=["input_ids", "attention_mask"],
            output_names=["logits"],
            dynamic_shapes={"input_ids": axes, "attention_mask": axes},
            opset_version=opset,
            external_data=False,
            dynamo=True,
            verbose=False,
        )


def quantize(path: Path) -> None:
    """Put the weights of a graph into 8 bits, in place."""
    simple, small = path.with_suffix(".simple"), path.with_suffix(".int8")
    quant_pre_process(str(path), str(simple), skip_symbolic_shape=True)
    quantize_dynamic(str(simple), str(small), weight_type=QuantType.QInt8)
    simple.unlink()
    small.replace(path)


def compare(
    folder: Path, texts: Sequence[str], expected: npt.NDArray[Any], *, exact: bool
) -> float:
    """Return the largest difference of a raw output from the expected ones.

    `exact` allows 0.001; otherwise nine texts in ten must have the same label first. Raises
    NotTheSame, and removes the graph, where that is not so.
    """
    recogniser = open_recogniser(folder)
    batches = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
    said = np.concatenate([recogniser.logits(batch) for batch in batches])
    difference = float(np.abs(said - expected).max())
    agreement = float((said.argmax(-1) == expected.argmax(-1)).mean())
    if difference > TOLERANCE if exact else agreement < AGREEMENT:
        (folder / MODEL).unlink()
        raise NotTheSame(
            f"{folder} differs from the model it came from: largest difference "
            f"{difference:.2g}, same first label for {agreement:.0%}; the graph was removed"
        )
    return difference


@contextmanager
def _hushed() -> Iterator[None]:
    """Keep the exporter from speaking about itself."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            logging.disable(before)
