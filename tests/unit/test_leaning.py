"""Continuous use, and leaning on us: what the moments of writing tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from companion.people.leaning import leans, looked_back, stretch

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def every(minutes, *, times, until=NOW):
    return [until - timedelta(minutes=minutes * step) for step in range(times)]


def test_a_stretch_ends_with_a_longer_pause():
    moments = [*every(5, times=4), *every(5, times=4, until=NOW - timedelta(minutes=60))]

    assert stretch(moments, now=NOW).length == timedelta(minutes=15)
    assert stretch([], now=NOW) is None
    assert stretch([NOW - timedelta(hours=1)], now=NOW) is None


def test_many_hours_on_several_days_is_leaning():
    heavy = [
        moment for day in range(4) for moment in every(5, times=40, until=NOW - timedelta(days=day))
    ]

    assert leans(heavy, now=NOW, zone=ZONE)
    assert leans(heavy, now=NOW + timedelta(days=3), zone=ZONE)
    assert not leans(heavy, now=NOW + timedelta(days=4), zone=ZONE), "it is forgotten again"
    assert not leans(heavy[: 3 * 40], now=NOW, zone=ZONE), "three days are not enough"


def test_a_few_lines_spread_over_every_day_are_not():
    spread = [NOW - timedelta(minutes=30 * step) for step in range(48 * 7)]

    assert not leans(spread, now=NOW, zone=ZONE)
    assert looked_back() == timedelta(days=8)
