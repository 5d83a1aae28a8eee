"""The form in which the emotion and distortion models read a text; training uses the same."""

from __future__ import annotations

import re
import unicodedata

from companion.risk.normalise import count_cjk, simplified

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_SPACES = re.compile(r"\s+")
_RUN = re.compile(r"(.)\1{3,}")
_APOSTROPHES = str.maketrans("’‘`´", "''''")


def plain(text: str) -> str:
    """Return a text in lower case, half width and simplified characters, on one line.

    Punctuation and emoji stay: they carry feeling. Long runs of one sign keep three of it.
    """
    text = text.encode("utf-8", "replace").decode()  # lone surrogates
    text = _UNSEEN.sub("", text)
    text = unicodedata.normalize("NFKC", text).lower().translate(_APOSTROPHES)
    return _RUN.sub(r"\1\1\1", _SPACES.sub(" ", simplified(text))).strip()


def share_of_chinese(text: str) -> float:
    """Return how much of a text is Chinese, 0 to 1: a character weighs as much as a word."""
    characters = count_cjk(text)
    words = len(re.findall(r"[a-z]+", text.lower()))
    return characters / max(characters + words, 1)
