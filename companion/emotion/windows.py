"""Where to look in a long text: its beginning and its end, in pieces a model can read."""

from __future__ import annotations

from companion.emotion.plain import plain

#: Of a very long text so many characters are read at each end.
_MOST_AT_EACH_END = 2_000
#: A window's length, characters; a text this long is read whole.
_WINDOW = {True: 150, False: 600}
_MOST_WINDOWS = 8


def both_ends(text: str) -> str:
    """Return a text, plain; of a very long one its beginning and its end."""
    if len(text) > 2 * _MOST_AT_EACH_END:
        text = text[:_MOST_AT_EACH_END] + " " + text[-_MOST_AT_EACH_END:]
    return plain(text)


def windows(text: str, *, is_chinese: bool) -> tuple[str, ...]:
    """Return plain pieces of a text, none empty, at most eight; nothing where nothing is said."""
    read = both_ends(text)
    length = _WINDOW[is_chinese]
    pieces = [read[start : start + length].strip() for start in range(0, len(read), length)]
    pieces = [piece for piece in pieces if piece]
    if len(pieces) > _MOST_WINDOWS:
        half = _MOST_WINDOWS // 2
        pieces = pieces[:half] + pieces[-half:]
    return tuple(pieces)
