"""How a text is prepared before anything looks at it: cut, cleaned, folded, cut into sentences."""

from __future__ import annotations

import re
import unicodedata

from opencc import OpenCC

#: Characters of one text that are read; of a longer one, its beginning and its end.
LONGEST = 1600

_TO_SIMPLIFIED = OpenCC("tw2s")
_SPACES = re.compile(r"[^\S\n]+")
_SENTENCE = re.compile(r"[^。！？!?\n…]+?(?:[。！？!?…\n]+|\.(?=\s|$)|$)")


def clean(text: str) -> str:
    """Return the text cut to a bounded length, without control and invisible characters."""
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + "\n" + text[-LONGEST // 2 :]
    kept = (c for c in text if c == "\n" or unicodedata.category(c)[0] != "C" or c == "\t")
    return _SPACES.sub(" ", "".join(kept)).replace("\ufe0f", "").strip()


def simplified(text: str) -> str:
    """Return the text in simplified characters, for a cleaned text."""
    return str(_TO_SIMPLIFIED.convert(text))


def fold(text: str) -> str:
    """Return the form that cues are looked for in: half width, lower case, simplified."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return simplified(folded.replace("’", "'").replace("‘", "'"))


def sentences(text: str) -> list[str]:
    """Return the sentences of a text in their order, without empty ones."""
    found = (match.group().strip() for match in _SENTENCE.finditer(text))
    return [sentence for sentence in found if key(sentence)]


def key(sentence: str) -> str:
    """Return what makes two sentences the same sentence: their letters and digits."""
    folded = unicodedata.normalize("NFKC", sentence).lower()
    return "".join(c for c in folded if c.isalnum())
