"""How wrong a model is: about the labels, and about its teacher."""

from __future__ import annotations

import torch
from torch.nn import functional

from lab.encoder.batches import Batch, Encoded
from lab.encoder.settings import Weights
from lab.encoder.tasks import Kind, Task

HEAVIEST = 20.0  # a label seen once must not drown the others


def class_weights(encoded: Encoded, task: Task, wanted: Weights) -> torch.Tensor | None:
    """Return a weight for each label, rare ones heavier, in (0, 20]; None for no weights."""
    if wanted is Weights.NONE:
        return None
    targets = encoded.targets[encoded.labelled]
    if task.kind is Kind.MULTI:
        seen = targets.sum(0).clamp(min=1)
        return ((len(targets) - seen) / seen).clamp(1 / HEAVIEST, HEAVIEST)
    seen = torch.bincount(targets, minlength=len(task.labels)).clamp(min=1)
    return (len(targets) / (len(task.labels) * seen.float())).clamp(max=HEAVIEST)


def label_loss(
    logits: torch.Tensor, batch: Batch, task: Task, weights: torch.Tensor | None
) -> torch.Tensor:
    """Return the loss against the labels; 0 for a batch that nobody labelled."""
    said, true = logits[batch.labelled].float(), batch.targets[batch.labelled]
    if not len(said):
        return logits.sum() * 0
    if weights is not None:
        weights = weights.to(said.device)
    if task.kind is Kind.MULTI:
        return functional.binary_cross_entropy_with_logits(said, true, pos_weight=weights)
    return functional.cross_entropy(said, true, weight=weights)


def soft_loss(
    logits: torch.Tensor, teacher: torch.Tensor, kind: Kind, temperature: float
) -> torch.Tensor:
    """Return how far the softened scores are from the teacher's, on the labels' scale."""
    said, taught = logits.float() / temperature, teacher.float() / temperature
    if kind is Kind.MULTI:
        loss = functional.binary_cross_entropy_with_logits(said, taught.sigmoid())
    else:
        loss = functional.kl_div(
            said.log_softmax(-1), taught.log_softmax(-1), reduction="batchmean", log_target=True
        )
    return loss * temperature**2
