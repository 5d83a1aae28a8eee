"""A scale on Telegram: buttons that fit a phone, against a Bot API server over a real socket."""

from __future__ import annotations

import itertools

import pytest

from companion.messages import InboundKind
from tests.fakes.botapi import TOKEN, FakeBotApi
from tests.fakes.telegram_edge import telegram_sender_to

IDS = itertools.count(1900)


@pytest.fixture
def filling(campus):
    """A student of Telegram who has begun the PHQ-9; returns what a press brings."""
    with FakeBotApi() as api:
        bot = api.bot(TOKEN)
        student = bot.user(next(IDS))
        with telegram_sender_to(api.url, token=TOKEN) as sender:
            campus.services.senders.by_platform["telegram"] = sender
            campus.onboard(sender=str(student.id))

            def press(value):
                before = len(bot.sent_to(student.id))
                campus.says(value, sender=str(student.id), kind=InboundKind.CHOICE)
                return bot.sent_to(student.id)[before:]

            yield press


def buttons(message):
    rows = message["reply_markup"]["inline_keyboard"]
    return {button["text"]: button.get("callback_data") for row in rows for button in row}


def test_a_scale_is_filled_in_by_its_buttons_and_item_nine_brings_the_card(filling):
    [question] = filling("/scale phq9 start")
    for number in range(1, 9):
        assert question["text"].startswith(f"第 {number} 题，共 9 题")
        offered = buttons(question)
        assert {"完全不会", "好几天", "一半以上的天数", "几乎每天", "跳过"} <= offered.keys()
        assert all(len(value.encode()) <= 64 for value in offered.values())
        [question] = filling(offered["完全不会"])

    card, *_ = filling(buttons(question)["好几天"])

    assert "12356" in card["text"]
    assert "结束自己的生命吗" in card["text"]
