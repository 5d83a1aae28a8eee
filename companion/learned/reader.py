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
        covering: Vectors = (read / np.maximum(weight, 1)).astype(np.float32)
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
        widths = [int(width) for width in stored[f"{prefix}widths"]]
        self._widest = max(widths)
        self._windows = _side_by_side(stored, widths, prefix=prefix)
        self._windows_bias = np.concatenate(
            [stored[f"{prefix}window{width}_bias"] for width in widths]
        ).astype(np.float32)
        self._heads = stored[f"{prefix}heads"].astype(np.float32)
        self._heads_bias = stored[f"{prefix}heads_bias"].astype(np.float32)

    def scores(self, numbers: Sequence[int], known: Vectors) -> Vectors:
        """Return the outputs of all heads for one text, shape (outputs,)."""
        length, before = len(numbers), self._widest // 2
        seen = np.zeros((length + self._widest - 1, self._embedding.shape[1]), dtype=np.float32)
        seen[before : before + length] = self._embedding[list(numbers)]
        seen[before : before + length] += known @ self._from_lexicon + self._bias
        rows = np.hstack([seen[offset : offset + length] for offset in range(self._widest)])
        answers = np.maximum(rows @ self._windows + self._windows_bias, 0)
        pooled = np.concatenate([answers.max(axis=0), answers.sum(axis=0) / length])
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


def _side_by_side(stored: Arrays, widths: Sequence[int], *, prefix: str) -> Vectors:
    """Return all windows as one matrix over the widest, so that a text takes one product."""
    widest, parts = max(widths), []
    for width in widths:
        weights = stored[f"{prefix}window{width}"].astype(np.float32)
        per_token = len(weights) // width
        part = np.zeros((widest * per_token, weights.shape[1]), dtype=np.float32)
        first = (widest // 2 - width // 2) * per_token
        part[first : first + len(weights)] = weights
        parts.append(part)
    return np.hstack(parts)
