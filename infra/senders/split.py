"""Where a long text may be cut. Lengths are UTF-16 units, as Telegram counts them."""

from __future__ import annotations

import re
import unicodedata

#: Better places first: between paragraphs, lines, sentences, clauses, words.
_PLACES = tuple(
    re.compile(pattern)
    for pattern in (
        r"\n\s*\n",
        r"\n",
        # A sentence's end keeps its closing quotes and brackets; a dot ends one before a space.
        r"""(?:[。！？!?…]+|\.+(?=["'”’)\]]*\s))["'”’」』）)\]】》]*(?!["'”’」』）)\]】》。！？!?…])""",
        r"[，、；：,;:]+",
        r"\s+",
    )
)
_JOINER = "\u200d"
_TONES = range(0x1F3FB, 0x1F400)  # skin tones that colour the sign before them
_FLAGS = range(0x1F1E6, 0x1F200)  # regional letters: two of them are one flag
_TAGS = range(0xE0020, 0xE0080)  # invisible letters of subdivision flags
#: How far back to look for a place between two signs before cutting anywhere (code points).
_LONGEST_SIGN = 64


def utf16_length(text: str) -> int:
    """Return the length of a text without lone surrogates in UTF-16 units."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def split(text: str, *, limit: int) -> tuple[tuple[int, int], ...]:
    """Return (start, end) of each part, in code points, at most `limit` units long.

    Only white space lies between, before and after the parts; a blank text has none.
    """
    parts = []
    start = _skip_space(text, 0)
    while start < len(text):
        # White space at the cut is dropped, so it may stand beyond the limit.
        end = _skip_space(text, _furthest(text, start, limit))
        if end < len(text):
            end = _best_cut(text, start, end)
        parts.append((start, start + len(text[start:end].rstrip())))
        start = _skip_space(text, end)
    return tuple(parts)


def _skip_space(text: str, start: int) -> int:
    while start < len(text) and text[start].isspace():
        start += 1
    return start


def _furthest(text: str, start: int, limit: int) -> int:
    units = 0
    for index in range(start, len(text)):
        units += 2 if text[index] > "\uffff" else 1
        if units > limit:
            return index
    return len(text)


def _best_cut(text: str, start: int, end: int) -> int:
    """Return the best place in the second half of the window, so that no part is a crumb."""
    middle = start + (end - start) // 2
    for place in _PLACES:
        cuts = [cut for cut in _ends(place, text, middle, end) if not _joins(text, cut)]
        if cuts:
            return cuts[-1]
    for cut in range(end, max(start, end - _LONGEST_SIGN), -1):
        if not _joins(text, cut):
            return cut
    return end


def _ends(place: re.Pattern[str], text: str, middle: int, end: int) -> list[int]:
    # One letter past the window shows whether a closing quote would be torn off.
    found = place.finditer(text, middle, min(end + 2, len(text)))
    return [match.end() for match in found if match.end() <= end]


def _joins(text: str, index: int) -> bool:
    """Whether the code points on both sides of a place are drawn as one sign."""
    before, after = text[index - 1], text[index]
    if _JOINER in (before, after) or unicodedata.category(after).startswith("M"):
        return True
    if ord(after) in _TONES or ord(after) in _TAGS or (before, after) == ("\r", "\n"):
        return True
    return ord(after) in _FLAGS and _flags_before(text, index) % 2 == 1


def _flags_before(text: str, index: int) -> int:
    count = 0
    while count < index and ord(text[index - 1 - count]) in _FLAGS:
        count += 1
    return count
