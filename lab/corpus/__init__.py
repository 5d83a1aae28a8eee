"""The corpus: what students might write, and how worrying it is. README.md is its data card.

Every line is invented, and many are about suicide, self-harm and violence.
"""

from __future__ import annotations

from lab.corpus.line import SLICES, Line, Part, Span
from lab.corpus.reading import Writer, load, writers

__all__ = ["SLICES", "Line", "Part", "Span", "Writer", "load", "writers"]
