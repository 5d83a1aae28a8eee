"""A page of the journal: the texts it was written in, where it was shown, what was not so. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Any, Final
from uuid import UUID

from companion.emotion.plain import plain
from companion.language import Language
from companion.texts import wording

#: How much of a page a list shows (characters).
PREVIEW: Final = 36
#: A changed text that is less like the old one than this is a new one.
_ALIKE: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One message that went into a page."""

    message_id: UUID
    text: str = field(repr=False)
    #: Whether it started the safety dialogue: staff who look after that may see it.
    alarming: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page."""

    texts: tuple[Written, ...] = ()
    #: Lines of ours that quoted it: they go when it goes.
    shown: tuple[UUID, ...] = ()
    #: Findings that the student said are wrong; never told again.
    wrong: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        """The whole page."""
        return "\n".join(one.text for one in self.texts)

    @property
    def lines(self) -> frozenset[UUID]:
        """Every line of the talk that holds words of the page."""
        return frozenset((*(one.message_id for one in self.texts), *self.shown))

    @property
    def private_lines(self) -> frozenset[UUID]:
        """The lines that nobody but the student is to read."""
        return self.lines - {one.message_id for one in self.texts if one.alarming}

    def add(self, written: Written) -> Page:
        """Return the page with one text more; the same message again adds nothing."""
        if any(one.message_id == written.message_id for one in self.texts):
            return self
        return replace(self, texts=(*self.texts, written))

    def change(self, written: Written) -> Page:
        """Return the page with a text replaced by its new wording: the one most like it."""
        likeness = [_likeness(one.text, written.text) for one in self.texts]
        if not likeness or max(likeness) < _ALIKE:
            return self.add(written)
        place = likeness.index(max(likeness))
        # The old line stays one of the page's: it goes when the page goes.
        old = self.texts[place].message_id
        texts = (*self.texts[:place], written, *self.texts[place + 1 :])
        return replace(self, texts=texts, shown=(*self.shown, old))

    def noted(self, line: UUID) -> Page:
        """Return the page that knows one more line of ours that quotes it."""
        return self if line in self.shown else replace(self, shown=(*self.shown, line))

    def without(self, finding: str) -> Page:
        """Return the page that remembers that a finding is wrong."""
        return replace(self, wrong=self.wrong | {finding})

    def preview(self) -> str:
        """Return how it begins, on one line."""
        line = " ".join(self.text.split())
        return line if len(line) <= PREVIEW else f"{line[: PREVIEW - 1]}…"

    def has(self, words: Sequence[str]) -> bool:
        """Whether every word stands in it, whatever its case, width or script."""
        text = plain(self.text)
        return all(plain(word) in text for word in words)

    def to_json(self) -> dict[str, Any]:
        """Return what a store keeps; `from_json` makes the same page of it."""
        return {
            "texts": [
                {"id": str(one.message_id), "text": one.text, "alarming": one.alarming}
                for one in self.texts
            ],
            "shown": [str(line) for line in self.shown],
            "wrong": sorted(self.wrong),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Page:
        """Return a kept page. Raises KeyError or ValueError for anything else."""
        return cls(
            texts=tuple(
                Written(message_id=UUID(one["id"]), text=one["text"], alarming=one["alarming"])
                for one in kept["texts"]
            ),
            shown=tuple(UUID(line) for line in kept["shown"]),
            wrong=frozenset(kept["wrong"]),
        )


def ends_page(text: str) -> bool:
    """Whether a whole text says that the page is finished."""
    return _bare(text) in _words("journal.says_done")


def puts_off(text: str) -> bool:
    """Whether a whole text says that the page is to wait."""
    return _bare(text) in _words("journal.says_later")


def _bare(text: str) -> str:
    return text.strip(" \t\n.!。！").casefold()


def _words(key: str) -> Collection[str]:
    return {word for language in Language for word in wording(key, language)}


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
