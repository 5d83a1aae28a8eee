"""Making a roster: a weekly pattern becomes shifts; swaps, gaps, people who are in two places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import combinations
from typing import Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from companion.errors import BadInput
from companion.staff.duty import Duty, Gap, Shift, gaps
from companion.staff.term import DayKind, SpecialDays, kind_of

#: Shifts made from a pattern get ids of their own making: the same pattern makes the same shifts.
_FAMILY: Final = UUID("7f0d9d0e-6f0e-4b3f-9a55-2d1c8c1b0a42")
_DAY: Final = timedelta(days=1)


class When(StrEnum):
    """On which of its weekdays a line of the pattern stands."""

    TERM = "term"  #: On all but holidays.
    EXAMS = "exams"  #: In exam weeks only: somebody more.
    HOLIDAYS = "holidays"
    ALWAYS = "always"

    def holds(self, kind: DayKind) -> bool:
        """Whether a line stands on such a day."""
        match self:
            case When.ALWAYS:
                return True
            case When.TERM:
                return kind is not DayKind.HOLIDAY
            case When.EXAMS:
                return kind is DayKind.EXAMS
            case When.HOLIDAYS:
                return kind is DayKind.HOLIDAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """One line of a weekly pattern: a shift that begins on these weekdays."""

    staff_id: UUID
    duty: Duty
    #: ISO weekdays, 1 = Monday … 7 = Sunday.
    days: frozenset[int]
    #: Local times. A shift that does not end later than it begins ends on the next day.
    starts: time
    ends: time
    when: When = When.TERM


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two shifts of one person at once: whoever is primary cannot be the backup as well."""

    first: Shift
    second: Shift


def shifts_of(
    pattern: Iterable[Weekly],
    *,
    first: date,
    last: date,
    zone: ZoneInfo,
    special: Sequence[SpecialDays] = (),
) -> tuple[Shift, ...]:
    """Return the shifts that begin from `first` to `last` (included), the earliest first.

    The same pattern always makes the same shifts, ids included, so that it may be applied twice.
    Where the clock is turned, a shift begins and ends when the clock on the wall says so, and
    shifts that follow each other leave no gap.
    """
    made = {
        shift.id: shift
        for line in pattern
        for day in _days(first, last)
        if day.isoweekday() in line.days and line.when.holds(kind_of(day, special))
        if (shift := _shift(line, day, zone)) is not None
    }
    return tuple(sorted(made.values(), key=lambda shift: (shift.starts_at, str(shift.id))))


def swap(one: Shift, other: Shift) -> tuple[Shift, Shift]:
    """Return both shifts with their people exchanged."""
    return replace(one, staff_id=other.staff_id), replace(other, staff_id=one.staff_id)


def cover(gap: Gap, *, staff_id: UUID, shift_id: UUID) -> Shift:
    """Return the shift that fills a gap."""
    return Shift(
        id=shift_id,
        staff_id=staff_id,
        duty=gap.duty,
        starts_at=gap.starts_at,
        ends_at=gap.ends_at,
    )


def new_shift(
    *, shift_id: UUID, staff_id: UUID, duty: Duty, starts_at: datetime, ends_at: datetime
) -> Shift:
    """Return a shift. Raises BadInput when it does not end after it begins, or after a week."""
    if not timedelta() < ends_at - starts_at <= timedelta(days=7):
        raise BadInput("a shift must end after it begins, and last a week at most")
    return Shift(id=shift_id, staff_id=staff_id, duty=duty, starts_at=starts_at, ends_at=ends_at)


def conflicts(shifts: Iterable[Shift]) -> tuple[Conflict, ...]:
    """Return the pairs of shifts in which one person is to be in two places."""
    by_person: dict[UUID, list[Shift]] = {}
    for shift in sorted(shifts, key=lambda shift: (shift.starts_at, str(shift.id))):
        by_person.setdefault(shift.staff_id, []).append(shift)
    return tuple(
        Conflict(one, other)
        for theirs in by_person.values()
        for one, other in combinations(theirs, 2)
        if other.starts_at < one.ends_at and one.starts_at < other.ends_at
    )


def next_duty(shifts: Iterable[Shift], staff_id: UUID, *, after: datetime) -> Shift | None:
    """Return the shift somebody is on, or else their next one."""
    coming = (shift for shift in shifts if shift.staff_id == staff_id and shift.ends_at > after)
    return min(coming, key=lambda shift: (shift.starts_at, str(shift.id)), default=None)


def open_gaps(
    shifts: Sequence[Shift],
    *,
    starts_at: datetime,
    ends_at: datetime,
    duties: Iterable[Duty] = (Duty.PRIMARY,),
) -> tuple[Gap, ...]:
    """Return when nobody is on one of these duties, the earliest first."""
    found = [
        gap
        for duty in duties
        for gap in gaps(shifts, duty=duty, starts_at=starts_at, ends_at=ends_at)
    ]
    return tuple(sorted(found, key=lambda gap: (gap.starts_at, list(Duty).index(gap.duty))))


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _DAY


def _shift(line: Weekly, day: date, zone: ZoneInfo) -> Shift | None:
    ends_on = day if line.ends > line.starts else day + _DAY
    starts_at = _instant(day, line.starts, zone)
    ends_at = _instant(ends_on, line.ends, zone)
    if ends_at <= starts_at:
        return None  # the hour that a spring night leaves out
    name = f"{line.staff_id} {line.duty} {starts_at.isoformat()} {ends_at.isoformat()}"
    return Shift(
        id=uuid5(_FAMILY, name),
        staff_id=line.staff_id,
        duty=line.duty,
        starts_at=starts_at,
        ends_at=ends_at,
    )


def _instant(day: date, local: time, zone: ZoneInfo) -> datetime:
    # An hour that comes twice is meant the first time; one that is left out, an hour later.
    return datetime.combine(day, local.replace(fold=0), tzinfo=zone).astimezone(UTC)
