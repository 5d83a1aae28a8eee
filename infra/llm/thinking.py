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
        if words := _words_in(head):
            yield words
            yield from pieces
            return
    # The answer ended inside its thoughts, or was shorter than the mark itself.
    if not head.lstrip().startswith(_OPEN):
        yield head


def _words_in(head: str) -> str:
    """Return what is said for certain behind the thoughts; "" while there is nothing yet."""
    start = head.lstrip()
    if start.startswith(_OPEN):
        return start.partition(_CLOSE)[2].lstrip()
    return "" if _OPEN.startswith(start) else head
