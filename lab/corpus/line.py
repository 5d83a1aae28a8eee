"""One line of the corpus: what a student might write, and how a careful reader judged it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from companion.language import Language
from companion.risk.levels import Kind, Level, Subject
from companion.turns import Turn

Span = tuple[int, int]

#: What a line is an example of; GUIDE.md says each in a sentence.
SLICES = (
    *("explicit", "implicit", "slang", "idiom", "fiction", "news", "research", "grief"),
    *("friend", "past", "retraction", "dialect", "mixed", "arguing", "ordinary", "stress"),
    *("lowmood", "abuse", "harm", "medical", "psychosis", "eating", "dependence"),
    *("selfharm", "history"),
)
#: In these nothing looks like risk, unless a twin shares the line's words.
EVERYDAY = ("ordinary", "stress")


class Part(StrEnum):
    """What a writer's lines may be used for; a writer stands in one part only."""

    TRAIN = "train"
    DEV = "dev"  #: Decides between models and sets thresholds; never trained on.
    TEST = "test"  #: Looked at last, and not to decide anything.


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A message with the talk before it, and its label."""

    id: str
    language: Language
    part: Part
    writer: str
    text: str = field(repr=False)
    #: Earlier turns, oldest first; the label is that of `text` after them.
    history: tuple[Turn, ...] = ()
    level: Level
    kinds: tuple[Kind, ...] = ()
    subject: Subject
    slice: str
    #: Shared by lines that are close in words and far apart in meaning.
    twin: str | None = None
    #: Code points of `text` that made the writer choose the level: start, and end after the last.
    evidence: tuple[Span, ...] = ()

    @property
    def is_everyday(self) -> bool:
        """Whether this is small talk or everyday stress, with no risky twin."""
        return self.slice in EVERYDAY and self.twin is None
