"""Cuts a growing text into sentences, zh and en, without losing or adding a sign."""

from __future__ import annotations

import re

# A run of end marks, what closes behind it, and the space up to the next sentence.
_END = re.compile(r"(?P<mark>[。！？!?.…]+|\n)(?P<close>[”’\"』」）)\]*]*)(?P<space>\s*)")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(“\"])(?:e\.g|i\.e|etc|vs|approx|Dr|Mr|Mrs|Ms|Prof|St|No|a\.m|p\.m|U\.S|U\.K|[A-Z])$"
)
_LIST_NUMBER = re.compile(r"(?:^|\n)\s*\d{1,2}$")
_WEAK = re.compile(r"(?:…+|\.{2,})$")
_FULL = re.compile(r"[。！？]")
_LONGEST_QUOTE = 150
_OPENING = ("“", "『", "「", "（", "(", '"', "*")


class SentenceStream:
    """Takes a text in chunks of any size and gives its sentences, each with its trailing space.

    All sentences and the rest, joined, are the text. Where it cuts does not depend on the chunks.
    """

    def __init__(self) -> None:
        self._buffer = ""

    def feed(self, chunk: str) -> list[str]:
        """Add a chunk and return the sentences that are complete now."""
        self._buffer += chunk
        sentences = []
        while (end := _first_end(self._buffer)) is not None:
            sentences.append(self._buffer[:end])
            self._buffer = self._buffer[end:]
        return sentences

    def rest(self) -> str:
        """Return what has no end yet, and forget it."""
        rest, self._buffer = self._buffer, ""
        return rest


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a whole text; joined, they are the text."""
    stream = SentenceStream()
    sentences = stream.feed(text)
    rest = stream.rest()
    return [*sentences, rest] if rest else sentences


def _first_end(text: str) -> int | None:
    for match in _END.finditer(text):
        # What follows decides, so an end at the very end of the buffer is not sure yet.
        if match.end() == len(text):
            return None
        end = _end_of(match, text)
        if end is not None:
            return end
    return None


def _end_of(match: re.Match[str], text: str) -> int | None:
    before, mark, space = text[: match.start()], match["mark"], match["space"]
    if mark == "\n" or "\n" in space:
        return match.end()
    if _is_weak(mark) or _is_open(before):
        return None
    close = _closers(match["close"], before)
    if len(close) < len(match["close"]):
        # A quotation or emphasis opens here: the next sentence begins with it.
        return match.end("mark") + len(close)
    return match.end() if _ends_here(before, match, text[match.end()]) else None


def _ends_here(before: str, match: re.Match[str], following: str) -> bool:
    mark, close, space = match["mark"], match["close"], match["space"]
    if close and (following.islower() or (not space and not _begins_with_quote(before))):
        return False  # “Are you all right?” she asked.
    if _FULL.search(mark):
        return True
    if not space and following.isascii():
        return False  # 3.5, a web address, a smiley
    is_short_form = _ABBREVIATION.search(before) or _LIST_NUMBER.search(before)
    return mark != "." or bool(close) or not is_short_form


def _closers(signs: str, before: str) -> str:
    """Return the leading signs that close something; `"` and `**` may open as well."""
    if signs.startswith('"') and before.count('"') % 2 == 0:
        return ""
    if signs.startswith("*") and before.count("**") % 2 == 0:
        return ""
    return signs


def _is_weak(mark: str) -> bool:
    # A pause inside a sentence as often as its end.
    return _WEAK.search(mark) is not None and not _FULL.search(mark)


def _is_open(before: str) -> bool:
    """Whether the sentence ends inside a quotation that is still open.

    One that was opened long ago has probably been forgotten.
    """
    return any(
        before.count(opening) > before.count(closing)
        and len(before) - before.rindex(opening) < _LONGEST_QUOTE
        for opening, closing in (("“", "”"), ("「", "」"))
    )


def _begins_with_quote(before: str) -> bool:
    return before.lstrip().startswith(_OPENING)
