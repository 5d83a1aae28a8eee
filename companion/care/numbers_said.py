"""A number from 0 to 10 as people write it: 7, ７, 七, "about 7/10"."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_CHINESE: Final = {
    **{word: value for value, word in enumerate("零一二三四五六七八九十")},
    "〇": 0,
    "两": 2,
}
_ENGLISH: Final = {
    word: value
    for value, word in enumerate("zero one two three four five six seven eight nine ten".split())
}
_KNOWN: Final = {**{str(value): value for value in range(11)}, **_CHINESE, **_ENGLISH}
_SAID: Final = re.compile(
    r"(?:大概|大约|差不多|可能|也就|应该是|有|是|打|约|about|around|maybe|roughly|probably|a|an)?\s*"
    rf"({'|'.join(sorted(_KNOWN, key=len, reverse=True))})"
    r"\s*(?:分|分吧|/\s*10|out of (?:10|ten)|左右|吧|分左右)?[.。!！~]*"
)


def number_said(text: str, *, most: int = 10) -> int | None:
    """Return the number that a whole text is; None when it is anything else."""
    bare = unicodedata.normalize("NFKC", text).strip().casefold()
    found = _SAID.fullmatch(bare)
    if found is None:
        return None
    value = _KNOWN[found[1]]
    return value if value <= most else None
