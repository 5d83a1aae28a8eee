"""A week of the roster as people read it: by local day and duty, with its gaps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from companion.staff.duty import Duty, Gap, Shift, gaps

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What of a shift, or of a gap (no shift), falls on one day; local times."""

    starts_at: datetime
    ends_at: datetime
    shift: Shift | None
    #: The whole shift or gap.
    whole: tuple[datetime, datetime]

    @property
    def began_before(self) -> bool:
        """Whether it goes on from the day before."""
        return self.whole[0] < self.starts_at

    @property
    def goes_on(self) -> bool:
        """Whether it goes on into the next day."""
        return self.whole[1] > self.ends_at


@dataclass(frozen=True, slots=True)
class Day:
    """One local day: for each duty what happens, in order."""

    date: date
    duties: dict[Duty, tuple[Piece, ...]]


def monday_of(day: date) -> date:
    """Return the first day of a day's week."""
    return day - timedelta(days=day.weekday())


def bounds(monday: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when a local week begins and ends; it may be an hour longer or shorter."""
    return midnight(monday, zone), midnight(monday + 7 * _DAY, zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment a local day begins."""
    # In UTC at once: two aware times of one zone are compared by their wall clocks.
    return datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)


def days_of(
    shifts: Sequence[Shift], *, monday: date, zone: ZoneInfo, after: datetime
) -> tuple[Day, ...]:
    """Return the seven days of a week. Gaps are told from `after` on: what is past is past."""
    starts_at, ends_at = bounds(monday, zone)
    holes = {duty: holes_of(shifts, duty, (starts_at, ends_at), after=after) for duty in Duty}
    return tuple(
        Day(day, {duty: _pieces(shifts, duty, holes[duty], day=day, zone=zone) for duty in Duty})
        for day in (monday + number * _DAY for number in range(7))
    )


def holes_of(
    shifts: Sequence[Shift], duty: Duty, within: tuple[datetime, datetime], *, after: datetime
) -> tuple[Gap, ...]:
    """Return the gaps of a duty between two moments, from `after` on."""
    starts_at = max(within[0], after)
    if starts_at >= within[1]:
        return ()
    return gaps(shifts, duty=duty, starts_at=starts_at, ends_at=within[1])


def _pieces(
    shifts: Iterable[Shift], duty: Duty, holes: Iterable[Gap], *, day: date, zone: ZoneInfo
) -> tuple[Piece, ...]:
    begins, ends = midnight(day, zone), midnight(day + _DAY, zone)
    running: list[tuple[Shift | None, datetime, datetime]] = [
        (shift, shift.starts_at, shift.ends_at) for shift in shifts if shift.duty is duty
    ]
    running += [(None, hole.starts_at, hole.ends_at) for hole in holes]
    found = [
        Piece(
            starts_at=max(start, begins).astimezone(zone),
            ends_at=min(end, ends).astimezone(zone),
            shift=shift,
            whole=(start.astimezone(zone), end.astimezone(zone)),
        )
        for shift, start, end in running
        if start < ends and end > begins
    ]
    return tuple(sorted(found, key=lambda piece: piece.starts_at.astimezone(UTC)))
