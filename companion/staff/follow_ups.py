"""Caring contacts after a closed case: when they are due, for whom, and what silence means.

They ask for nothing. They go out by day only, in the name of the person who closed the case, and
a student ends them with one button. Intervals: staff-desk.md, D.1 and D.2, 10.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final
from uuid import UUID

from companion.risk import Level
from companion.staff.cases import Case, Outcome, Trigger

#: After the closing of any case with a risk.
AFTER: Final = (timedelta(hours=24), timedelta(hours=72), timedelta(days=7))
#: Also, where the case was high or imminent.
LATER: Final = (timedelta(days=30), timedelta(days=90))
#: Hours of the campus in which a student may be written to, the second not included.
MORNING, EVENING = time(9), time(21)
#: So long after a contact without a word from the student it counts as unanswered.
PATIENCE: Final = timedelta(days=2)
#: Two contacts are at least so far apart, also after an outage or a pause.
APART: Final = timedelta(hours=20)
#: So many unanswered ones in a row make a task for a person.
SILENT_IN_A_ROW: Final = 2

#: Endings after which a caring contact would only puzzle.
_NO_CONTACT: Final = {Outcome.FALSE_ALARM, Outcome.DUPLICATE, Outcome.TEST}


class FollowUpState(StrEnum):
    """How far one caring contact has got."""

    PLANNED = "planned"
    SENT = "sent"  #: It left; the student has not written since.
    ANSWERED = "answered"  #: The student wrote something, whatever it was.
    SILENT = "silent"  #: The student did not write while we waited.
    STOPPED = "stopped"  #: The student wants none, or a newer plan took its place.
    REFUSED = "refused"  #: The platform does not reach the student any more.


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """One caring contact. It holds no words: they are chosen when it leaves."""

    id: UUID
    case_id: UUID
    student_id: UUID
    #: Who closed the case: it goes out in this name.
    staff_id: UUID
    #: 1, 2, … within the case.
    number: int
    #: Not before this moment, and then by day.
    due_at: datetime
    state: FollowUpState
    sent_at: datetime | None = None
    answered_at: datetime | None = None


class TaskKind(StrEnum):
    """What a person must still do after a case was closed."""

    SILENT = "silent_follow_up"  #: Two caring contacts in a row met silence.
    UNREACHABLE = "unreachable"  #: No platform reaches the student any more.
    CONTACT = "contact"  #: The emergency contact could not be told by itself.


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something staff must still do; never done by itself."""

    id: UUID
    case_id: UUID
    kind: TaskKind
    created_at: datetime
    done_at: datetime | None = None
    done_by: UUID | None = None


def is_wanted(case: Case, *, level: Level) -> bool:
    """Whether a closed case, of this level at its gravest, is followed by caring contacts."""
    is_risk = level >= Level.MODERATE and case.outcome is not None
    return is_risk and not case.is_drill and case.outcome not in _NO_CONTACT


def highest(case: Case, triggers: Iterable[Trigger]) -> Level:
    """Return how grave a case ever was, what staff marked as false alarms left out."""
    return max([case.level, *(one.level for one in triggers if one.false_alarm is None)])


def due_times(level: Level, closed_at: datetime) -> tuple[datetime, ...]:
    """Return the moments, in order, before which no caring contact leaves."""
    spans = AFTER + LATER if level >= Level.HIGH else AFTER
    return tuple(closed_at + span for span in spans)


def is_day(at: datetime, zone: tzinfo) -> bool:
    """Whether a student may be written to at this moment."""
    return MORNING <= at.astimezone(zone).time() < EVENING


def by_day(at: datetime, zone: tzinfo) -> datetime:
    """Return the first moment from `at` on that lies in the day of the campus."""
    local = at.astimezone(zone)
    if local.time() < MORNING:
        return _at(local, MORNING)
    return at if is_day(at, zone) else _at(local + timedelta(days=1), MORNING)


def which_wording(case_number: int, number: int, *, count: int) -> int:
    """Return which of `count` wordings a contact has: none comes twice before all were used."""
    return (case_number + number) % count


def is_silence(follow_ups: Sequence[FollowUp]) -> bool:
    """Whether the latest contacts of a case that left all met silence."""
    left = [one for one in follow_ups if one.sent_at is not None]
    last = sorted(left, key=lambda one: one.number)[-SILENT_IN_A_ROW:]
    return len(last) == SILENT_IN_A_ROW and all(one.state is FollowUpState.SILENT for one in last)


def _at(local: datetime, clock: time) -> datetime:
    # The zone is looked up anew for this day: no hour is lost or won when clocks are changed.
    return datetime.combine(local.date(), clock, tzinfo=local.tzinfo)
