"""Texts as tokens, in batches whose order follows from the seed alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from lab.encoder.examples import Example
from lab.encoder.tasks import Kind, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some texts on their way through the model; n of them, the longest of `length` tokens."""

    input_ids: torch.Tensor  #: (n, length)
    attention_mask: torch.Tensor  #: (n, length), 0 where there is only padding
    targets: torch.Tensor  #: (n,) places of the labels, or (n, labels) of 0 and 1
    labelled: torch.Tensor  #: (n,) whether a person labelled it
    places: torch.Tensor  #: (n,) where the texts stand among all


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """All texts of a part as tokens."""

    tokens: tuple[tuple[int, ...], ...]
    targets: torch.Tensor
    labelled: torch.Tensor
    padding: int

    def __len__(self) -> int:
        return len(self.tokens)

    def batch(self, places: Sequence[int], device: torch.device) -> Batch:
        """Return the texts at these places, padded to the longest among them."""
        length = max(len(self.tokens[place]) for place in places)
        ids = torch.full((len(places), length), self.padding, dtype=torch.long)
        mask = torch.zeros((len(places), length), dtype=torch.long)
        for row, place in enumerate(places):
            tokens = self.tokens[place]
            ids[row, : len(tokens)] = torch.tensor(tokens, dtype=torch.long)
            mask[row, : len(tokens)] = 1
        where = torch.tensor(list(places), dtype=torch.long)
        return Batch(
            input_ids=ids.to(device),
            attention_mask=mask.to(device),
            targets=self.targets[where].to(device),
            labelled=self.labelled[where].to(device),
            places=where.to(device),
        )


def encode(examples: Sequence[Example], task: Task, tokenizer: Any, max_length: int) -> Encoded:
    """Return the texts as at most `max_length` tokens each, with their targets."""
    read = tokenizer([example.text for example in examples], truncation=True, max_length=max_length)
    return Encoded(
        tokens=tuple(tuple(tokens) for tokens in read["input_ids"]),
        targets=torch.stack([_target(example.labels or (), task) for example in examples]),
        labelled=torch.tensor([example.labels is not None for example in examples]),
        padding=int(tokenizer.pad_token_id),
    )


def shuffled(size: int, seed: int, epoch: int) -> list[int]:
    """Return the places 0 to size - 1 in an order of this seed and epoch."""
    dice = torch.Generator().manual_seed(seed * 100_003 + epoch)
    order: list[int] = torch.randperm(size, generator=dice).tolist()
    return order


def cut(order: Sequence[int], size: int) -> list[Sequence[int]]:
    """Return the order in batches of `size`, the last one maybe smaller."""
    return [order[start : start + size] for start in range(0, len(order), size)]


def _target(labels: tuple[str, ...], task: Task) -> torch.Tensor:
    if task.kind is Kind.SINGLE:
        return torch.tensor(task.index(labels[0]) if labels else 0)
    target = torch.zeros(len(task.labels))
    for label in labels:
        target[task.index(label)] = 1.0
    return target
