"""What moods of some weeks say together, and what they must not be made to say."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from companion.mood.levels import HAZARD, Level, runs
from companion.mood.moods import Mood, by_day
from companion.mood.trend import AHEAD, NEEDED, Dip, dip, trend
from companion.mood.when import day_meant, moment_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # Sunday, 20:00
TODAY = date(2026, 11, 22)


def moods(*faces, now=NOW):
    """One mood a day, the last one now; None is a day without."""
    return [
        Mood(at=now - timedelta(days=back), face=face)
        for back, face in enumerate(reversed(faces))
        if face is not None
    ]


def told(*faces):
    return trend(moods(*faces), now=NOW, zone=SHANGHAI)


# ------------------------------------------------------------ levels


def test_the_chances_are_exactly_those_of_adding_up_every_way_the_levels_may_have_begun():
    values = [4, 4, 5, 2, 1, 2]
    found = {run.length: run.chance for run in runs(values)}

    expected = dict.fromkeys(range(len(values) + 1), 0.0)
    for begins in product([False, True], repeat=len(values)):
        # begins[i]: whether a level begins right after value i; one stands before the first.
        chance, level, length = 1.0, Level(), 0
        for value, is_new in zip(values, begins, strict=True):
            chance *= level.chance(value) * (HAZARD if is_new else 1 - HAZARD)
            level, length = (Level(), 0) if is_new else (level.after(value), length + 1)
        expected[length] += chance
    whole = sum(expected.values())
    assert found == pytest.approx({length: one / whole for length, one in expected.items()})


def test_a_density_is_one_in_all():
    level = Level().after(4.0).after(3.5)

    assert sum(level.chance(step / 100) / 100 for step in range(-3000, 4000)) == pytest.approx(
        1.0, abs=0.01
    )


# ------------------------------------------------------------ changes and forecasts


def test_a_new_level_is_found_with_its_day():
    change = told(*[4] * 20, *[2] * 8).change

    assert change.day == TODAY - timedelta(days=7)
    assert (change.before, change.after) == (4, 2)
    assert change.chance >= 0.7


@pytest.mark.parametrize("seed", range(5))
def test_scatter_around_one_level_is_no_change(seed):
    draw = random.Random(seed)

    assert told(*[draw.choice([3, 3, 4, 4, 5]) for _ in range(40)]).change is None


def test_too_few_days_are_said_to_be_too_few():
    few = told(*[3] * (NEEDED - 3))

    assert (few.forecast, few.missing, few.change) == (None, 3, None)
    assert told().missing == NEEDED
    assert told(*[3] * NEEDED).missing == 0


def test_days_of_long_ago_do_not_make_a_forecast():
    old = told(*[4] * 30, *[None] * 40, 3)

    assert old.forecast is None
    assert old.missing == NEEDED - 1


def test_the_interval_holds_what_comes_about_as_often_as_it_says():
    draw, inside, all_days = random.Random(7), 0, 0
    for _ in range(60):
        faces = [min(5, max(1, round(draw.gauss(3.4, 0.9)))) for _ in range(30 + AHEAD)]
        forecast = told(*faces[:30]).forecast
        inside += sum(forecast.low <= face <= forecast.high for face in faces[30:])
        all_days += AHEAD

    assert 0.72 <= inside / all_days <= 0.95


def test_the_interval_widens_with_every_day_that_nothing_is_told():
    def width(found):
        return found.forecast.high - found.forecast.low

    assert width(told(*[3] * 12, *[None] * 8)) > width(told(*[None] * 8, *[3] * 12))


# ------------------------------------------------------------ the fall


@pytest.mark.parametrize(
    ("faces", "expected"),
    [
        pytest.param((4, 4, 5, 4, 4, 4, 3, 2, 2), Dip(4, 2, 3), id="from 4 to 2"),
        pytest.param((4, 4, 5, 4, 4, 4, 3, 2), None, id="one low day and one middling one"),
        pytest.param((4, 4, 4, 4, 4, 4, 1), None, id="a single very bad day"),
        pytest.param((4, 4, 4, 4, None, None, None, 4, 1), None, id="a bad day among few"),
        pytest.param((4, 4, 4, 4, None, None, 2, 1), Dip(4, 2, 4), id="two of two"),
        pytest.param((5, 5, 5, 5, 5, 3, 3, 3), None, id="down to the middle"),
        pytest.param((3, 3, 3, 3, 3, 2, 2, 2), None, id="a small step down"),
        pytest.param((1, 5, 1, 5, 1, 5, 1, 5, 2, 2, 2), None, id="up and down as ever"),
        pytest.param((1, 1, 1), Dip(None, 1, 3), id="very low, and nothing before"),
        pytest.param((1, None, 1, None, 1), Dip(None, 1, 5), id="very low with gaps"),
        pytest.param((1, 1), None, id="two days are not a stretch"),
        pytest.param((4, 4, 4, 4, 2, 2, None, None, None, None), None, id="low days ago"),
        pytest.param((), None, id="nothing"),
    ],
)
def test_what_is_a_steep_fall(faces, expected):
    assert told(*faces).dip == expected


def test_a_fall_does_not_look_into_the_future():
    days = dict.fromkeys((TODAY + timedelta(days=ahead) for ahead in (1, 2, 3)), 1.0)

    assert dip(days, today=TODAY) is None


# ------------------------------------------------------------ days


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Asia/Shanghai"])
@pytest.mark.parametrize("month", [3, 10, 11])
def test_days_are_local_days_also_where_clocks_change(zone, month):
    """
    A day of 23 or 25 hours is one day; every local day of the month has its mood.
    """
    place = ZoneInfo(zone)
    days = [date(2026, month, day) for day in range(1, 31)]
    late = [Mood(at=datetime.combine(day, time(23, 30), tzinfo=place), face=3) for day in days]
    early = [Mood(at=datetime.combine(day, time(0, 30), tzinfo=place), face=5) for day in days]

    found = by_day([*early, *late], place)

    assert found == dict.fromkeys(days, 4.0)
    now = datetime.combine(days[-1], time(23, 45), tzinfo=place)
    assert trend([*early, *late], now=now, zone=place).days == 30


def test_weeks_begin_on_monday():
    weeks = told(*[2] * 7, *[4] * 7).weeks

    assert [(week.monday, week.mean, week.days) for week in weeks] == [
        (date(2026, 11, 9), 2, 7),
        (date(2026, 11, 16), 4, 7),
    ]


@pytest.mark.parametrize(
    ("words", "back"),
    [
        ("昨天", 1), ("yesterday", 1), ("前天", 2), ("大前天", 3), ("3天前", 3), ("4 days ago", 4),
        ("周五", 2), ("friday", 2), ("上周六", 1), ("星期日", 7), ("last sunday", 7),
        ("2026-11-15", 7), ("today", 0),
    ],
)  # fmt: skip
def test_a_day_may_be_said_in_many_ways(words, back):
    assert day_meant(words, now=NOW, zone=SHANGHAI) == TODAY - timedelta(days=back)


@pytest.mark.parametrize(
    "words",
    ["2026-11-14", "2026-11-23", "8 days ago", "去年", "明天", "", "4", "mood", "2026-13-01"],
)
def test_other_words_are_no_day(words):
    assert day_meant(words, now=NOW, zone=SHANGHAI) is None


def test_today_is_what_the_students_own_clock_says():
    late = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)  # half past midnight on the 23rd there

    assert day_meant("昨天", now=late, zone=SHANGHAI) == TODAY
    assert moment_of(TODAY, now=late, zone=SHANGHAI).hour == 12
    assert moment_of(TODAY + timedelta(days=1), now=late, zone=SHANGHAI) == late
