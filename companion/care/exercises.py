"""Guided exercises as they are written down: steps, branches, words in both languages."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from string import Formatter
from types import MappingProxyType
from typing import Final

from companion.errors import ContentError
from companion.language import Language

Wording = Mapping[Language, str]

#: Where the last step of a path leads.
END: Final = "end"
METHODS: Final = frozenset(
    "cbt act mindfulness relaxation dbt self-compassion sleep study solution-focused "
    "positive".split()
)
#: What an exercise can be good for, the most asked for first.
TOPICS: Final = tuple(
    "anxiety sleep low_mood stress exam rumination procrastination self_criticism loneliness "
    "relationships panic anger social family motivation perfectionism future homesick phone body "
    "grief".split()
)


class Effort(StrEnum):
    """What an exercise asks of somebody."""

    LOW = "low"  #: Can be done in bed at two in the morning, without writing.
    MEDIUM = "medium"
    HIGH = "high"


class StepKind(StrEnum):
    """What a step waits for."""

    SAY = "say"  #: Nothing but a button to go on.
    ASK = "ask"  #: The student's own words.
    CHOOSE = "choose"  #: One button, or several.
    SCALE = "scale"  #: A number from 0 to 10.
    TIMER = "timer"  #: Time, told phase by phase.


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One button of a step."""

    code: str
    label: Wording
    #: What is said to this choice.
    heard: Wording | None = None
    #: The step it leads to; None: where its step leads.
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """One stretch of a timer."""

    seconds: int
    label: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to read, or to answer."""

    id: str
    kind: StepKind
    #: May quote earlier answers as {name}.
    text: Wording
    #: The following step, or END.
    next: str
    #: Under which name the answer is kept; "" where there is none.
    keeps: str = ""
    optional: bool = False
    #: Whether a model may answer with one sentence in its own words.
    reflects: bool = False
    hint: Wording | None = None
    low: Wording | None = None
    high: Wording | None = None
    many: bool = False
    options: tuple[Option, ...] = ()
    rounds: int = 1
    phases: tuple[Phase, ...] = ()

    def option(self, code: str) -> Option | None:
        """Return the button with this code."""
        return next((option for option in self.options if option.code == code), None)

    @property
    def ways_on(self) -> frozenset[str]:
        """Every step that may come next, END among them."""
        ways = {option.next or self.next for option in self.options}
        return frozenset(ways if ways and not self.many else {self.next})

    @property
    def seconds(self) -> int:
        """How long a timer runs in all."""
        return self.rounds * sum(phase.seconds for phase in self.phases)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One guided exercise."""

    id: str
    method: str
    topics: tuple[str, ...]
    minutes: int
    effort: Effort
    source: str
    title: Wording
    about: Wording
    #: Who should skip or change it; shown before it begins.
    careful: Wording | None = None
    #: In the order they are written; the first one begins.
    steps: Mapping[str, Step]

    @property
    def first(self) -> Step:
        """The step it begins with."""
        return next(iter(self.steps.values()))


def quoted(text: str) -> frozenset[str]:
    """Return the names of the answers that a text quotes. Raises ValueError for stray braces."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def packaged_documents(folder: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield every content file of a folder by its name. Raises ContentError."""
    found = resources.files("companion").joinpath("content", folder)
    for file in sorted(found.iterdir(), key=lambda each: each.name):
        if not file.name.endswith(".toml"):
            continue
        try:
            yield file.name, tomllib.loads(file.read_text(encoding="utf-8"))
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ContentError(f"{folder}/{file.name}: {error}") from error


def by_id(exercises: Iterable[Exercise]) -> Mapping[str, Exercise]:
    """Return exercises under their ids; a later one takes the place of an earlier one."""
    return MappingProxyType({one.id: one for one in exercises})
