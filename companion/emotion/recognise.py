"""What a text seems to say about how somebody feels: seven probabilities, and "unclear".

Not clinically validated. The models learned from TV scripts, Reddit, newspapers and short lines
of our own, and from what readers thought of them, never from what the writers felt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from companion.emotion.blend import Blend
from companion.emotion.labels import AROUSAL, VALENCE, Emotion
from companion.emotion.mixture import OUTPUTS, bars, mixed
from companion.emotion.plain import share_of_chinese
from companion.emotion.windows import both_ends, windows
from companion.language import Language
from companion.learned.files import ModelUnusableError

_LABELS = tuple(Emotion)
_LATIN = re.compile(r"[A-Za-z][A-Za-z']*")
_CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
#: Fewer English words than this inside Chinese are no English (一个 offer, 好 emo).
_FEWEST_WORDS = 3
#: With nothing to read, nobody can tell whether a text is neutral.
_NOTHING_SAID = {emotion: 0.5 if emotion is Emotion.NEUTRAL else 0.0 for emotion in Emotion}


@dataclass(frozen=True, slots=True, kw_only=True)
class Emotions:
    """What a text may show; the probabilities are independent, each 0 to 1, in no sum."""

    probabilities: Mapping[Emotion, float]
    #: -1 (unpleasant) to 1 (pleasant); the mean of what is felt, weighted by probability.
    valence: float
    #: 0 (calm) to 1 (stirred up).
    arousal: float
    #: What is above the bar of its label, strongest first; empty when nothing is.
    felt: tuple[Emotion, ...]

    @property
    def is_unclear(self) -> bool:
        """Whether nothing stands out, not even neutral: do not guess then."""
        return not self.felt

    def clearly_felt(self) -> tuple[Emotion, ...]:
        """Return the emotions that stand out, strongest first; never neutral."""
        return tuple(emotion for emotion in self.felt if emotion is not Emotion.NEUTRAL)


def recognise(text: str) -> Emotions:
    """Return what a text of any length and language seems to show, in bounded time.

    Raises ModelUnusableError when a model file is missing or damaged.
    """
    parts = _by_language(both_ends(text))
    answers = [(share, *_read(part, language)) for language, share, part in parts]
    answers = [(share, seen, bar) for share, seen, bar in answers if len(seen)]
    if not answers:
        nothing = np.array(list(_NOTHING_SAID.values()), dtype=np.float32)
        return _emotions(nothing, np.ones_like(nothing))
    total = sum(share for share, _, _ in answers)
    seen = sum(share / total * seen.mean(axis=0) for share, seen, _ in answers)
    bar = sum(share / total * bar.mean(axis=0) for share, _, bar in answers)
    return _emotions(np.asarray(seen, dtype=np.float32), np.asarray(bar, dtype=np.float32))


def load() -> None:
    """Read the models of both languages; raises ModelUnusableError when one cannot be used."""
    for language in Language:
        _model(language)


def _by_language(text: str) -> list[tuple[Language, float, str]]:
    """Return which languages read a text, how much each counts, and what each reads."""
    chinese = share_of_chinese(text)
    words = len(_LATIN.findall(text))
    if chinese == 0 and words == 0:  # signs and emoji alone: both may say something
        return [(language, 0.5, text) for language in Language]
    if chinese == 0:
        return [(Language.EN, 1.0, text)]
    if words < _FEWEST_WORDS:
        return [(Language.ZH, 1.0, text)]
    english = _CHINESE.sub(" ", text)
    return [(Language.ZH, chinese, text), (Language.EN, 1 - chinese, english)]


def _read(text: str, language: Language) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return seven probabilities and seven bars for each window of a text."""
    pieces = windows(text, is_chinese=language is Language.ZH)
    if not pieces:
        empty = np.zeros((0, len(_LABELS)), dtype=np.float32)
        return empty, empty
    model = _model(language)
    outputs = np.stack([model.probabilities(piece) for piece in pieces])
    seen, like = mixed(outputs, model.stored["asked"].astype(np.float32))
    return seen, bars(like, model.stored["thresholds"].astype(np.float32))


@cache
def _model(language: Language) -> Blend:
    name = f"emotion_{language}"
    model = Blend(name, language=language)
    shapes = [model.stored.get(key, np.zeros(0)).shape for key in ("asked", "thresholds")]
    if shapes != [(2, len(_LABELS))] * 2 or model.stored["calibration"].shape != (OUTPUTS, 2):
        raise ModelUnusableError(name, "the file has other labels")
    return model


def _emotions(seen: NDArray[np.float32], bar: NDArray[np.float32]) -> Emotions:
    values = {label: float(value) for label, value in zip(_LABELS, seen, strict=True)}
    above = {
        label for label, value, least in zip(_LABELS, seen, bar, strict=True) if value >= least
    }
    total = sum(values.values())
    return Emotions(
        probabilities=MappingProxyType(values),
        valence=sum(values[one] * VALENCE[one] for one in values) / max(total, 1e-6),
        arousal=sum(values[one] * AROUSAL[one] for one in values) / max(total, 1e-6),
        felt=tuple(sorted(above, key=lambda label: -values[label])),
    )
