"""What students write when they say when to ask them."""

from __future__ import annotations

import pytest

from companion.dialogue.commands import Command, CommandName, parse_command
from companion.people.wished import WEEKEND, WORKDAYS, read_wished
from companion.people.wishes import EVERY_DAY

MON_WED_FRI = 0b0010101


@pytest.mark.parametrize(
    ("text", "clock", "weekdays"),
    [
        ("每天晚上十点", "22:00", EVERY_DAY),
        ("每晚10点半", "22:30", EVERY_DAY),
        ("22:05", "22:05", None),
        ("二十二点", "22:00", None),
        ("中午12点", "12:00", None),
        ("晚上12点", "00:00", None),
        ("凌晨1点", "01:00", None),
        ("早上八点一刻", "08:15", None),
        ("十点", "22:00", None),
        ("周一三五", None, MON_WED_FRI),
        ("周一、周三和周五 21:30", "21:30", MON_WED_FRI),
        ("周一到周五早上八点", "08:00", WORKDAYS),
        ("周六到周一 9:00", "09:00", 0b1100001),
        ("工作日晚上七点", "19:00", WORKDAYS),
        ("周末下午3点", "15:00", WEEKEND),
        ("every day at 9pm", "21:00", EVERY_DAY),
        ("9:30 pm", "21:30", None),
        ("8 a.m.", "08:00", None),
        ("12 am", "00:00", None),
        ("noon", "12:00", None),
        ("mon, wed and fri at 21:00", "21:00", MON_WED_FRI),
        ("Monday to Friday at eight in the morning", "08:00", WORKDAYS),
        ("weekends", None, WEEKEND),
        ("every night at ten", "22:00", EVERY_DAY),
    ],
)
def test_hours_and_days_are_read(text, clock, weekdays):
    wished = read_wished(text)

    assert wished is not None
    minute = None if wished.minute is None else f"{wished.minute // 60:02}:{wished.minute % 60:02}"
    assert (minute, wished.weekdays) == (clock, weekdays)


@pytest.mark.parametrize("text", ["九点", "at 9", "weekdays at 10"])
def test_where_morning_or_evening_is_left_open_evening_is_taken_and_noted(text):
    wished = read_wished(text)

    assert wished is not None
    assert wished.is_open
    assert wished.minute >= 21 * 60


@pytest.mark.parametrize(
    "text", ["", "你好", "25:00", "9:75", "提醒我明天交作业", "我晚上十点睡不着", "13 pm", "问我"]
)
def test_anything_else_is_not_guessed(text):
    assert read_wished(text) is None


@pytest.mark.parametrize(
    ("text", "argument"),
    [
        ("每天晚上十点问我", "每天晚上十点问我"),
        ("请每天十点提醒我一下。", "请每天十点提醒我一下"),
        ("那你每天晚上问我吧", "那你每天晚上问我吧"),
        ("Remind me at 9pm", "remind me at 9pm"),
        ("ask me how I am every night at ten", "ask me how i am every night at ten"),
        ("别再问我了", "off"),
        ("stop asking me", "off"),
        ("提醒设置", ""),
    ],
)
def test_plain_words_are_a_command(text, argument):
    assert parse_command(text) == Command(CommandName.REMIND, argument)


@pytest.mark.parametrize(
    "text",
    [
        "提醒我明天交作业",
        "remind me to call my mother at 9pm",
        "每天晚上十点我都睡不着",
        "他每天问我吃了没",
        "十点",
        "everyone asks me every day",
    ],
)
def test_talk_about_hours_stays_talk(text):
    assert parse_command(text) is None
