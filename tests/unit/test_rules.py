"""Small rules: pace, commands, opening hours, onboarding."""

from __future__ import annotations

from datetime import UTC, datetime, time
from string import Formatter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.campus import Campus, DutyLine, Pace
from companion.dialogue.commands import CommandName, parse_command
from companion.dialogue.pace import next_gap, patience
from companion.language import Language
from companion.open_hours import OpenHours
from companion.people.onboarding import next_question
from companion.people.student import AgeBand, Purpose, Student
from companion.texts.wording import _texts

PACE = Pace(shortest=0.5, usual=2.0, longest=6.0)


@given(
    st.text(),
    st.one_of(st.none(), st.floats(0, 1e6)),
)
def test_the_wait_for_a_next_line_stays_within_its_bounds(line, gap):
    assert PACE.shortest <= patience(line, usual_gap=gap, pace=PACE) <= PACE.longest


def test_an_unfinished_line_is_waited_for_longer_than_a_finished_one():
    def wait(line):
        return patience(line, usual_gap=None, pace=PACE)

    assert wait("然后，") > wait("然后") > wait("就这样。")
    assert wait("x" * 60) < wait("x")


def test_a_slow_typist_is_waited_for_longer_and_a_long_silence_teaches_nothing():
    gap = None
    for seconds in (4.0, 3.0, 5.0):
        gap = next_gap(gap, seconds=seconds)

    assert 3.0 < gap < 5.0
    assert next_gap(gap, seconds=600.0) == gap
    assert next_gap(gap, seconds=-3.0) == gap
    assert patience("嗯", usual_gap=gap, pace=PACE) > patience("嗯", usual_gap=1.0, pace=PACE)


@pytest.mark.parametrize(
    ("text", "name", "argument"),
    [
        ("/start", CommandName.START, ""),
        ("/start deep-link", CommandName.START, "deep-link"),
        ("/HELP@NuanyuBot", CommandName.HELP, ""),
        ("／帮助", CommandName.HELP, ""),
        ("/delete confirm", CommandName.DELETE, "confirm"),
        ("退出", CommandName.STOP, ""),
        (" Stop! ", CommandName.STOP, ""),
        ("转人工。", CommandName.HUMAN, ""),
        ("Talk to a human", CommandName.HUMAN, ""),
        ("SOS", CommandName.SOS, ""),
        ("说英文", CommandName.LANGUAGE, "en"),
        ("记住：我学护理", CommandName.MEMORY, "keep 我学护理"),
        ("remember: I study law", CommandName.MEMORY, "keep I study law"),
        ("/no-such-thing", CommandName.UNKNOWN, ""),
    ],
)
def test_commands_and_their_plain_words(text, name, argument):
    command = parse_command(text)

    assert (command.name, command.argument) == (name, argument)


@pytest.mark.parametrize(
    "text",
    [
        "我想停下来歇一会儿",
        "please don't stop",
        "help me",
        "I can't stop crying",
        "帮帮我",
        "我想找老师聊聊但是不敢",
        "delete",
        "",
        "/",
        "1/2",
        "真人秀好无聊",
    ],
)
def test_talk_is_no_command(text):
    assert parse_command(text) is None


def test_a_students_words_are_not_in_the_repr_of_a_command():
    assert "护理" not in repr(parse_command("记住：我学护理"))


DUTY = DutyLine(
    name={Language.ZH: "心理中心", Language.EN: "the centre"},
    phone="021-5555 0101",
    hours=(
        OpenHours(days=frozenset({1, 2, 3, 4, 5}), opens=time(8), closes=time(22)),
        OpenHours(days=frozenset({6}), opens=time(20), closes=time(0)),
    ),
)


@pytest.mark.parametrize(
    ("utc", "is_open"),
    [
        (datetime(2026, 11, 23, 0, 0, tzinfo=UTC), True),  # Monday 08:00 in Shanghai
        (datetime(2026, 11, 22, 23, 59, tzinfo=UTC), False),  # Monday 07:59
        (datetime(2026, 11, 23, 14, 0, tzinfo=UTC), False),  # Monday 22:00
        (datetime(2026, 11, 28, 15, 59, tzinfo=UTC), True),  # Saturday 23:59
        (datetime(2026, 11, 28, 16, 0, tzinfo=UTC), False),  # Sunday 00:00
    ],
)
def test_the_duty_line_knows_when_somebody_picks_up(utc, is_open):
    assert DUTY.is_open(utc, zone=ZoneInfo("Asia/Shanghai")) is is_open


def test_opening_hours_in_words():
    assert DUTY.hours_text(Language.ZH) == "周一至周五 08:00-22:00、周六 20:00-00:00"
    assert DUTY.hours_text(Language.EN) == "Mon-Fri 08:00-22:00, Sat 20:00-00:00"


def test_who_is_too_young_is_asked_for_no_consent():
    student = Student(id=None, language=Language.ZH, age_band=AgeBand.UNDER_MINIMUM)

    assert next_question(student, language=Language.ZH, minimum_age=18) is None


def test_silence_is_no_consent():
    student = Student(id=None, language=Language.ZH)

    assert not any(student.allows(purpose) for purpose in Purpose)
    assert not student.onboarded
    assert Campus().duty_line is None


def test_every_wording_exists_in_both_languages_with_the_same_fields():
    def shape(value):
        if isinstance(value, dict):
            # How many ways there are to say "later" is the language's own affair.
            return {
                key: "words" if key.startswith("says_") else shape(child)
                for key, child in value.items()
            }
        if isinstance(value, list):
            return [shape(child) for child in value]
        return {name for _, name, _, _ in Formatter().parse(value) if name}

    assert shape(_texts(Language.ZH)) == shape(_texts(Language.EN))
