"""Training of the linear model over hashed n-grams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from companion.language import Language
from companion.learned.files import Arrays, quantised
from companion.learned.ngrams import BUCKETS, counts, weighed

_MOST_STEPS = 400


@dataclass(frozen=True, slots=True)
class Linear:
    """One weight for each output and bucket, and how rare each bucket is."""

    rarity: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def outputs(self, counted: csr_matrix) -> NDArray[np.float32]:
        """Return log-odds, shape (texts, outputs), for counts that `counted_in` returned."""
        seen = _normed(counted, self.rarity)
        return np.asarray(seen @ self.weights.T + self.bias, dtype=np.float32)

    def stored(self) -> Arrays:
        """Return the arrays that `Ngrams` reads."""
        kept = np.flatnonzero(self.rarity)
        return quantised("ngram_weights", self.weights[:, kept]) | {
            "ngram_buckets": kept.astype(np.uint32),
            "ngram_rarity": self.rarity[kept].astype(np.float16),
            "ngram_bias": self.bias,
        }


def counted_in(texts: Sequence[str], language: Language) -> csr_matrix:
    """Return dampened counts of hashed n-grams, shape (texts, BUCKETS)."""
    found = [counts(text, language) for text in texts]
    ends = np.cumsum([0, *(len(one) for one in found)])
    buckets = np.fromiter((bucket for one in found for bucket in one), dtype=np.int64)
    numbers = np.fromiter((count for one in found for count in one.values()), dtype=np.float32)
    return csr_matrix((weighed(numbers), buckets, ends), shape=(len(texts), BUCKETS))


def fitted(
    counted: csr_matrix,
    marks: NDArray[np.float32],
    *,
    strength: float,
    seed: int,
    solver: str = "lbfgs",
    most: int = BUCKETS,
) -> Linear:
    """Return a linear model for marks of 0 and 1, shape (texts, outputs); NaN means unlabelled.

    `strength` is the inverse of the L2 penalty. N-grams that occur in one text only are dropped,
    and of the others all but the `most` common buckets. "liblinear" solves many outputs quicker.
    """
    seen_in = np.asarray((counted > 0).sum(axis=0)).ravel()
    rarity = np.log((1 + counted.shape[0]) / (1 + seen_in)) + 1
    fewest = max(2, int(np.sort(seen_in)[-most]))
    rarity = np.where(seen_in >= fewest, rarity, 0).astype(np.float32)
    seen = _normed(counted, rarity)
    kept = np.flatnonzero(rarity)
    narrow = seen[:, kept]
    weights = np.zeros((marks.shape[1], BUCKETS), dtype=np.float32)
    bias = np.zeros(marks.shape[1], dtype=np.float32)
    for output, column in enumerate(marks.T):
        known = ~np.isnan(column)
        model = LogisticRegression(
            C=strength,
            class_weight="balanced",
            max_iter=_MOST_STEPS,
            random_state=seed,
            solver=solver,
            dual=solver == "liblinear",
        ).fit(narrow[known], column[known] > 0)
        weights[output, kept] = model.coef_[0]
        bias[output] = model.intercept_[0]
    return Linear(rarity=rarity, weights=weights, bias=bias)


def _normed(counted: csr_matrix, rarity: NDArray[np.float32]) -> csr_matrix:
    seen = counted.multiply(rarity).tocsr()
    lengths = np.sqrt(np.asarray(seen.multiply(seen).sum(axis=1)).ravel()) + 1e-9
    return seen.multiply(1 / lengths[:, None]).tocsr()
