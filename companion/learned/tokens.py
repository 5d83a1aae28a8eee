"""How a text is cut for the models: Chinese by characters, English by pieces of words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from companion.language import Language

#: Longer texts are read in windows by whoever asks; a model never sees more than this.
MOST_TOKENS = 160
#: Ids with a meaning of their own in every vocabulary.
PADDING, UNKNOWN = 0, 1
FIRST_ID = 2

_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[a-z0-9]+|[^\sa-z0-9]")
_CONTINUES = "##"
_LONGEST_WORD = 30  # letters; what is longer is no word


def characters(text: str) -> list[str]:
    """Return the characters of a text, runs of white space as one space."""
    return list(_SPACE.sub(" ", text))[:MOST_TOKENS]


def pieces(text: str, vocabulary: Mapping[str, int]) -> list[str]:
    """Return the longest known pieces of each word, "##" before those inside a word."""
    found = [piece for word in _WORD.findall(text) for piece in _pieces_of(word, vocabulary)]
    return found[:MOST_TOKENS]


def cut(text: str, language: Language, vocabulary: Mapping[str, int]) -> list[str]:
    """Return the tokens of a text as the models of a language read it."""
    return characters(text) if language is Language.ZH else pieces(text, vocabulary)


def ids(tokens: Sequence[str], vocabulary: Mapping[str, int]) -> list[int]:
    """Return the number of each token; what is not known is UNKNOWN."""
    return [vocabulary.get(token, UNKNOWN) for token in tokens]


def _pieces_of(word: str, vocabulary: Mapping[str, int]) -> list[str]:
    if len(word) > _LONGEST_WORD:
        return [word]
    found, start = [], 0
    while start < len(word):
        prefix = _CONTINUES if start else ""
        end = len(word)
        while end > start + 1 and prefix + word[start:end] not in vocabulary:
            end -= 1
        found.append(prefix + word[start:end])
        start = end
    return found
