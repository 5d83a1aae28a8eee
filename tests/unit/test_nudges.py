"""When a student is asked how they are, and when not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from companion.errors import BadInput
from companion.messages import Platform
from companion.people.nudges import heard, made, plan, scheduled
from companion.people.quiet import QuietHours, moment_of, read_quiet_hours
from companion.people.reach import WINDOWS, may_write
from companion.people.usual_time import better_minute
from companion.people.wishes import Around, NudgeState, Part, Pattern, Rhythm, Rules, Wish
from companion.staff.term import DayKind, SpecialDays

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
RULES = Rules(zone=SHANGHAI)
TEN = 22 * 60
#: A Monday.
MONDAY = date(2026, 11, 23)


def at(hour, minute=0, *, day=MONDAY, zone=SHANGHAI):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC)


def a_wish(**fields):
    fields = {"minute": TEN, "letter": False, "looked_at": at(0)} | fields
    wish = Wish(student_id=UUID(int=1), **fields)
    return wish if wish.next_at else scheduled(wish, (), after=at(12), rules=RULES)


def planned(wish, *reminders, now=None, rules=RULES, **around):
    return plan(wish, reminders, Around(**around), now=now or at(22, 1), rules=rules)


# ------------------------------------------------------------ the moment


def test_the_wished_time_is_one_of_the_students_own_day():
    assert a_wish().next_at == at(22)
    assert a_wish(zone=NEW_YORK).next_at == at(22, zone=NEW_YORK)


@pytest.mark.parametrize(
    ("zone", "day", "minute", "expected"),
    [
        pytest.param(
            NEW_YORK, date(2026, 3, 8), 2 * 60 + 30, "2026-03-08T07:00+00:00", id="left out"
        ),
        pytest.param(NEW_YORK, date(2026, 11, 1), 90, "2026-11-01T05:30+00:00", id="comes twice"),
        pytest.param(
            ZoneInfo("America/Santiago"),
            date(2026, 9, 6),
            0,
            "2026-09-06T04:00+00:00",
            id="midnight",
        ),
        pytest.param(SHANGHAI, date(2026, 3, 8), 150, "2026-03-07T18:30+00:00", id="no change"),
    ],
)
def test_a_clock_change_neither_loses_nor_doubles_a_time(zone, day, minute, expected):
    assert moment_of(day, minute, zone) == datetime.fromisoformat(expected)


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1)], ids=["spring", "autumn"])
def test_on_the_days_of_a_clock_change_one_is_sent_and_the_next_a_day_later(day):
    rules = Rules(zone=NEW_YORK, quiet=QuietHours(12 * 60, 13 * 60))
    wish = a_wish(minute=90 if day.month == 11 else 150, next_at=at(0))
    wish = scheduled(wish, (), after=at(0, day=day, zone=NEW_YORK), rules=rules)

    result = planned(wish, now=wish.next_at, rules=rules)

    assert result.due.day == day
    assert result.wish.next_at.astimezone(NEW_YORK).date() == day + timedelta(days=1)


def test_only_wished_weekdays_count():
    friday = a_wish(weekdays=1 << 4)

    assert friday.next_at == at(22, day=date(2026, 11, 27))


# ------------------------------------------------------------ when it is sent


def test_what_is_due_is_planned_once_and_the_next_is_a_day_later():
    result = planned(a_wish())

    assert result.due.parts == {Part.MOOD}
    assert result.due.state is NudgeState.PLANNED
    assert result.wish.next_at == at(22) + timedelta(days=1)


@pytest.mark.parametrize(
    "around",
    [
        pytest.param({"is_held": True}, id="a case is open"),
        pytest.param({"last_message_at": at(20, 30)}, id="wrote just now"),
        pytest.param({"is_stopped": True}, id="stopped"),
        pytest.param({"paused_until": at(23)}, id="paused"),
    ],
)
def test_nobody_is_asked_who_should_not_be(around):
    assert planned(a_wish(), **around).due is None


def test_a_pause_is_waited_out():
    until = at(12, day=date(2026, 11, 30))

    result = planned(a_wish(), paused_until=until)

    assert result.wish.next_at == at(22, day=date(2026, 11, 30))


def test_after_hours_of_outage_nothing_stale_is_sent():
    result = planned(a_wish(), now=at(22) + timedelta(minutes=91))

    assert result.due is None
    assert result.wish.next_at == at(22) + timedelta(days=1)
    assert planned(a_wish(), now=at(22) + timedelta(minutes=89)).due is not None


def test_no_second_one_on_a_day_even_after_travelling():
    wish = a_wish(
        last_at=at(7), zone=NEW_YORK, next_at=at(22, day=MONDAY - timedelta(days=1), zone=NEW_YORK)
    )

    # 07:00 in Shanghai was the evening before in New York.
    assert planned(wish, now=wish.next_at).due is None


def test_who_cannot_be_reached_is_noted_once_and_planned_anew_when_they_write():
    result = planned(a_wish(), is_reachable=False)
    assert (result.due.state, result.wish.next_at) == (NudgeState.UNDELIVERABLE, None)

    assert heard(result.wish, (), now=at(23), rules=RULES).next_at == at(22) + timedelta(days=1)


# ------------------------------------------------------------ several things on one day


def test_all_that_falls_on_a_day_is_one_message_at_its_earliest_hour():
    reminder = Pattern(weekdays=1, minute=8 * 60)
    wish = scheduled(a_wish(letter=True, letter_day=1), [reminder], after=at(7), rules=RULES)
    assert wish.next_at == at(8)

    result = planned(wish, reminder, now=at(8, 1))

    assert result.due.parts == {Part.MOOD, Part.LETTER, Part.REMINDER}
    assert result.wish.next_at == at(22, day=MONDAY + timedelta(days=1))


def test_a_later_hour_of_the_day_is_left_when_the_earlier_did_not_fit():
    reminder = Pattern(weekdays=127, minute=8 * 60)
    wish = scheduled(a_wish(), [reminder], after=at(7), rules=RULES)

    result = planned(wish, reminder, now=at(8, 1), last_message_at=at(7, 30))

    assert result.due is None
    assert result.wish.next_at == at(22)
    assert planned(result.wish, reminder).due.parts == {Part.MOOD}


def test_a_reminder_ends_with_its_last_day():
    once = Pattern(weekdays=127, minute=600, until=MONDAY)
    wish = a_wish(minute=None)

    assert scheduled(wish, [once], after=at(9), rules=RULES).next_at == at(10)
    assert scheduled(wish, [once], after=at(11), rules=RULES).next_at is None


# ------------------------------------------------------------ fewer when ignored


def live(days, *, answers=(), wish=None, rules=RULES):
    """Let days pass; returns what was sent by day, and the wish in the end."""
    wish, sent = wish or a_wish(), []
    for number in range(days):
        day = MONDAY + timedelta(days=number)
        now = at(22, 1, day=day)
        if wish.next_at is None or wish.next_at > now:
            continue
        result = planned(wish, now=now, rules=rules)
        wish = result.wish
        if result.due:
            sent.append((number, set(result.due.parts)))
            wish = made(wish, result.due.parts, now=now, rules=rules)
            if number in answers:
                wish = heard(wish, (), now=now + timedelta(hours=1), rules=rules)
    return sent, wish


def test_ignored_nudges_become_weekly_then_one_question_then_silence():
    sent, wish = live(60)

    assert sent == [
        (0, {Part.MOOD}),
        (1, {Part.MOOD}),
        (2, {Part.MOOD}),
        (9, {Part.MOOD, Part.FEWER}),
        (16, {Part.MOOD}),
        (23, {Part.GO_ON}),
    ]
    assert (wish.rhythm, wish.next_at) == (Rhythm.ASKED, None)


def test_any_answer_begins_the_count_anew():
    sent, wish = live(6, answers={2})

    assert [day for day, _ in sent] == [0, 1, 2, 3, 4, 5]
    assert wish.ignored == 3


def test_who_writes_before_being_told_of_fewer_keeps_the_daily_question():
    _, wish = live(4)
    assert wish.rhythm is Rhythm.WEEKLY

    back = heard(wish, (), now=at(12, day=MONDAY + timedelta(days=5)), rules=RULES)

    assert (back.rhythm, back.next_at) == (Rhythm.DAILY, at(22, day=MONDAY + timedelta(days=5)))


def test_who_was_told_stays_weekly_until_they_say_otherwise():
    _, wish = live(10, answers={9})

    assert wish.rhythm is Rhythm.WEEKLY
    assert wish.ignored == 0


def test_a_letter_asks_nothing_so_silence_after_it_is_none():
    wish = made(a_wish(), frozenset({Part.LETTER}), now=at(22), rules=RULES)

    assert wish.ignored == 0


# ------------------------------------------------------------ the campus's calendar


def test_in_exam_weeks_silence_does_not_count():
    exams = SpecialDays(first=MONDAY, last=MONDAY + timedelta(days=13), kind=DayKind.EXAMS)

    sent, _ = live(14, rules=replace(RULES, special=(exams,)))

    assert len(sent) == 14


def test_in_holidays_once_a_week_is_enough():
    holiday = SpecialDays(first=MONDAY, last=MONDAY + timedelta(days=20))

    sent, _ = live(21, rules=replace(RULES, special=(holiday,)), answers=set(range(21)))

    assert [day for day, _ in sent] == [0, 7, 14]


# ------------------------------------------------------------ quiet hours and platforms


@pytest.mark.parametrize(
    ("text", "minute", "beside"),
    [
        ("00:00-07:00", 0, 23 * 60 + 30),
        ("00:00-07:00", 6 * 60, 7 * 60),
        ("23:00-07:00", 23 * 60 + 30, 22 * 60 + 30),
        ("23:00-07:00", 12 * 60, 12 * 60),
    ],
)
def test_a_wish_for_a_quiet_hour_moves_to_its_edge(text, minute, beside):
    quiet = read_quiet_hours(text)

    assert quiet.beside(minute) == beside
    assert not quiet.covers(beside)


@pytest.mark.parametrize("text", ["", "23:00", "25:00-07:00", "07:00-07:00", "a-b"])
def test_quiet_hours_that_make_no_sense_are_refused(text):
    with pytest.raises(BadInput):
        read_quiet_hours(text)


def test_a_nudge_that_lands_in_quiet_hours_is_not_sent():
    late = a_wish(minute=23 * 60 + 50)

    assert planned(late, now=at(23, 55)).due is not None
    assert planned(late, now=at(0, 5, day=MONDAY + timedelta(days=1))).due is None


@pytest.mark.parametrize("platform", Platform)
def test_each_platform_says_when_it_lets_us_write_first(platform):
    assert platform in WINDOWS
    assert may_write(platform, reachable=True, last_message_at=at(1), now=at(2))
    assert not may_write(platform, reachable=False, last_message_at=at(1), now=at(2))


def test_a_platform_with_a_window_closes_it(monkeypatch):
    monkeypatch.setitem(WINDOWS, Platform.TELEGRAM, timedelta(hours=48))

    def open_after(hours):
        now = at(1) + timedelta(hours=hours)
        return may_write(Platform.TELEGRAM, reachable=True, last_message_at=at(1), now=now)

    assert open_after(47)
    assert not open_after(49)


# ------------------------------------------------------------ another hour may fit better


def writes(*clocks):
    return [at(*clock, day=MONDAY + timedelta(days=day)) for day, clock in enumerate(clocks)]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        pytest.param(writes(*[(22, 40)] * 8), 22 * 60 + 40, id="always the same"),
        pytest.param(writes(*[(22, 40)] * 4), None, id="too few days"),
        pytest.param(writes(*[(hour, 0) for hour in range(8, 22, 2)]), None, id="at all hours"),
        pytest.param(writes(*[(21, 20)] * 8), None, id="near enough"),
        pytest.param(writes(*[(2, 0)] * 8), None, id="in the quiet hours"),
    ],
)
def test_another_hour_is_named_only_where_there_is_a_habit(times, expected):
    better = better_minute(times, wished=21 * 60, zone=SHANGHAI, quiet=QuietHours())

    assert (better is None) is (expected is None)
    if expected is not None:
        assert abs(better - expected) <= 30


def test_hours_are_compared_every_two_weeks():
    wish = a_wish(looked_at=at(0) - timedelta(days=14))

    assert Part.TIME in planned(wish).due.parts
    assert Part.TIME not in planned(a_wish()).due.parts
