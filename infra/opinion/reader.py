"""What every second reader is inside: it reads in time, or says why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from companion.dialogue.opinion_prompt import shortened
from companion.errors import NuanyuError
from companion.ports import Mask
from companion.risk.opinion import Opinion
from companion.turns import Turn

#: What classifiers are given of a text: its beginning and end (characters).
LONGEST_TEXT = 2000
# Never typed by anybody: keeps texts apart while they are hidden in one go.
_SEAM_SIGN = "\ue000"
_SEAM = f"\n{_SEAM_SIGN}\n"


class NoOpinion(NuanyuError):
    """The second reader has nothing to say; the message is a short code without content."""


class Reader(Protocol):
    """One way of reading."""

    @property
    def name(self) -> str:
        """A short word for metrics."""

    def read(self, text: str, *, history: Sequence[Turn], seconds: float) -> Opinion:
        """Read one text. Raises NoOpinion, also when `seconds` have passed."""


def hidden(texts: Sequence[str], mask: Mask) -> list[str]:
    """Hide what identifies people, in one go: a name is known wherever it was introduced."""
    whole = _SEAM.join(text.replace(_SEAM_SIGN, "") for text in texts)
    return mask.hide(whole).split(_SEAM)


def worth_reading(text: str) -> str:
    """Return what a classifier is given of a text."""
    return shortened(text, LONGEST_TEXT)
