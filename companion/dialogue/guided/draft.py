"""A reply in the making: it takes a line only if that is new, fits, and asks nothing twice."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from companion.dialogue.guided.known import answered
from companion.dialogue.guided.lines import Line
from companion.dialogue.guided.talk import Talk
from companion.dialogue.guided.text import key, sentences
from companion.language import Language

#: Longest usual reply, in `_length` units, and what is kept free for the question.
_LIMIT, _QUESTION = 100, 26


class Draft:
    """A reply in the making."""

    def __init__(self, talk: Talk) -> None:
        """Start empty, knowing what was said in the talk."""
        self.talk = talk
        self.marks: list[str] = []
        self._parts: list[str] = []
        #: Whether the student has asked for no questions.
        self.is_quiet = False
        self._said = set(talk.said)
        self._answered = answered(talk.told)

    @property
    def text(self) -> str:
        """The reply so far."""
        gap = "" if self.talk.language is Language.ZH else " "
        return gap.join(self._parts)

    @property
    def asks(self) -> bool:
        """Whether it holds a question already."""
        return any(mark in self.text for mark in "?？")

    def say(self, lines: Iterable[Line], *, again: bool = False, **slots: str) -> bool:
        """Add one line of a pool; False when none of them fits or is new.

        With `again`, a frame may come back with other words of the student in it.
        """
        usable = [line for line in lines if self._is_usable(line, slots, again=again)]
        if not usable:
            return False
        line = usable[zlib.crc32(f"{self.talk.seed}{line_names(usable)}".encode()) % len(usable)]
        self._take(line.text.format(**slots), line.mark)
        return True

    def say_anyway(self, text: str) -> None:
        """Add words that are no line of a pool."""
        self._take(text, "")

    def _take(self, text: str, mark: str) -> None:
        if self.talk.language is Language.EN:
            text = text[:1].upper() + text[1:]
        self._parts.append(text)
        self.marks.append(mark)
        self._said.update(key(sentence) for sentence in sentences(text))

    def _is_usable(self, line: Line, slots: dict[str, str], *, again: bool) -> bool:
        if not line.slots <= slots.keys():
            return False
        if not self._said.isdisjoint(line.keys):
            return False
        if not again and any(p.match(said) for p in line.patterns for said in self._said):
            return False
        text = line.text.format(**slots)
        asks = "?" in text or "？" in text
        if asks and not self._may_ask(text):
            return False
        keys = [key(sentence) for sentence in sentences(text)] if slots else line.keys
        return (
            self._said.isdisjoint(keys)
            and len(set(keys)) == len(keys)
            and self._fits(text, asks=asks)
        )

    def _may_ask(self, text: str) -> bool:
        if self.asks or self.is_quiet:
            return False
        return not any(known.search(text.lower()) for known in self._answered)

    def _fits(self, text: str, *, asks: bool) -> bool:
        limit = _LIMIT if asks or not self._parts else _LIMIT - _QUESTION
        return not self._parts or self._length(self.text) + self._length(text) <= limit

    def _length(self, text: str) -> float:
        if self.talk.language is Language.ZH:
            return len(text)
        return len(text.split()) * 1.6


def line_names(lines: Iterable[Line]) -> str:
    """Return what tells one set of lines from another, for a choice that stays the same."""
    return "|".join(line.mark for line in lines)
