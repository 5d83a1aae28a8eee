"""A small convolutional reader: looks at runs of tokens and keeps the strongest of each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from companion.language import Language
from companion.learned.files import Arrays, arrays, dequantised, strings
from companion.learned.tokens import FIRST_ID, cut, ids

Vectors: TypeAlias = NDArray[np.float32]

_SHORTEST_TEXT = 5  # tokens; shorter texts are padded to the widest window
_LONGEST_ENTRY = 4  # characters of a Chinese word in the lexicon


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Vectors of words that were learned on large texts; they never change in training."""

    numbers: Mapping[str, int]
    #: Shape (words, width).
    vectors: Vectors

    def read(self, tokens: Sequence[str], language: Language) -> Vectors:
        """Return what the lexicon knows around each token, shape (tokens, channels).

        Chinese: the mean of the words of 2-4 characters that cover a character, longer ones
        counting more, beside the vector of the character itself. English: that of the piece.
        """
        own = self._own(tokens)
        return np.hstack([self._covering(tokens), own]) if language is Language.ZH else own

    def _own(self, tokens: Sequence[str]) -> Vectors:
        read = np.zeros((len(tokens), self.vectors.shape[1]), dtype=np.float32)
        for place, token in enumerate(tokens):
            number = self.numbers.get(token)
            if number is not None:
                read[place] = self.vectors[number]
        return read

    def _covering(self, tokens: Sequence[str]) -> Vectors:
        text = "".join(tokens)
        read = np.zeros((len(tokens), self.vectors.shape[1]), dtype=np.float32)
        weight = np.zeros((len(tokens), 1), dtype=np.float32)
        for length in range(2, _LONGEST_ENTRY + 1):
            for start in range(len(text) - length + 1):
                number = self.numbers.get(text[start : start + length])
                if number is not None:
                    read[start : start + length] += self.vectors[number] * (length - 1)
                    weight[start : start + length] += length - 1
        covering: Vectors = read / np.maximum(weight, 1)
        return covering


@cache
def lexicon(language: Language) -> Lexicon:
    """Return the word vectors of a language; raises ModelUnusableError."""
    stored = arrays(f"words_{language}")
    words = strings(stored["words"])
    return Lexicon(
        numbers={word: number for number, word in enumerate(words)},
        vectors=dequantised(stored, "vectors"),
    )


class Reader:
    """One trained network: token vectors, windows of several widths, the strongest and the mean."""

    def __init__(self, stored: Arrays, *, prefix: str) -> None:
        self._embedding = dequantised(stored, f"{prefix}embedding")
        self._from_lexicon = stored[f"{prefix}lexicon"].astype(np.float32)
        self._bias = stored[f"{prefix}lexicon_bias"].astype(np.float32)
        widths = stored[f"{prefix}widths"].tolist()
        self._windows = [
            (
                int(width),
                stored[f"{prefix}window{width}"].astype(np.float32),
                stored[f"{prefix}window{width}_bias"].astype(np.float32),
            )
            for width in widths
        ]
        self._heads = stored[f"{prefix}heads"].astype(np.float32)
        self._heads_bias = stored[f"{prefix}heads_bias"].astype(np.float32)

    def scores(self, numbers: Sequence[int], known: Vectors) -> Vectors:
        """Return the outputs of all heads for one text, shape (outputs,)."""
        seen = self._embedding[list(numbers)] + known @ self._from_lexicon + self._bias
        if len(seen) < _SHORTEST_TEXT:
            missing = np.zeros((_SHORTEST_TEXT - len(seen), seen.shape[1]), dtype=np.float32)
            seen = np.vstack([seen, missing])
        strongest, mean = [], []
        length = max(len(numbers), 1)
        for width, weights, bias in self._windows:
            answer = _slide(seen, width, weights, bias)[:length]
            strongest.append(answer.max(axis=0))
            mean.append(answer.mean(axis=0))
        pooled = np.concatenate([*strongest, *mean])
        scores: Vectors = pooled @ self._heads + self._heads_bias
        return scores


class Readers:
    """Several readers of one language and task, whose outputs are averaged."""

    def __init__(self, stored: Arrays, *, language: Language) -> None:
        self._language = language
        tokens = strings(stored["vocabulary"])
        self._vocabulary = {token: number for number, token in enumerate(tokens, FIRST_ID)}
        self._readers = [
            Reader(stored, prefix=f"reader{number}_") for number in range(int(stored["readers"]))
        ]

    def scores(self, text: str) -> Vectors:
        """Return the averaged outputs for one text, shape (outputs,)."""
        tokens = cut(text, self._language, self._vocabulary) or [" "]
        known = lexicon(self._language).read(tokens, self._language)
        numbers = ids(tokens, self._vocabulary)
        averaged: Vectors = np.mean([one.scores(numbers, known) for one in self._readers], axis=0)
        return averaged


def _slide(seen: Vectors, width: int, weights: Vectors, bias: Vectors) -> Vectors:
    """Return a window's answers at every token: shape (tokens, filters), never negative."""
    before = width // 2
    padded = np.pad(seen, ((before, width - 1 - before), (0, 0)))
    rows = np.hstack([padded[offset : offset + len(seen)] for offset in range(width)])
    answer: Vectors = np.maximum(rows @ weights + bias, 0)
    return answer
