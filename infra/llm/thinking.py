"""Takes a reasoning model's thoughts out of its answer; a student never sees them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_OPEN, _CLOSE = "<think>", "</think>"


def without_thoughts(pieces: Iterable[str]) -> Iterator[str]:
    """Yield the pieces without what stands between `<think>` and `</think>` at the beginning."""
    pieces = iter(pieces)
    head = ""
    for piece in pieces:
        head += piece
        start = head.lstrip()
        if start.startswith(_OPEN):
            if _CLOSE not in start:
                continue
            head = start.partition(_CLOSE)[2].lstrip()
            break
        if not _OPEN.startswith(start):
            break
    else:
        # The answer ended inside its thoughts, or was shorter than the mark itself.
        head = "" if head.lstrip().startswith(_OPEN) else head
    if head:
        yield head
    yield from pieces
