"""Readers of several seeds beside a linear model over n-grams; their log-odds are averaged.

On every set here the sum was clearly better than either part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from companion.language import Language
from companion.learned.files import Arrays
from companion.learned.reader import lexicon
from lab.small.heads import Head
from lab.small.linear import Linear, counted_in, fitted
from lab.small.network import Encoded, Network, Size, encoded, stored, vocabulary_of
from lab.small.training import Course, outputs_of, trained


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a blend is trained."""

    size: Size
    course: Course
    seeds: tuple[int, ...] = (1, 2)
    strength: float = 6.0
    #: How many buckets of n-grams the linear model keeps.
    most_buckets: int = 40_000
    #: How much the readers count beside the linear model, 0 to 1: for all outputs, or for each.
    share_of_readers: float | tuple[float, ...] = 0.5
    #: Tokens seen less often are known by their place in the lexicon alone.
    least_seen: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Texts in the form that both parts read, and what is asked of them."""

    language: Language
    vocabulary: list[str]
    texts: list[Encoded]
    counted: csr_matrix
    heads: tuple[Head, ...]
    #: Shape (texts, outputs): 0 or 1 for the linear model; NaN where nobody said.
    marks: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Blend:
    """Trained readers and a linear model over the same outputs."""

    networks: list[Network]
    linear: Linear
    recipe: Recipe

    def outputs(self, material: Material, rows: Sequence[int]) -> NDArray[np.float32]:
        """Return log-odds, not calibrated, shape (rows, outputs)."""
        linear = self.linear.outputs(material.counted[list(rows)])
        if not self.networks:
            return linear
        read = np.mean([outputs_of(one, material.texts, rows) for one in self.networks], axis=0)
        share = np.array(self.recipe.share_of_readers)
        return np.asarray(share * read + (1 - share) * linear, dtype=np.float32)

    def stored(self, material: Material) -> Arrays:
        """Return the arrays that `companion.emotion.blend.Blend` reads."""
        read = stored(self.networks, material.vocabulary, self.recipe.size)
        share = np.array(self.recipe.share_of_readers, dtype=np.float32)
        return dict(read) | dict(self.linear.stored()) | {"share": share}


def material(
    texts: Sequence[str],
    language: Language,
    heads: Sequence[Head],
    marks: NDArray[np.float32],
    *,
    at_least: int = 3,
    vocabulary: list[str] | None = None,
) -> Material:
    """Return texts, already plain, as both parts read them.

    The vocabulary is what occurs `at_least` so often, unless one is given.
    """
    if vocabulary is None:
        known = lexicon(language).numbers
        vocabulary = vocabulary_of(texts, language, known=known, at_least=at_least)
    return Material(
        language=language,
        vocabulary=vocabulary,
        texts=encoded(texts, language, vocabulary),
        counted=counted_in(texts, language),
        heads=tuple(heads),
        marks=marks,
    )


def blended(
    of: Material,
    rows: Sequence[int],
    recipe: Recipe,
    *,
    for_readers: Sequence[int] | None = None,
    label: str = "",
) -> Blend:
    """Return a blend trained on some rows of the material; the readers perhaps on others."""
    linear = fitted(
        of.counted[list(rows)],
        of.marks[list(rows)],
        strength=recipe.strength,
        seed=1,
        solver="liblinear",
        most=recipe.most_buckets,
    )
    networks = [
        trained(
            of.texts,
            of.heads,
            rows if for_readers is None else for_readers,
            tokens=len(of.vocabulary) + 2,
            seed=seed,
            size=recipe.size,
            course=recipe.course,
            label=f"{label} reader {seed}",
        )
        for seed in recipe.seeds
    ]
    return Blend(networks, linear, recipe)
