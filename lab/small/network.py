"""The reader as it is trained; `companion.learned.reader` runs the same network on numpy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from companion.language import Language
from companion.learned.files import Arrays, packed_strings, quantised
from companion.learned.reader import lexicon
from companion.learned.tokens import FIRST_ID, PADDING, cut, ids

_SHORTEST = 5  # tokens, as in the reader that runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a reader is."""

    width: int = 96
    filters: int = 96
    windows: tuple[int, ...] = (1, 2, 3, 4, 5)
    dropout: float = 0.5
    dropout_of_tokens: float = 0.06


@dataclass(frozen=True, slots=True)
class Encoded:
    """One text as numbers and as what the lexicon knows of it."""

    numbers: list[int]
    known: NDArray[np.float16]


class Network(nn.Module):
    """Token vectors, windows of several widths, the strongest and the mean of each, heads."""

    def __init__(self, *, tokens: int, channels: int, outputs: int, size: Size) -> None:
        super().__init__()
        self.embedding = nn.Embedding(tokens, size.width, padding_idx=PADDING)
        nn.init.normal_(self.embedding.weight, std=0.1)
        self.lexicon = nn.Linear(channels, size.width)
        self.windows = nn.ModuleList(
            nn.Conv1d(size.width, size.filters, width, padding=width // 2) for width in size.windows
        )
        self.heads = nn.Linear(2 * size.filters * len(size.windows), outputs)
        self._drop = nn.Dropout(size.dropout)
        self._drop_seen = nn.Dropout(0.2)

    def forward(self, numbers: Tensor, known: Tensor, mask: Tensor) -> Tensor:
        """Return the raw outputs of all heads, shape (texts, outputs)."""
        seen = self.embedding(numbers) + self.lexicon(known)
        seen = (self._drop_seen(seen) * mask[..., None]).transpose(1, 2)
        strongest, mean = [], []
        for window in self.windows:
            answer = torch.relu(window(seen))[..., : numbers.shape[1]] * mask[:, None]
            strongest.append(answer.amax(dim=2))
            mean.append(answer.sum(dim=2) / mask.sum(dim=1, keepdim=True))
        pooled = torch.cat([*strongest, *mean], dim=1)
        return self.heads(self._drop(pooled))


def vocabulary_of(
    texts: Iterable[str], language: Language, *, known: Mapping[str, int], at_least: int = 2
) -> list[str]:
    """Return the tokens seen at least so often, commonest first; their ids start at FIRST_ID."""
    seen = Counter(token for text in texts for token in cut(text, language, known))
    return [token for token, count in seen.most_common() if count >= at_least and "\n" not in token]


def encoded(texts: Sequence[str], language: Language, vocabulary: Sequence[str]) -> list[Encoded]:
    """Return texts as a network of this vocabulary reads them."""
    numbers = {token: number for number, token in enumerate(vocabulary, FIRST_ID)}
    words = lexicon(language)
    result = []
    for text in texts:
        tokens = cut(text, language, numbers) or [" "]
        known = words.read(tokens, language).astype(np.float16)
        result.append(Encoded(ids(tokens, numbers), known))
    return result


def batch(texts: Sequence[Encoded], rows: Sequence[int]) -> tuple[Tensor, Tensor, Tensor]:
    """Return token numbers, lexicon vectors and a mask, padded to the longest text."""
    longest = max(_SHORTEST, *(len(texts[row].numbers) for row in rows))
    numbers = torch.full((len(rows), longest), PADDING)
    known = torch.zeros(len(rows), longest, texts[rows[0]].known.shape[1])
    mask = torch.zeros(len(rows), longest)
    for place, row in enumerate(rows):
        length = len(texts[row].numbers)
        numbers[place, :length] = torch.tensor(texts[row].numbers)
        known[place, :length] = torch.from_numpy(texts[row].known.astype(np.float32))
        mask[place, :length] = 1
    return numbers, known, mask


def stored(networks: Sequence[Network], vocabulary: list[str], size: Size) -> Arrays:
    """Return networks of one vocabulary as the arrays that `Readers` reads."""
    result: dict[str, NDArray[np.generic]] = {
        "vocabulary": packed_strings(vocabulary),
        "readers": np.array(len(networks)),
    }
    for number, network in enumerate(networks):
        result |= _one(network, size, prefix=f"reader{number}_")
    return result


def _one(network: Network, size: Size, *, prefix: str) -> Arrays:
    half = np.float16
    result = quantised(f"{prefix}embedding", as_numpy(network.embedding.weight))
    result[f"{prefix}lexicon"] = as_numpy(network.lexicon.weight).T.astype(half)
    result[f"{prefix}lexicon_bias"] = as_numpy(network.lexicon.bias).astype(half)
    result[f"{prefix}widths"] = np.array(size.windows)
    for width, window in zip(size.windows, network.windows, strict=True):
        # (filters, width of a token, window) becomes (window x width of a token, filters).
        rows = as_numpy(window.weight).transpose(2, 1, 0).reshape(-1, size.filters)
        result[f"{prefix}window{width}"] = rows.astype(half)
        result[f"{prefix}window{width}_bias"] = as_numpy(window.bias).astype(half)
    result[f"{prefix}heads"] = as_numpy(network.heads.weight).T.astype(half)
    result[f"{prefix}heads_bias"] = as_numpy(network.heads.bias)
    return result


def as_numpy(tensor: Tensor) -> NDArray[np.float32]:
    """Return a tensor's values, detached."""
    return tensor.detach().cpu().numpy()
