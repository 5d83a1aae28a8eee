"""The first layers of a sentence encoder, tuned; run by `companion.learned.encoder`.

Taken from all-MiniLM-L6-v2 (Apache-2.0). Its vocabulary is cut to the pieces that students' and
public English texts are made of; a word whose piece is gone falls into smaller pieces.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from tqdm import tqdm
from transformers import AutoModel

from companion.language import Language
from companion.learned.encoder import BEGIN, BREAK, MOST_POSITIONS, sequence
from companion.learned.files import Arrays, packed_strings, quantised
from companion.learned.tokens import FIRST_ID, PADDING, cut, ids
from lab.small.heads import Head, loss_of
from lab.small.network import as_numpy
from lab.small.training import batches

_HALF = np.float16
_CLIP = 1.0
_TOKENS_APART = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """How the layers are tuned."""

    layers: int = 3
    rounds: int = 3
    rate: float = 1e-4
    rate_of_heads: float = 1e-3
    batch: int = 32
    decay: float = 0.01
    warming: float = 0.1
    dropout: float = 0.1
    smoothing: float = 0.03


def vocabulary_of(base: Path, texts: Iterable[str]) -> list[str]:
    """Return the base's pieces that these texts need, and every single sign it knows."""
    pieces = (base / "vocab.txt").read_text(encoding="utf-8").split("\n")
    known = {piece: number for number, piece in enumerate(pieces) if piece}
    seen = Counter(token for text in texts for token in cut(text, Language.EN, known))
    kept = {token for token in seen if token in known}
    kept |= {piece for piece in known if len(piece.removeprefix("##")) == 1 and piece.isascii()}
    kept |= {BEGIN, BREAK}
    return sorted(kept, key=known.__getitem__)


class Cut(nn.Module):
    """The base's first layers over a cut vocabulary, and heads."""

    def __init__(
        self, base: Path, vocabulary: Sequence[str], *, outputs: int, tuning: Tuning
    ) -> None:
        super().__init__()
        model = AutoModel.from_pretrained(base, local_files_only=True, hidden_act="gelu_new")
        model.encoder.layer = model.encoder.layer[: tuning.layers]
        model.pooler = None
        pieces = (base / "vocab.txt").read_text(encoding="utf-8").split("\n")
        place = {piece: number for number, piece in enumerate(pieces)}
        rows = [place["[PAD]"], place["[UNK]"], *(place[token] for token in vocabulary)]
        weights = model.embeddings.word_embeddings.weight.detach()[rows]
        model.embeddings.word_embeddings = nn.Embedding.from_pretrained(
            weights.clone(), freeze=False, padding_idx=PADDING
        )
        self.base = model
        self.heads = nn.Linear(2 * model.config.hidden_size, outputs)
        self._drop = nn.Dropout(tuning.dropout)

    def forward(self, numbers: Tensor) -> Tensor:
        """Return the raw outputs of all heads, shape (texts, outputs)."""
        mask = numbers != PADDING
        read = self.base(input_ids=numbers, attention_mask=mask.long()).last_hidden_state
        return self.heads(self._drop(pooled(read, mask)))


def pooled(read: Tensor, mask: Tensor) -> Tensor:
    """Return the mean and the strongest of what an encoder read, shape (texts, 2 x width)."""
    seen = mask[..., None].float()
    mean = (read * seen).sum(dim=1) / seen.sum(dim=1)
    strongest = (read - 1e4 * (1 - seen)).amax(dim=1)
    return torch.cat([mean, strongest], dim=1)


def encoded(texts: Sequence[str], vocabulary: Sequence[str], *, breaks: str) -> list[list[int]]:
    """Return texts as numbers of this vocabulary."""
    place = {token: number for number, token in enumerate(vocabulary, FIRST_ID)}
    return [ids(sequence(text, place, breaks=breaks), place) for text in texts]


