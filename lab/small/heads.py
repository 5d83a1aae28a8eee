"""What a reader is asked: the heads of a network and the loss of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional


class Answer(StrEnum):
    """How a head's outputs are to be read."""

    ONE_OF = "one of"  #: One class holds: softmax.
    SEVERAL = "several"  #: Each output by itself: sigmoid.


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One question to the network, with the right answers of every text."""

    name: str
    size: int
    answer: Answer
    weight: float = 1.0
    #: Shape (texts, size): a distribution or 0/1 marks; a row of NaN means "nobody said".
    targets: NDArray[np.float32]


def loss_of(head: Head, outputs: Tensor, rows: Sequence[int], *, smoothing: float) -> Tensor:
    """Return the weighted mean loss of one head over a batch; unlabelled rows do not count."""
    targets = torch.from_numpy(head.targets[list(rows)])
    known = ~torch.isnan(targets).any(dim=1)
    if not known.any():
        return outputs.sum() * 0
    outputs, targets = outputs[known], targets[known]
    if head.answer is Answer.ONE_OF:
        loss = functional.cross_entropy(outputs, targets, label_smoothing=smoothing)
    else:
        loss = functional.binary_cross_entropy_with_logits(outputs, targets)
    return head.weight * loss
