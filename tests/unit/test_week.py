"""A week of the roster by local days, and the plan of weekly drills."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.errors import BadInput
from companion.staff.drills import GRACE, WeeklyDrill, is_due, weekly_drill
from companion.staff.duty import Duty, Shift
from companion.staff.week import bounds, days_of, holes_of, midnight, monday_of

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 23)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def a_shift(starts, ends, *, zone=SHANGHAI, duty=Duty.PRIMARY):
    def at(text):
        return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)

    return Shift(id=uuid4(), staff_id=uuid4(), duty=duty, starts_at=at(starts), ends_at=at(ends))


def days(shifts, *, monday=MONDAY, zone=SHANGHAI, after=LONG_AGO):
    return days_of(shifts, monday=monday, zone=zone, after=after)


def told(day, duty=Duty.PRIMARY):
    """Return the pieces of a day as "HH:MM-HH:MM", gaps in brackets."""
    texts = [(f"{one.starts_at:%H:%M}-{one.ends_at:%H:%M}", one) for one in day.duties[duty]]
    return [text if one.shift else f"({text})" for text, one in texts]


def test_a_night_shift_stands_on_both_of_its_days():
    monday, tuesday, *_ = days([a_shift("2026-11-23T22:00", "2026-11-24T08:00")])

    assert told(monday) == ["(00:00-22:00)", "22:00-00:00"]
    assert told(tuesday) == ["00:00-08:00", "(08:00-00:00)"]
    assert monday.duties[Duty.PRIMARY][1].goes_on
    assert tuesday.duties[Duty.PRIMARY][0].began_before


def test_the_days_are_those_of_the_campus():
    assert bounds(MONDAY, SHANGHAI)[0] == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert monday_of(date(2026, 11, 29)) == MONDAY


def test_what_is_past_is_no_gap_any_more():
    now = midnight(MONDAY, SHANGHAI) + timedelta(hours=30)

    monday, tuesday, *_ = days([], after=now)

    assert told(monday) == []
    assert told(tuesday) == ["(06:00-00:00)"]
    assert holes_of([], Duty.PRIMARY, bounds(MONDAY, SHANGHAI), after=now + timedelta(days=9)) == ()


@pytest.mark.parametrize(
    ("monday", "hours"), [(date(2026, 3, 23), 167), (date(2026, 10, 19), 169), (MONDAY, 168)]
)
def test_a_week_in_which_the_clocks_are_changed_has_no_hole(monday, hours):
    starts_at, ends_at = bounds(monday, BERLIN)
    whole = Shift(
        id=uuid4(), staff_id=uuid4(), duty=Duty.PRIMARY, starts_at=starts_at, ends_at=ends_at
    )

    assert (ends_at - starts_at) == timedelta(hours=hours)
    assert all(
        len(day.duties[Duty.PRIMARY]) == 1 for day in days([whole], monday=monday, zone=BERLIN)
    )


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 160), st.integers(1, 40)), max_size=8))
def test_shifts_and_gaps_of_a_duty_cover_every_hour_of_the_week(spans):
    start, _ = bounds(MONDAY, SHANGHAI)
    shifts = [
        Shift(
            id=uuid4(),
            staff_id=uuid4(),
            duty=Duty.BACKUP,
            starts_at=start + timedelta(hours=begin),
            ends_at=start + timedelta(hours=begin + length),
        )
        for begin, length in spans
    ]

    found = [piece for day in days(shifts) for piece in day.duties[Duty.BACKUP]]

    for hour in range(168):
        at = start + timedelta(hours=hour, minutes=30)
        there = [piece.shift for piece in found if piece.starts_at <= at < piece.ends_at]
        running = [shift for shift in shifts if shift.covers(at)]
        assert there == ([None] if not running else there)
        assert len(there) == max(1, len(running))


# ------------------------------------------------------------ weekly drills


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


PLAN = WeeklyDrill(3, time(10, 30))


@pytest.mark.parametrize(
    ("now", "last", "due"),
    [
        pytest.param("2026-11-25T10:29", None, False, id="not yet"),
        pytest.param("2026-11-25T10:30", None, True, id="its minute"),
        pytest.param("2026-11-25T11:14", None, True, id="within the grace"),
        pytest.param("2026-11-25T11:15", None, False, id="too late: nobody expects it"),
        pytest.param("2026-11-25T10:40", "2026-11-18T10:30", True, id="a week later"),
        pytest.param("2026-11-25T10:40", "2026-11-25T10:30", False, id="it has run"),
        pytest.param("2026-11-26T10:30", None, False, id="another day"),
    ],
)
def test_the_weekly_drill_begins_once_in_its_hour(now, last, due):
    last = last and at(last)

    assert is_due(PLAN, last=last, now=at(now).astimezone(UTC), zone=SHANGHAI) is due


def test_without_a_plan_there_is_none():
    assert not is_due(None, last=None, now=at("2026-11-25T10:30"), zone=SHANGHAI)
    assert timedelta(days=1) > GRACE


@pytest.mark.parametrize(
    ("text", "plan"),
    [("Wed 10:30", PLAN), ("sun 00:00", WeeklyDrill(7, time(0))), ("off", None), (" OFF ", None)],
)
def test_the_plan_is_written_as_a_weekday_and_a_time(text, plan):
    assert weekly_drill(text) == plan


@pytest.mark.parametrize("text", ["", "10:30", "Wed", "Wed 25:00", "Someday 10:30", "Wed 10:30 x"])
def test_anything_else_is_refused(text):
    with pytest.raises(BadInput):
        weekly_drill(text)
