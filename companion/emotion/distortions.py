"""Whether a thought is bent, and perhaps how: an offer for an exercise, never a verdict.

Not clinically validated. "Distorted or not" comes from models trained on worries that readers
marked; which kind comes from cues in a data file, with less confidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from companion.emotion.blend import Blend
from companion.emotion.cues import Distorted, cues
from companion.emotion.plain import plain
from companion.emotion.windows import windows
from companion.language import Language
from companion.risk.normalise import has_cjk

#: How far we trust a cue: by itself, in a text the model calls distorted, and a strong one.
_CUE, _CUE_AND_MODEL, _STRONG = 0.3, 0.5, 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Distortion:
    """Whether a text shows distorted thinking, with which probability, and of which kind."""

    #: Calibrated, 0 to 1.
    probability: float
    is_distorted: bool
    #: Too near the bar to say; `is_distorted` is then false.
    is_unclear: bool
    #: Confidence 0 to 1 of each likely kind, likeliest first; low by design.
    kinds: Mapping[Distorted, float]


def distortion(text: str) -> Distortion:
    """Return how bent the thinking in a text seems; raises ModelUnusableError.

    Kinds are told only where the model sees a distortion or a cue is strong.
    """
    language = Language.ZH if has_cjk(text) else Language.EN
    pieces = windows(text, is_chinese=language is Language.ZH)
    if not any(char.isalpha() for piece in pieces for char in piece):
        return Distortion(probability=0.0, is_distorted=False, is_unclear=True, kinds={})
    model = _model(language)
    probability = max(float(model.probabilities(piece)[0]) for piece in pieces)
    low, high = (float(edge) for edge in model.stored["unclear"])
    is_distorted = probability >= high
    kinds = _kinds(" ".join(pieces), language, is_distorted=is_distorted)
    return Distortion(
        probability=probability,
        is_distorted=is_distorted,
        is_unclear=low <= probability < high,
        kinds=MappingProxyType(kinds),
    )


def load() -> None:
    """Read models and cues of both languages; raises ModelUnusableError or ContentError."""
    cues()
    for language in Language:
        _model(language)


def _kinds(text: str, language: Language, *, is_distorted: bool) -> dict[Distorted, float]:
    read = plain(text).replace("'", "")
    found: dict[Distorted, float] = {}
    for cue in cues():
        if cue.strong and cue.strong.search(read):
            found[cue.kind] = _STRONG + (0.1 if is_distorted else 0.0)
        elif is_distorted and (seen := cue.found_by[language].findall(read)):
            found[cue.kind] = _CUE_AND_MODEL if len(seen) > 1 else _CUE + 0.1
    return dict(sorted(found.items(), key=lambda one: -one[1]))


@cache
def _model(language: Language) -> Blend:
    return Blend(f"distortion_{language}", language=language)
