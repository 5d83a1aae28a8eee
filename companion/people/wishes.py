"""When a student wants to be asked, what is planned for them, and what else is going on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from companion.people.quiet import QuietHours
from companion.staff.term import SpecialDays

#: All ISO weekdays as bits: Monday is 1, Sunday 64.
EVERY_DAY: Final = 127


class Rhythm(StrEnum):
    """How often the student is asked, of the days they wished for."""

    DAILY = "daily"  #: As wished.
    WEEKLY = "weekly"  #: Once in seven days: several were ignored.
    ASKED = "asked"  #: Whether to go on was asked: no more until the student says yes.
    SILENT = "silent"  #: The student wants none.


class Part(StrEnum):
    """What one message holds."""

    MOOD = "mood"  #: The question about the mood.
    LETTER = "letter"  #: The weekly letter.
    REMINDER = "reminder"  #: What the student wanted to be reminded of.
    FEWER = "fewer"  #: From now on it is once a week.
    TIME = "time"  #: Perhaps another time fits better.
    GO_ON = "go_on"  #: Whether to go on at all.


class NudgeState(StrEnum):
    """What became of a nudge."""

    PLANNED = "planned"  #: Its day is taken; its message is made in a moment.
    MADE = "made"
    ANSWERED = "answered"
    SKIPPED = "skipped"  #: It was not needed, or not fitting, any more.
    UNDELIVERABLE = "undeliverable"  #: The platform does not let us write.
    OFFERED = "offered"  #: The same, and the student was told at the next contact.


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """When a student wants to be asked, and how they have answered."""

    student_id: UUID
    #: None: the campus's own.
    zone: ZoneInfo | None = None
    #: Local minutes after midnight; None: no question and no letter.
    minute: int | None = None
    #: ISO weekdays as bits: Monday is 1, Sunday 64.
    weekdays: int = EVERY_DAY
    rhythm: Rhythm = Rhythm.DAILY
    #: Questions without an answer, one after the other.
    ignored: int = 0
    letter: bool = True
    letter_day: int = 7
    next_at: datetime | None = None
    #: When the last one was made.
    last_at: datetime | None = None
    looked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pattern:
    """When a reminder is due: on these weekdays, at this local minute, up to a last day."""

    weekdays: int
    minute: int
    until: date | None = None

    def is_on(self, day: date) -> bool:
        """Whether it is due on a day."""
        return is_set(self.weekdays, day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the campus says about being written to."""

    zone: ZoneInfo
    special: tuple[SpecialDays, ...] = ()
    quiet: QuietHours = field(default_factory=QuietHours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What else is going on with a student."""

    is_stopped: bool = False
    paused_until: datetime | None = None
    #: Staff have an open case, or hold the talk.
    is_held: bool = False
    is_reachable: bool = True
    last_message_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One nudge: the day it takes, what it holds, what becomes of it now."""

    day: date
    due_at: datetime
    parts: frozenset[Part]
    state: NudgeState = NudgeState.PLANNED


@dataclass(frozen=True, slots=True)
class Plan:
    """The wish as it stands now, and the nudge that is due; None when none is."""

    wish: Wish
    due: Due | None = None


def zone_of(wish: Wish, rules: Rules) -> ZoneInfo:
    """Return the zone that a student's days are counted in."""
    return wish.zone or rules.zone


def is_set(weekdays: int, day: date) -> bool:
    """Whether a weekday is among those set as bits."""
    return bool(weekdays >> day.weekday() & 1)
