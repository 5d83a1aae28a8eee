"""A timer on Telegram: one message that changes, against a Bot API server over a real socket."""

from __future__ import annotations

import itertools

import pytest

from companion.messages import InboundKind
from infra.senders.limits import Rates
from tests.fakes.botapi import TOKEN, Blocked, FakeBotApi, Fault
from tests.fakes.telegram_edge import telegram_sender_to

IDS = itertools.count(900)


@pytest.fixture(scope="module")
def api():
    with FakeBotApi() as server:
        yield server


@pytest.fixture
def bot(api):
    bot = api.bot(TOKEN)
    bot.calls.clear()
    return bot


@pytest.fixture
def student(bot):
    return bot.user(next(IDS))


@pytest.fixture
def sender(api, bot):
    with telegram_sender_to(api.url, token=TOKEN) as sender:
        yield sender


@pytest.fixture
def breathing(campus, sender, student):
    """A student of Telegram who stands before the breathing timer."""
    campus.services.senders.by_platform["telegram"] = sender
    campus.sender = str(student.id)
    campus.onboard(sender=campus.sender)
    for said in ("/exercise box-breathing now", "7", "继续", "方块：四段都四秒"):
        campus.says(said, sender=campus.sender)
    return campus


def test_an_exercise_paces_a_student_by_one_message_that_changes(breathing, bot, student):
    before = len(bot.sent_to(student.id))

    breathing.says("开始", sender=breathing.sender)
    breathing.pass_timer()

    begun, timer, following = bot.sent_to(student.id)[before:]
    assert "跟着下面那条消息走" in begun["text"]
    assert timer["text"] == "到这里，慢慢回来。"
    assert "现在身体有多慌" in following["text"]
    edits = bot.calls_of("editMessageText")
    assert len(edits) == 17
    assert edits[0].params["text"] == "吸气\n\n4 秒 · 第 1 次，共 4 次"
    assert {str(edit.params["message_id"]) for edit in edits} == {str(timer["message_id"])}


def test_the_buttons_of_a_step_arrive_and_lead_on(breathing, bot, student):
    breathing.says("跳过", sender=breathing.sender)
    rows = bot.sent_to(student.id)[-1]["reply_markup"]["inline_keyboard"]

    assert [[button["text"] for button in row] for row in rows] == [
        ["0", "1", "2", "3", "4", "5"],
        ["6", "7", "8", "9", "10"],
        ["上一步", "稍后再做", "不做了"],
    ]
    value = rows[0][5]["callback_data"]
    breathing.says(value, sender=breathing.sender, kind=InboundKind.CHOICE)
    assert "做之前 7，做之后 5" in bot.sent_to(student.id)[-1]["text"]


def test_a_server_that_refuses_a_change_ends_no_exercise(breathing, bot, student):
    bot.fail("editMessageText", Fault(400, "Bad Request: message can't be edited"), times=20)

    breathing.says("开始", sender=breathing.sender)
    breathing.pass_timer()

    assert "现在身体有多慌" in bot.sent_to(student.id)[-1]["text"]


def test_where_nothing_can_be_shown_there_is_no_message_to_change(sender, student, bot):
    bot.fail("sendMessage", Blocked())

    assert sender.show_timer(str(student.id), "吸气", shown=None) is None


def test_a_message_changes_no_faster_than_telegram_allows(api, bot, student):
    with telegram_sender_to(api.url, token=TOKEN, rates=Rates(total=1000, chat=0.02)) as sender:
        shown = sender.show_timer(str(student.id), "准备", shown=None)
        for text in ("吸气", "停", "呼气"):
            assert sender.show_timer(str(student.id), text, shown=shown) == shown

    assert len(bot.calls_of("editMessageText")) == 1
