"""A small transformer on numpy: reads a text as a whole where the quick models are in doubt.

The first layers of a sentence encoder, tuned on our lines; weights are kept in eight bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from companion.language import Language
from companion.learned.files import Arrays, dequantised, strings
from companion.learned.tokens import FIRST_ID, cut, ids

Matrix = NDArray[np.float32]

#: Marks of the encoder's own vocabulary.
BEGIN, BREAK = "[CLS]", "[SEP]"
#: Positions that are kept of the encoder; of a longer text the end is read.
MOST_POSITIONS = 160
_EPSILON = 1e-12
_GELU = np.float32(np.sqrt(2 / np.pi))


def sequence(text: str, vocabulary: Mapping[str, int], *, breaks: str) -> list[str]:
    """Return the tokens of a text between the encoder's marks; `breaks` are read as a break."""
    parts = [text]
    for mark in breaks:
        parts = [piece for part in parts for piece in part.split(mark)]
    tokens = [
        token
        for part in parts
        for token in (*cut(part, Language.EN, vocabulary), BREAK)
        if part.strip() or part is parts[-1]
    ]
    return [BEGIN, *tokens[-(MOST_POSITIONS - 1) :]]


class Encoder:
    """The layers, and heads over the mean and the strongest of what they say."""

    def __init__(self, stored: Arrays, *, breaks: str) -> None:
        names = strings(stored["vocabulary"])
        self._vocabulary = {token: number for number, token in enumerate(names, FIRST_ID)}
        self._breaks = breaks
        self._embedding = stored["embedding"]
        self._embedding_scale = stored["embedding_scale"].astype(np.float32)
        self._positions = stored["positions"].astype(np.float32)
        self._norm = _norm(stored, "norm")
        self._layers = [
            _Layer(stored, f"layer{number}_") for number in range(int(stored["layers"]))
        ]
        self._heads = stored["heads"].astype(np.float32)
        self._heads_bias = stored["heads_bias"].astype(np.float32)

    def scores(self, text: str) -> Matrix:
        """Return the outputs of all heads for one text, shape (outputs,)."""
        return self.answer(
            ids(sequence(text, self._vocabulary, breaks=self._breaks), self._vocabulary)
        )

    def answer(self, numbers: Sequence[int]) -> Matrix:
        """Return the outputs for the numbers of a text's tokens."""
        rows = self._embedding[list(numbers)].astype(np.float32)
        seen = rows * self._embedding_scale[list(numbers), None] + self._positions[: len(numbers)]
        seen = _normed(seen, *self._norm)
        for layer in self._layers:
            seen = layer(seen)
        pooled = np.concatenate([seen.mean(axis=0), seen.max(axis=0)])
        answers: Matrix = pooled @ self._heads + self._heads_bias
        return answers


class _Layer:
    """Attention, then two dense steps, each added to what came in."""

    def __init__(self, stored: Arrays, prefix: str) -> None:
        self._heads = int(stored[f"{prefix}heads"])
        self._ask, self._ask_bias = _dense(stored, f"{prefix}ask")
        self._merge, self._merge_bias = _dense(stored, f"{prefix}merge")
        self._widen, self._widen_bias = _dense(stored, f"{prefix}widen")
        self._narrow, self._narrow_bias = _dense(stored, f"{prefix}narrow")
        self._norm_attended = _norm(stored, f"{prefix}norm_attended")
        self._norm_out = _norm(stored, f"{prefix}norm_out")

    def __call__(self, seen: Matrix) -> Matrix:
        attended = self._attended(seen) @ self._merge + self._merge_bias
        seen = _normed(seen + attended, *self._norm_attended)
        wide = _gelu(seen @ self._widen + self._widen_bias)
        return _normed(seen + wide @ self._narrow + self._narrow_bias, *self._norm_out)

    def _attended(self, seen: Matrix) -> Matrix:
        length, width = seen.shape
        asked = (seen @ self._ask + self._ask_bias).reshape(length, 3, self._heads, -1)
        query, key, value = asked.transpose(1, 2, 0, 3)
        odds = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(query.shape[-1]))
        shares = np.exp(odds - odds.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        joined: Matrix = (shares @ value).transpose(1, 0, 2).reshape(length, width)
        return joined


def _dense(stored: Arrays, key: str) -> tuple[Matrix, Matrix]:
    weights = np.ascontiguousarray(dequantised(stored, key).T)
    return weights, stored[f"{key}_bias"].astype(np.float32)


def _norm(stored: Arrays, key: str) -> tuple[Matrix, Matrix]:
    return stored[key].astype(np.float32), stored[f"{key}_bias"].astype(np.float32)


def _normed(rows: Matrix, weight: Matrix, bias: Matrix) -> Matrix:
    centred = rows - rows.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + _EPSILON)
    normed: Matrix = centred / spread * weight + bias
    return normed


def _gelu(rows: Matrix) -> Matrix:
    """The usual approximation; the encoder is tuned with the same one."""
    inner = _GELU * (rows + np.float32(0.044715) * rows * rows * rows)
    half: Matrix = np.float32(0.5) * rows * (1 + np.tanh(inner))
    return half
