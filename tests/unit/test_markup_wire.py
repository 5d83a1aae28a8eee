"""Texts and buttons in the Bot API's own JSON."""

from __future__ import annotations

import pytest

from companion.messages import Choice
from companion.ports import Part
from infra.senders.wire import keyboard, send_message, text_parts

TALK = Choice("继续聊", "talk")


def labels(choices):
    return [[button["text"] for button in row] for row in keyboard(choices)]


@pytest.mark.parametrize(
    ("given", "rows"),
    [
        pytest.param(["是", "否"], [["是", "否"]], id="short ones side by side"),
        pytest.param(
            ["甲甲", "乙", "丙", "丁"], [["甲甲", "乙", "丙"], ["丁"]], id="three at most"
        ),
        pytest.param(
            ["0", "1", "2", "3", "4", "5", "6"],
            [["0", "1", "2", "3", "4", "5"], ["6"]],
            id="six numbers at most",
        ),
        pytest.param(
            ["我想和真人谈谈", "继续"], [["我想和真人谈谈", "继续"]], id="as wide as a phone"
        ),
        pytest.param(
            ["我想和真人谈谈吧", "继续聊天"],
            [["我想和真人谈谈吧"], ["继续聊天"]],
            id="wider than a phone",
        ),
    ],
)
def test_buttons_stand_side_by_side_as_far_as_a_phone_is_wide(given, rows):
    assert labels([Choice(label, label) for label in given]) == rows


@pytest.mark.parametrize(
    "choice",
    [
        pytest.param(Choice("拨打", "x", url="tel:120"), id="a phone number"),
        pytest.param(Choice("打开", "x", url="javascript:alert(1)"), id="a link that is none"),
        pytest.param(Choice("空", ""), id="nothing behind it"),
        pytest.param(Choice("长", "难" * 22), id="more than 64 bytes behind it"),
    ],
)
def test_a_button_telegram_would_refuse_is_left_out_and_the_others_stay(choice):
    assert labels([choice, TALK]) == [["继续聊"]]


def test_a_message_without_buttons_has_no_keyboard():
    assert send_message("7", Part("hi"), choices=()) == {
        "chat_id": "7",
        "text": "hi",
        "link_preview_options": {"is_disabled": True},
    }


def test_offsets_count_as_telegram_counts():
    [part] = text_parts("😀 **累** [x](https://a.org)", markdown=True)

    assert send_message("7", part, choices=())["entities"] == [
        {"type": "bold", "offset": 3, "length": 1},
        {"type": "text_link", "offset": 5, "length": 1, "url": "https://a.org"},
    ]


def test_formatting_that_spans_a_cut_goes_on_in_the_next_part():
    first, second = text_parts("**" + "累。" * 2500 + "**", markdown=True)

    assert [(mark.type, mark.offset, mark.length) for mark in (*first.marks, *second.marks)] == [
        ("bold", 0, 4096),
        ("bold", 0, 904),
    ]
