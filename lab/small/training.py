"""Training of readers: AdamW, one-cycle rate, batches of similar length, fixed seeds."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from tqdm import tqdm

from lab.small.heads import Head, loss_of
from lab.small.network import Encoded, Network, Size, batch

_CLIP = 1.0
_TOKENS_APART = 10  # texts of one batch differ by about this many tokens at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How long and how boldly a reader is trained."""

    rounds: int = 6
    rate: float = 3e-3
    batch: int = 64
    decay: float = 0.05
    smoothing: float = 0.03


def trained(  # noqa: PLR0913 - each names one thing that decides what comes out
    texts: Sequence[Encoded],
    heads: Sequence[Head],
    rows: Sequence[int],
    *,
    tokens: int,
    seed: int,
    size: Size,
    course: Course,
    label: str = "",
) -> Network:
    """Return a network trained on some rows; the same seed gives the same network."""
    torch.manual_seed(seed)
    shuffle = random.Random(seed)  # noqa: S311 - a reproducible order, no secret
    channels = texts[0].known.shape[1]
    network = Network(
        tokens=tokens, channels=channels, outputs=sum(head.size for head in heads), size=size
    )
    steps = course.rounds * (len(rows) // course.batch)
    optimiser = torch.optim.AdamW(network.parameters(), course.rate, weight_decay=course.decay)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, course.rate, total_steps=steps + 1)
    lengths = [len(text.numbers) for text in texts]
    network.train()
    with tqdm(total=steps, desc=label, leave=False) as progress:
        for _ in range(course.rounds):
            for chosen in batches(
                lengths, rows, size=course.batch, apart=_TOKENS_APART, shuffle=shuffle
            ):
                numbers, known, mask = batch(texts, chosen)
                hidden = (torch.rand(numbers.shape) < size.dropout_of_tokens) & (numbers > 0)
                outputs = network(
                    torch.where(hidden, torch.ones_like(numbers), numbers), known, mask
                )
                loss = _loss(heads, outputs, chosen, course)
                optimiser.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(network.parameters(), _CLIP)
                optimiser.step()
                rate.step()
                progress.update()
    return network.eval()


def outputs_of(
    network: Network, texts: Sequence[Encoded], rows: Sequence[int]
) -> NDArray[np.float32]:
    """Return the raw outputs of all heads, shape (rows, outputs), in the order of `rows`."""
    order = sorted(range(len(rows)), key=lambda place: len(texts[rows[place]].numbers))
    result = np.zeros((len(rows), network.heads.out_features), dtype=np.float32)
    with torch.no_grad():
        for start in range(0, len(order), 64):
            places = order[start : start + 64]
            result[places] = network(*batch(texts, [rows[place] for place in places])).numpy()
    return result


def _loss(
    heads: Sequence[Head], outputs: torch.Tensor, rows: Sequence[int], course: Course
) -> torch.Tensor:
    parts = torch.split(outputs, [head.size for head in heads], dim=1)
    losses = [
        loss_of(head, part, rows, smoothing=course.smoothing)
        for head, part in zip(heads, parts, strict=True)
    ]
    return torch.stack(losses).sum()


def batches(
    lengths: Sequence[int], rows: Sequence[int], *, size: int, apart: int, shuffle: random.Random
) -> list[list[int]]:
    """Return rows in batches of texts of similar length: they differ by about `apart` tokens."""
    order = list(rows)
    shuffle.shuffle(order)
    order.sort(key=lambda row: lengths[row] // apart)
    last = len(order) - size + 1
    found = [order[start : start + size] for start in range(0, last, size)]
    shuffle.shuffle(found)
    return found
