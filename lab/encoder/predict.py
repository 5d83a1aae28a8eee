"""What a model says about many texts."""

from __future__ import annotations

import torch

from lab.encoder.batches import Encoded, cut
from lab.encoder.scores import Scores, score
from lab.encoder.tasks import Task

_BATCH = 64  # texts at once


@torch.no_grad()
def logits_of(model: torch.nn.Module, encoded: Encoded, device: torch.device) -> torch.Tensor:
    """Return the raw outputs (n, labels), on the CPU; the model is left in the mode it was in."""
    training = model.training
    model.eval()
    outputs = []
    for places in cut(range(len(encoded)), _BATCH):
        batch = encoded.batch(places, device)
        outputs.append(model(input_ids=batch.input_ids, attention_mask=batch.attention_mask).logits)
    model.train(training)
    return torch.cat(outputs).float().cpu()


def measure(model: torch.nn.Module, encoded: Encoded, task: Task, device: torch.device) -> Scores:
    """Return how good the model is on a labelled part."""
    return score(logits_of(model, encoded, device), encoded.targets, task)
