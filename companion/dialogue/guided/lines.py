"""Hand-written lines, and how one is recognised again after it was said."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from companion.dialogue.guided.text import key, sentences

_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Line:
    """One line a person wrote: one to three sentences, with or without slots."""

    text: str
    #: What the line does in a talk, for example "ask:when" or "offer:breathing".
    mark: str
    #: The sentences as `key` gives them; slots are not filled.
    keys: tuple[str, ...]
    #: Finds each sentence that has a slot among the keys of sentences that were said.
    patterns: tuple[re.Pattern[str], ...]

    @property
    def slots(self) -> frozenset[str]:
        """Names of the slots to fill."""
        return frozenset(_SLOT.findall(self.text))


Pool = tuple[Line, ...]


def line(text: str, mark: str) -> Line:
    """Build a line from what stands in a content file."""
    parts = sentences(text)
    return Line(
        text=text.strip(),
        mark=mark,
        keys=tuple(key(part) for part in parts if not _SLOT.search(part)),
        patterns=tuple(_spotter(part) for part in parts if _SLOT.search(part)),
    )


def pool(texts: Iterable[str], mark: str) -> Pool:
    """Build a pool of lines that all do the same."""
    return tuple(line(text, mark) for text in texts)


def _spotter(sentence: str) -> re.Pattern[str]:
    fixed = [re.escape(key(part)) for part in _SLOT.split(sentence)[::2]]
    return re.compile("^" + ".+?".join(fixed) + "$")
