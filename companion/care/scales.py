"""Self-report scales as data, and what their answers add up to. Screening, never a diagnosis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from companion.language import Language

Wording = Mapping[Language, str]
#: Answers in the order of the items; None: passed over, which is never a 0.
Answers = Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that every item can be given."""

    value: int
    label: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A range of totals, and what it says in plain words."""

    least: int
    most: int
    name: Wording
    says: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An item whose answer starts the safety dialogue, whatever the sum."""

    item: int
    least: int
    #: What that answer is as a sentence of the student's.
    says: Wording = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """One instrument: its text, how it is scored, and how often it may be taken."""

    id: str
    version: str
    short: str
    title: Wording
    about: Wording
    period: Wording
    question: Wording
    #: Must stand beside the text wherever it is shown, and is kept with every result.
    licence: Wording
    source: str
    size: int
    #: Numbers of the items whose values are turned round; the first item is 1.
    reverse: frozenset[int]
    values: tuple[int, ...]
    multiply: int
    high_is_good: bool
    every: timedelta
    #: From this difference on a change is more than chance; None: nobody has measured it.
    noticeable: int | None
    #: From this total on (downwards where high is good) a person is offered.
    person_at: int
    bands: tuple[Band, ...]
    #: Empty until a school that holds a licence brings the text.
    items: tuple[Wording, ...] = ()
    options: tuple[Option, ...] = ()
    alarm: Alarm | None = None
    #: Another scale, offered at this total or worse.
    then: tuple[str, int] | None = None

    @property
    def languages(self) -> frozenset[Language]:
        """The languages in which all of it can be asked."""
        texts = [self.question, *self.items, *(option.label for option in self.options)]
        if not self.items or not self.options:
            return frozenset()
        return frozenset(one for one in Language if all(text.get(one) for text in texts))

    @property
    def range(self) -> tuple[int, int]:
        """The lowest and the highest total there can be."""
        lowest, highest = min(self.values), max(self.values)
        return lowest * self.size * self.multiply, highest * self.size * self.multiply

    def is_as_bad_as(self, total: int, limit: int) -> bool:
        """Whether a total reaches a limit, in the direction in which this scale gets worse."""
        return total <= limit if self.high_is_good else total >= limit

    def rings(self, number: int, value: int | None) -> bool:
        """Whether this answer to an item (the first is 1) starts the safety dialogue."""
        alarm = self.alarm
        return alarm is not None and alarm.item == number and (value or 0) >= alarm.least


class Change(StrEnum):
    """How a result compares with the one before."""

    SAME = "same"
    BETTER = "better"
    WORSE = "worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What the answers add up to."""

    #: None as long as an item is open: what was passed over is not guessed.
    total: int | None
    band: Band | None
    #: Numbers of the items without an answer.
    open: tuple[int, ...]


def score(scale: Scale, answers: Answers) -> Score:
    """Add the answers up. Raises ValueError for a value the scale does not know."""
    found = [*answers, *[None] * (scale.size - len(answers))]
    if len(found) != scale.size or any(one not in {None, *scale.values} for one in found):
        raise ValueError(f"no answers to {scale.id}")
    missing = tuple(number for number, one in enumerate(found, start=1) if one is None)
    if missing:
        return Score(total=None, band=None, open=missing)
    ends = min(scale.values) + max(scale.values)
    values = (
        ends - (value or 0) if number in scale.reverse else (value or 0)
        for number, value in enumerate(found, start=1)
    )
    total = sum(values) * scale.multiply
    return Score(total=total, band=band_of(scale, total), open=())


def band_of(scale: Scale, total: int) -> Band:
    """Return the range a total lies in. Raises ValueError where there is none."""
    found = next((band for band in scale.bands if band.least <= total <= band.most), None)
    if found is None:
        raise ValueError(f"{scale.id} has no band for {total}")
    return found


def change(scale: Scale, total: int, *, before: int) -> Change | None:
    """Compare two totals; None where nobody knows what difference is more than chance."""
    if scale.noticeable is None:
        return None
    if abs(total - before) < scale.noticeable:
        return Change.SAME
    return Change.BETTER if (total > before) == scale.high_is_good else Change.WORSE


def free_from(scale: Scale, last: datetime | None) -> datetime | None:
    """Return when a scale may be taken again; None: it was not taken yet."""
    return None if last is None else last + scale.every
