"""A linear model over hashed n-grams: quick, small, and good at what is said in set words."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from companion.language import Language
from companion.learned.files import Arrays, dequantised

#: How many buckets the n-grams fall into; two n-grams in one bucket are rare enough.
BUCKETS = 1 << 18
_LONGEST_ZH = 4  # characters
_LONGEST_EN = 3  # words
_LETTERS_EN = (2, 5)  # letters within a word, its edges marked
_LONGEST_TEXT = 600  # characters
_WORD = re.compile(r"[a-z0-9]+")


def counts(text: str, language: Language) -> Counter[int]:
    """Return how often each bucket's n-grams occur in a text."""
    grams = _characters(text) if language is Language.ZH else _words(text)
    return Counter(zlib.crc32(gram.encode()) % BUCKETS for gram in grams)


class Ngrams:
    """Weights over the buckets, for one language and one or more outputs."""

    def __init__(self, stored: Arrays, *, language: Language) -> None:
        self._language = language
        #: Where each bucket is among the kept ones; -1 for those that say nothing.
        self._places = np.arange(BUCKETS, dtype=np.int32)
        if "ngram_buckets" in stored:
            kept = stored["ngram_buckets"].astype(np.int64)
            self._places = np.full(BUCKETS, -1, dtype=np.int32)
            self._places[kept] = np.arange(len(kept), dtype=np.int32)
        self._rarity = stored["ngram_rarity"].astype(np.float32)
        self._weights = dequantised(stored, "ngram_weights")
        self._bias = stored["ngram_bias"].astype(np.float32)

    def scores(self, text: str) -> NDArray[np.float32]:
        """Return one log-odds for each output."""
        found = counts(text, self._language)
        places = self._places[np.fromiter(found.keys(), dtype=np.int64, count=len(found))]
        counted = np.fromiter(found.values(), dtype=np.float32, count=len(found))[places >= 0]
        places = places[places >= 0]
        weight = weighed(counted) * self._rarity[places]
        weight /= np.linalg.norm(weight) + 1e-9
        scores: NDArray[np.float32] = self._weights[:, places] @ weight + self._bias
        return scores


def weighed(counted: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return counts dampened, so that a word said ten times does not count ten times."""
    dampened: NDArray[np.float32] = 1 + np.log(counted)
    return dampened


def _characters(text: str) -> Iterator[str]:
    text = text[:_LONGEST_TEXT]
    for length in range(1, _LONGEST_ZH + 1):
        for start in range(len(text) - length + 1):
            yield text[start : start + length]


def _words(text: str) -> Iterator[str]:
    words = _WORD.findall(text[: 2 * _LONGEST_TEXT])
    for length in range(1, _LONGEST_EN + 1):
        for start in range(len(words) - length + 1):
            yield " ".join(words[start : start + length]) + "|"
    shortest, longest = _LETTERS_EN
    for word in words:
        edged = f" {word} "
        for length in range(shortest, longest + 1):
            for start in range(len(edged) - length + 1):
                yield edged[start : start + length]
