"""A week of the roster, as the page shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from companion.language import Language
from companion.staff.duty import Duty, Gap, Shift
from companion.staff.people import Staff
from companion.staff.roster import conflicts
from companion.staff.roster_words import conflict_text, gap_text, stretch_text
from companion.staff.week import Day, bounds, days_of, holes_of

#: How wide the strip of a week is drawn.
STRIP = 700


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A gap, in words, and what a link to it says."""

    gap: Gap
    text: str = field(repr=False)
    #: "primary@2026-11-28T14:00:00+00:00".
    key: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of the strip; units of its width."""

    x: float
    width: float
    is_gap: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekView:
    """All that the page shows of a week."""

    monday: date
    previous: date
    following: date
    days: tuple[Day, ...]
    today: date
    holes: tuple[Hole, ...]
    #: Hours without anybody, by duty.
    hours: Mapping[Duty, int]
    conflicts: tuple[str, ...]
    bars: Mapping[Duty, tuple[Bar, ...]]
    shifts: Sequence[Shift]
    names: Mapping[UUID, str]
    #: Who may be planned.
    people: Sequence[Staff]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who looks at it, where, and when."""

    zone: ZoneInfo
    language: Language
    now: datetime


def week_view(
    shifts: Sequence[Shift],
    monday: date,
    *,
    people: Sequence[Staff],
    names: Mapping[UUID, str],
    reader: Reader,
) -> WeekView:
    """Return a week for one reader; `shifts` are those that touch it."""
    week, zone = bounds(monday, reader.zone), reader.zone
    gaps = {duty: holes_of(shifts, duty, week, after=reader.now) for duty in Duty}
    return WeekView(
        monday=monday,
        previous=monday - timedelta(days=7),
        following=monday + timedelta(days=7),
        days=days_of(shifts, monday=monday, zone=zone, after=reader.now),
        today=reader.now.astimezone(zone).date(),
        holes=tuple(_hole(gap, reader) for duty in Duty for gap in gaps[duty]),
        hours={duty: _hours(gaps[duty]) for duty in Duty},
        conflicts=tuple(
            conflict_text(
                clash,
                name=names.get(clash.first.staff_id, "?"),
                zone=zone,
                language=reader.language,
            )
            for clash in conflicts(shifts)
        ),
        bars={duty: _bars(shifts, gaps[duty], duty=duty, week=week) for duty in Duty},
        shifts=shifts,
        names=names,
        people=people,
    )


def find_hole(view: WeekView, key: str) -> Hole | None:
    """Return the gap a link speaks of, unless it was filled."""
    return next((hole for hole in view.holes if hole.key == key), None)


def shift_text(shift: Shift, names: Mapping[UUID, str], reader: Reader) -> str:
    """Return a shift as one line: who, and when."""
    when = stretch_text(shift.starts_at, shift.ends_at, zone=reader.zone, language=reader.language)
    return f"{names.get(shift.staff_id, '?')} · {when}"


def _hole(gap: Gap, reader: Reader) -> Hole:
    return Hole(
        gap=gap,
        text=gap_text(gap, zone=reader.zone, language=reader.language),
        key=f"{gap.duty.value}@{gap.starts_at.isoformat()}",
    )


def _hours(gaps: Sequence[Gap]) -> int:
    length = sum((gap.ends_at - gap.starts_at for gap in gaps), timedelta(0))
    return -(-int(length.total_seconds()) // 3600)


def _bars(
    shifts: Sequence[Shift], gaps: Sequence[Gap], *, duty: Duty, week: tuple[datetime, datetime]
) -> tuple[Bar, ...]:
    starts_at, ends_at = week
    whole = (ends_at - starts_at).total_seconds()

    def bar(begin: datetime, end: datetime, *, is_gap: bool) -> Bar:
        first = (max(begin, starts_at) - starts_at).total_seconds() / whole
        last = (min(end, ends_at) - starts_at).total_seconds() / whole
        return Bar(round(first * STRIP, 1), round((last - first) * STRIP, 1), is_gap)

    covered = [
        bar(shift.starts_at, shift.ends_at, is_gap=False) for shift in shifts if shift.duty is duty
    ]
    return (*covered, *(bar(gap.starts_at, gap.ends_at, is_gap=True) for gap in gaps))
