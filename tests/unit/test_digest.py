"""The daily digest counts students without letting anybody be recognised."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from companion.errors import BadInput
from companion.staff.digest import AtWatch, Digest, planned, read_time, summed_up

SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE = time(9)


def students(once: int = 0, repeated: int = 0, rising: int = 0) -> list[AtWatch]:
    return [
        *[AtWatch(now=1, before=0)] * once,
        *[AtWatch(now=2, before=0)] * repeated,
        *[AtWatch(now=3, before=1)] * rising,
    ]


@pytest.mark.parametrize(
    ("those", "expected"),
    [
        (students(), (False, 0, 0, 0)),
        (students(once=4), (True, None, None, None)),
        (students(once=5), (True, 5, 0, 0)),
        (students(once=10, repeated=5, rising=5), (True, 20, 10, 5)),
        (students(once=10, repeated=3, rising=1), (True, 14, None, None)),
        (students(once=1, repeated=10), (True, 11, None, 0)),
        (students(once=10, repeated=1, rising=5), (True, 16, 6, None)),
        (students(repeated=5, rising=5), (True, 10, 10, 5)),
    ],
    ids=[
        *("nobody", "so few that nothing is said", "all of them once", "all of it can be said"),
        *("few came more than once", "few came only once", "few did not rise", "all repeated"),
    ],
)
def test_no_figure_and_no_rest_stands_for_a_small_group(those, expected):
    has_any, whole, repeated, rising = expected

    assert summed_up(those) == Digest(
        has_any=has_any, students=whole, repeated=repeated, rising=rising
    )


def test_who_was_there_as_often_the_day_before_is_not_rising():
    steady = [AtWatch(now=2, before=2)] * 5 + [AtWatch(now=2, before=3)] * 5

    assert summed_up(steady).rising == 0


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 22, 1, 0, tzinfo=UTC), datetime(2026, 11, 22, 1, 0, tzinfo=UTC)),
        (datetime(2026, 11, 22, 0, 59, tzinfo=UTC), datetime(2026, 11, 21, 1, 0, tzinfo=UTC)),
        (datetime(2026, 11, 22, 15, 0, tzinfo=UTC), datetime(2026, 11, 22, 1, 0, tzinfo=UTC)),
    ],
    ids=["at the hour", "just before it", "at night"],
)
def test_the_planned_moment_is_by_the_clock_of_the_campus(now, expected):
    assert planned(NINE, now, SHANGHAI) == expected


def test_where_the_clock_is_turned_the_hour_on_the_wall_counts():
    berlin = ZoneInfo("Europe/Berlin")

    assert planned(NINE, datetime(2026, 10, 24, 12, tzinfo=UTC), berlin).astimezone(UTC).hour == 7
    assert planned(NINE, datetime(2026, 10, 25, 12, tzinfo=UTC), berlin).astimezone(UTC).hour == 8


def test_a_time_is_read_or_refused():
    assert read_time("07:30") == time(7, 30)
    assert read_time("off") is None
    for wrong in ("25:00", "nine", "", "09:00:30"):
        with pytest.raises(BadInput):
            read_time(wrong)