def tuned(  # noqa: PLR0913 - each names one thing that decides what comes out
    base: Path,
    vocabulary: Sequence[str],
    texts: Sequence[list[int]],
    *,
    heads: Sequence[Head],
    rows: Sequence[int],
    tuning: Tuning,
    seed: int,
    label: str = "",
) -> Cut:
    """Return the layers tuned on some rows; the same seed gives the same layers."""
    torch.manual_seed(seed)
    shuffle = random.Random(seed)  # noqa: S311 - a reproducible order, no secret
    model = Cut(base, vocabulary, outputs=sum(head.size for head in heads), tuning=tuning)
    steps = tuning.rounds * (len(rows) // tuning.batch)
    warm = max(1, round(tuning.warming * steps))
    optimiser = torch.optim.AdamW(
        [
            {"params": model.base.parameters(), "lr": tuning.rate},
            {"params": model.heads.parameters(), "lr": tuning.rate_of_heads},
        ],
        weight_decay=tuning.decay,
    )
    rate = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda step: min((step + 1) / warm, max(0.0, (steps - step) / (steps - warm + 1))),
    )
    lengths = [len(text) for text in texts]
    model.train()
    with tqdm(total=steps, desc=label, mininterval=30) as progress:
        for _ in range(tuning.rounds):
            for chosen in batches(
                lengths, rows, size=tuning.batch, apart=_TOKENS_APART, shuffle=shuffle
            ):
                outputs = model(_padded([texts[row] for row in chosen]))
                parts = torch.split(outputs, [head.size for head in heads], dim=1)
                losses = [
                    loss_of(head, part, chosen, smoothing=tuning.smoothing)
                    for head, part in zip(heads, parts, strict=True)
                ]
                optimiser.zero_grad()
                torch.stack(losses).sum().backward()
                nn.utils.clip_grad_norm_(model.parameters(), _CLIP)
                optimiser.step()
                rate.step()
                progress.update()
    return model.eval()


def outputs_of(model: Cut, texts: Sequence[list[int]], rows: Sequence[int]) -> NDArray[np.float32]:
    """Return the raw outputs of all heads, shape (rows, outputs), in the order of `rows`."""
    order = sorted(range(len(rows)), key=lambda place: len(texts[rows[place]]))
    result = np.zeros((len(rows), model.heads.out_features), dtype=np.float32)
    with torch.no_grad():
        for start in range(0, len(order), 64):
            places = order[start : start + 64]
            result[places] = model(_padded([texts[rows[place]] for place in places])).numpy()
    return result


def stored(model: Cut, vocabulary: Sequence[str]) -> Arrays:
    """Return the arrays that `companion.learned.encoder.Encoder` reads."""
    embeddings = model.base.embeddings
    positions = embeddings.position_embeddings.weight[:MOST_POSITIONS]
    result: dict[str, NDArray[np.generic]] = {
        "vocabulary": packed_strings(list(vocabulary)),
        "layers": np.array(len(model.base.encoder.layer)),
        **quantised("embedding", as_numpy(embeddings.word_embeddings.weight)),
        # Our texts are one segment: its vector is the same everywhere.
        "positions": as_numpy(positions + embeddings.token_type_embeddings.weight[0]).astype(_HALF),
        **_norm("norm", embeddings.LayerNorm),
        "heads": as_numpy(model.heads.weight).T.astype(_HALF),
        "heads_bias": as_numpy(model.heads.bias),
    }
    for number, layer in enumerate(model.base.encoder.layer):
        result |= _layer(f"layer{number}_", layer)
    return result


def _layer(prefix: str, layer: nn.Module) -> dict[str, NDArray[np.generic]]:
    attention = layer.attention
    asked = [attention.self.query, attention.self.key, attention.self.value]
    ask = nn.Linear(1, 1)
    ask.weight = nn.Parameter(torch.cat([one.weight for one in asked]))
    ask.bias = nn.Parameter(torch.cat([one.bias for one in asked]))
    return {
        f"{prefix}heads": np.array(attention.self.num_attention_heads),
        **_dense(f"{prefix}ask", ask),
        **_dense(f"{prefix}merge", attention.output.dense),
        **_dense(f"{prefix}widen", layer.intermediate.dense),
        **_dense(f"{prefix}narrow", layer.output.dense),
        **_norm(f"{prefix}norm_attended", attention.output.LayerNorm),
        **_norm(f"{prefix}norm_out", layer.output.LayerNorm),
    }


def _dense(key: str, dense: nn.Linear) -> dict[str, NDArray[np.generic]]:
    return quantised(key, as_numpy(dense.weight)) | {
        f"{key}_bias": as_numpy(dense.bias).astype(_HALF)
    }


def _norm(key: str, norm: nn.LayerNorm) -> dict[str, NDArray[np.generic]]:
    return {
        key: as_numpy(norm.weight).astype(_HALF),
        f"{key}_bias": as_numpy(norm.bias).astype(_HALF),
    }


def _padded(texts: Sequence[list[int]]) -> Tensor:
    numbers = torch.full((len(texts), max(map(len, texts))), PADDING)
    for place, text in enumerate(texts):
        numbers[place, : len(text)] = torch.tensor(text)
    return numbers
