"""A simulated month of 1,000 students: who was asked when, and that nobody was asked twice a day.

Time zones with both their clock changes, nudges that meet silence, stop words, pauses, cases that
open and close, journeys, a scheduler that is away for six hours, and two of them at once.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from companion.people.quiet import moment_of
from tests.conversations.month import STEP, ZONES, Month
from tests.fakes.campus import FakeCampus

DAYS = 31
#: Clocks change in Sydney on 4 October, in London on the 25th, in New York on 1 November.
AUTUMN = datetime(2026, 10, 3, tzinfo=UTC)
#: And on 8 March in New York, on the 29th in London.
SPRING = datetime(2026, 3, 5, tzinfo=UTC)
OUTAGE = (AUTUMN + timedelta(days=20, hours=9), AUTUMN + timedelta(days=20, hours=15))
WORKDAYS, MON_WED_FRI, FRIDAY = 31, 21, 16


def people(month, size):
    """Fill a month: eight in twelve live quietly, the others have something happen to them."""
    with month.campus.store.transaction() as tx:
        for number in range(size):
            weekdays = (127, FRIDAY, MON_WED_FRI, FRIDAY, WORKDAYS, FRIDAY)[number // 12 % 6]
            answers = number % 12 not in {3, 4, 5}
            is_told = number % 75 == 0
            one = month.joins(tx, number, weekdays=weekdays, answers=answers, is_told=is_told)
            day = month.begins + timedelta(days=7 + number % 9)
            match number % 12:
                case 6 if number % 24 == 6:
                    month.stops(one, day)
                case 6:
                    month.pauses(one, day, 5)
                case 7:
                    month.is_in_danger(one, day, day + timedelta(days=3))
                case 8:
                    month.travels(one, day, ZONES[(number + 1) % len(ZONES)])
    return month


@pytest.fixture(scope="module")
def autumn(tmp_path_factory):
    campus = FakeCampus(tmp_path_factory.mktemp("autumn"))
    month = people(Month(campus, begins=AUTUMN), 1_000)
    month.passes(DAYS, outages=[OUTAGE])
    yield month
    campus.close()


@pytest.fixture
def spring(campus):
    month = people(Month(campus, begins=SPRING), 60)
    month.passes(DAYS)
    return month


def dates(month, one):
    """The local days on which somebody was asked."""
    return [now.astimezone(one.zone_at(now)).date() for now, _ in month.made[one.student_id]]


def wished(month, one, *, days=DAYS):
    """The moments at which somebody should have been asked, by their own clock alone."""
    first = month.begins.astimezone(one.zone).date()
    for number in range(-1, days + 2):
        day = date.fromordinal(first.toordinal() + number)
        for zone in {one.zone, one.moved[1] if one.moved else one.zone}:
            at = moment_of(day, one.minute, zone)
            is_here = one.zone_at(at) == zone
            is_open = not any(begins <= at < ends for begins, ends in one.closed)
            within = month.begins < at < month.begins + timedelta(days=days)
            if is_here and is_open and within and one.weekdays >> day.weekday() & 1:
                yield at


def of_sort(month, *, answers=True):
    return [one for one in month.everybody.values() if one.answers is answers]


def test_nobody_is_asked_twice_on_one_of_their_days(autumn):
    assert len(autumn.everybody) == 1_000

    for one in autumn.everybody.values():
        found = dates(autumn, one)
        assert len(found) == len(set(found)), one


def test_who_answers_is_asked_on_each_wished_day_at_the_wished_hour_and_at_no_other(autumn):
    for one in of_sort(autumn):
        expected = {at for at in wished(autumn, one) if not is_lost(at)}
        made = {now for now, _ in autumn.made[one.student_id]}
        # Two days may become one on a journey: then the second one is left out.
        doubled = {
            at
            for at in expected
            if one.moved and at - one.moved[0] < timedelta(days=2) and at >= one.moved[0]
        }
        late = {now for now in made if OUTAGE[1] <= now < OUTAGE[1] + STEP}
        assert expected - doubled - made == set(), one
        assert made - expected - late == set(), one


def is_lost(at):
    """Whether nobody ticked within an hour and a half of a moment, or only after the outage."""
    return OUTAGE[0] <= at < OUTAGE[1]


def test_an_outage_of_six_hours_sends_what_is_fresh_and_nothing_that_is_stale(autumn):
    after = [
        (now, one)
        for one in autumn.everybody.values()
        for now, _ in autumn.made[one.student_id]
        if OUTAGE[0] <= now < OUTAGE[1] + STEP
    ]

    assert after
    for now, one in after:
        assert now == OUTAGE[1]
        local = now.astimezone(one.zone_at(now))
        assert 0 <= local.hour * 60 + local.minute - one.minute <= 90


def test_who_stays_silent_is_asked_less_and_then_not_at_all(autumn):
    for one in of_sort(autumn, answers=False):
        found, parts = dates(autumn, one), [part for _, part in autumn.made[one.student_id]]
        assert len(found) <= 6
        apart = [(later - earlier).days for earlier, later in pairwise(found[3:])]
        assert all(days >= 7 for days in apart)
        if "go_on" in parts:
            assert parts.index("go_on") == len(parts) - 1
    daily = [one for one in of_sort(autumn, answers=False) if one.weekdays == 127]
    assert all(autumn.made[one.student_id][-1][1] == "go_on" for one in daily)


def test_nothing_comes_while_somebody_paused_stopped_or_was_in_danger(autumn):
    closed = [one for one in autumn.everybody.values() if one.closed]

    assert len(closed) > 150
    assert [
        one
        for one in closed
        for now, _ in autumn.made[one.student_id]
        if any(begins <= now < ends for begins, ends in one.closed)
    ] == []


def test_what_was_made_is_what_telegram_got(autumn):
    told = [one for one in autumn.everybody.values() if one.is_told]
    leads = ("心情", "约好", "打个招呼", "没等到你")

    assert len(told) == 14
    for one in told:
        got = [text for sender, text, _ in autumn.campus.telegram.sent if sender == one.sender]
        nudges = [text for text in got if any(lead in text[:40] for lead in leads)]
        assert len(nudges) == len(autumn.made[one.student_id]) > 0


def test_in_spring_the_wished_hour_stays_the_wished_hour(spring):
    for one in of_sort(spring):
        made = [now for now, _ in spring.made[one.student_id]]
        found = dates(spring, one)
        assert len(found) == len(set(found))
        assert all(
            (local := now.astimezone(one.zone_at(now))).hour * 60 + local.minute == one.minute
            for now in made
        )
    new_york = [one for one in of_sort(spring) if one.zone == ZoneInfo("America/New_York")]
    assert any(
        now.astimezone(one.zone).date() == date(2026, 3, 8)
        for one in new_york
        for now, _ in spring.made[one.student_id]
    )
