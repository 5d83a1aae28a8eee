"""When a caring contact is due, for whom, and what silence means."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from companion.language import Language
from companion.risk import Level, Subject
from companion.staff.cases import Case, CaseState, FalseAlarm, Outcome, Trigger
from companion.staff.follow_ups import (
    FollowUp,
    FollowUpState,
    by_day,
    due_times,
    highest,
    is_day,
    is_silence,
    is_wanted,
    which_wording,
)
from companion.texts import wording

SHANGHAI = ZoneInfo("Asia/Shanghai")
LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
CLOSED = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)  # 22:30 in Shanghai


def a_case(**facts):
    usual = {
        "id": uuid4(),
        "number": 1001,
        "student_id": uuid4(),
        "level": Level.MODERATE,
        "kinds": (),
        "subject": Subject.SELF,
        "state": CaseState.CLOSED,
        "asked_for": False,
        "is_drill": False,
        "may_page": True,
        "opened_at": CLOSED - timedelta(hours=3),
        "raised_at": CLOSED - timedelta(hours=3),
        "closed_at": CLOSED,
        "outcome": Outcome.SAFE_WITH_PLAN,
    }
    return Case(**(usual | facts))


def a_trigger(level, *, false_alarm=None):
    return Trigger(
        id=uuid4(),
        message_id=uuid4(),
        level=level,
        kinds=(),
        subject=Subject.SELF,
        score=0.9,
        evidence=(),
        at=CLOSED,
        false_alarm=false_alarm,
    )


def a_follow_up(number, state, *, sent=True):
    return FollowUp(
        id=UUID(int=number),
        case_id=UUID(int=0),
        student_id=UUID(int=0),
        staff_id=UUID(int=0),
        number=number,
        due_at=CLOSED,
        state=state,
        sent_at=CLOSED if sent else None,
    )


@pytest.mark.parametrize(
    ("level", "days"),
    [
        (Level.MODERATE, [1, 3, 7]),
        (Level.HIGH, [1, 3, 7, 30, 90]),
        (Level.IMMINENT, [1, 3, 7, 30, 90]),
    ],
)
def test_contacts_come_after_a_day_three_days_and_a_week_and_longer_after_grave_cases(level, days):
    assert due_times(level, CLOSED) == tuple(CLOSED + timedelta(days=day) for day in days)


@pytest.mark.parametrize(
    ("zone", "due", "leaves"),
    [
        (SHANGHAI, "2026-11-23T22:30", "2026-11-24T09:00"),
        (SHANGHAI, "2026-11-23T21:00", "2026-11-24T09:00"),
        (SHANGHAI, "2026-11-23T20:59", "2026-11-23T20:59"),
        (SHANGHAI, "2026-11-23T00:10", "2026-11-23T09:00"),
        (SHANGHAI, "2026-11-23T09:00", "2026-11-23T09:00"),
        # The night before clocks go forward, and the night they go back.
        (LONDON, "2026-03-28T23:30", "2026-03-29T09:00"),
        (LONDON, "2026-10-24T22:00", "2026-10-25T09:00"),
        (NEW_YORK, "2026-03-08T03:30", "2026-03-08T09:00"),
        (NEW_YORK, "2026-11-01T01:30", "2026-11-01T09:00"),
    ],
)
def test_nobody_is_written_to_at_night(zone, due, leaves):
    at = by_day(datetime.fromisoformat(due).replace(tzinfo=zone).astimezone(UTC), zone)

    assert at.astimezone(zone) == datetime.fromisoformat(leaves).replace(tzinfo=zone)
    assert is_day(at, zone)


@pytest.mark.parametrize("zone", [SHANGHAI, LONDON, NEW_YORK, ZoneInfo("Asia/Kathmandu")])
def test_any_moment_of_two_years_ends_up_in_the_day_and_within_half_a_day(zone):
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    for hours in range(0, 2 * 365 * 24, 7):
        at = begin + timedelta(hours=hours, minutes=13)
        leaves = by_day(at, zone)
        assert is_day(leaves, zone)
        assert timedelta() <= leaves - at <= timedelta(hours=13)


@pytest.mark.parametrize("outcome", Outcome)
def test_a_false_alarm_a_double_and_a_test_are_followed_by_nothing(outcome):
    unwanted = {Outcome.FALSE_ALARM, Outcome.DUPLICATE, Outcome.TEST}

    wanted = is_wanted(a_case(outcome=outcome), level=Level.HIGH)

    assert wanted is (outcome not in unwanted)


def test_drills_open_cases_and_wishes_for_a_person_are_followed_by_nothing():
    assert not is_wanted(a_case(is_drill=True), level=Level.HIGH)
    assert not is_wanted(a_case(outcome=None, closed_at=None), level=Level.HIGH)
    assert not is_wanted(a_case(asked_for=True), level=Level.NONE)


def test_a_case_is_as_grave_as_it_ever_was_but_for_false_alarms():
    lowered = a_case(level=Level.WATCH)

    assert highest(lowered, [a_trigger(Level.HIGH)]) is Level.HIGH
    assert highest(lowered, [a_trigger(Level.HIGH, false_alarm=FalseAlarm.IDIOM)]) is Level.WATCH


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([FollowUpState.SILENT], False),
        ([FollowUpState.SILENT, FollowUpState.SILENT], True),
        ([FollowUpState.ANSWERED, FollowUpState.SILENT], False),
        ([FollowUpState.SILENT, FollowUpState.ANSWERED], False),
        ([FollowUpState.SILENT, FollowUpState.ANSWERED, FollowUpState.SILENT], False),
        ([FollowUpState.ANSWERED, FollowUpState.SILENT, FollowUpState.SILENT], True),
        ([FollowUpState.SILENT, FollowUpState.SILENT, FollowUpState.SENT], False),
    ],
)
def test_two_silent_ones_in_a_row_are_silence(states, expected):
    sent = [a_follow_up(number, state) for number, state in enumerate(states, start=1)]
    coming = a_follow_up(9, FollowUpState.PLANNED, sent=False)

    assert is_silence([*sent, coming]) is expected


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("case_number", range(1001, 1010))
def test_no_wording_comes_twice_after_one_case(language, case_number):
    lines = wording("care.lines", language)
    used = [which_wording(case_number, number, count=len(lines)) for number in range(1, 6)]

    assert len(set(used)) == len(used)
    assert len(set(lines)) == len(lines) >= 5


#: "No need to answer" may be said; anything that asks for something may not.
ASKING = re.compile(
    r"[?？]|请|希望你|你要|必须|应该|记得(?!你)|告诉我|跟我说|回复我|回我|联系我|坚持|加油|一定要"
    r"|\bplease\b|\blet (?:me|us) know\b|\breply to\b|\bwrite back\b|\byou (?:should|must|need)\b"
    r"|\btell me\b|\bhave to\b|\bpromise\b|\bcan you\b|\bdon't forget\b|\btry to\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("language", Language)
def test_a_caring_contact_asks_nothing_of_anybody(language):
    texts = [*wording("care.lines", language), wording("care.from", language)]

    assert [text for text in texts if ASKING.search(text)] == []
    assert all("{name}" in line for line in wording("care.lines", language))


@pytest.mark.parametrize(
    "text",
    [
        "今天怎么样？",
        "请回复我",
        "告诉我你好吗",
        "How are you?",
        "Please write back.",
        "You should rest",
    ],
)
def test_what_asks_for_something_is_noticed(text):
    assert ASKING.search(text)


@pytest.mark.parametrize("language", Language)
def test_a_caring_contact_says_nothing_that_others_may_not_read_on_a_screen(language):
    telling = re.compile(
        r"自杀|自伤|危机|咨询|轻生|结束生命|suicid|crisis|harm|case|counsel", re.IGNORECASE
    )

    assert [line for line in wording("care.lines", language) if telling.search(line)] == []
