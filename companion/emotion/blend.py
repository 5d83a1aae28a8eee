"""One model file: readers and n-grams over the same outputs, and how their sum is calibrated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from companion.language import Language
from companion.learned.files import Arrays, ModelUnusableError, arrays
from companion.learned.ngrams import Ngrams
from companion.learned.reader import Readers, lexicon

_MOST_LOG_ODDS = 30.0


class Blend:
    """Readers and a linear model whose log-odds are averaged, then calibrated."""

    def __init__(self, name: str, *, language: Language) -> None:
        """Read a model such as "emotion_zh"; raises ModelUnusableError."""
        stored = {**arrays(name), **arrays(f"{name}_ngrams")}
        lexicon(language)
        try:
            self._readers = Readers(stored, language=language)
            self._ngrams = Ngrams(stored, language=language)
            self._share = stored["share"].astype(np.float32)
            self._slope, self._shift = stored["calibration"].astype(np.float32).T
            #: What else the training wrote beside the models.
            self.stored: Arrays = stored
        except (KeyError, ValueError, IndexError) as error:
            raise ModelUnusableError(name, f"the file lacks {error}") from error

    def probabilities(self, text: str) -> NDArray[np.float32]:
        """Return a calibrated probability for each output of a text that is already plain."""
        read, counted = self._readers.scores(text), self._ngrams.scores(text)
        return calibrated(
            self._share * read + (1 - self._share) * counted, self._slope, self._shift
        )


def calibrated(
    log_odds: NDArray[np.float32], slope: NDArray[np.float32], shift: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return probabilities by Platt's method; slopes are positive, so the order is kept."""
    straight = np.clip(log_odds * slope + shift, -_MOST_LOG_ODDS, _MOST_LOG_ODDS)
    probabilities: NDArray[np.float32] = 1 / (1 + np.exp(-straight))
    return probabilities
