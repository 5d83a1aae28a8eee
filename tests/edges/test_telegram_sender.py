"""What leaves for Telegram, against our own fake Bot API server over a real socket."""

from __future__ import annotations

import itertools
import socket
from datetime import timedelta

import httpx
import pytest

from companion.messages import Choice
from companion.ports import Part, Refused, RetryLater, Uncertain
from infra.senders import telegram as telegram_module
from infra.senders.limits import Rates
from infra.senders.wire import Mark
from tests.fakes.botapi import TOKEN, Blocked, Cut, FakeBotApi, Fault, Garbage, Gone, Hang, TooMany
from tests.fakes.telegram_edge import telegram_sender_to

IDS = itertools.count(500)


@pytest.fixture(scope="module")
def api():
    with FakeBotApi() as server:
        yield server


@pytest.fixture
def bot(api):
    bot = api.bot(TOKEN)
    bot.calls.clear()
    bot.drafts.clear()
    bot.missing.clear()
    return bot


@pytest.fixture
def student(bot):
    return bot.user(next(IDS))


@pytest.fixture
def sender(api, bot):
    with telegram_sender_to(api.url, token=TOKEN) as sender:
        yield sender


@pytest.fixture
def unused_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def say(sender, student, text, *, choices=(), markdown=True):
    return [
        sender.send(str(student.id), part, choices=choices)
        for part in sender.parts(text, markdown=markdown)
    ]


def test_markdown_arrives_as_formatting_and_the_platforms_id_comes_back(sender, student, bot):
    [sent_id] = say(sender, student, "**慢慢来。**我在 [这里](https://example.org)。")

    message = bot.sent_to(student.id)[-1]
    assert message["text"] == "慢慢来。我在 这里。"
    assert [entity["type"] for entity in message["entities"]] == ["bold", "text_link"]
    assert sent_id == str(message["message_id"])


def test_link_previews_are_off_and_no_parse_mode_can_refuse_a_text(sender, student, bot):
    say(sender, student, "see https://example.org _and * more")

    params = bot.calls_of("sendMessage")[-1].params
    assert params["link_preview_options"] == {"is_disabled": True}
    assert "parse_mode" not in params


def test_a_long_reply_arrives_whole_in_several_messages(sender, student, bot):
    text = "今天发生了很多事情，我想慢慢说给你听。🌧️" * 400

    ids = say(sender, student, text)

    arrived = bot.texts_to(student.id)[-len(ids) :]
    assert len(ids) > 1
    assert "".join(arrived) == text
    assert all(part.endswith(("。", "️")) for part in arrived)


def test_buttons_arrive_and_a_phone_link_stays_in_the_text_only(sender, student, bot):
    choices = [
        Choice("我很安全", "safe"),
        Choice("拨打 12356", "call", url="tel:12356"),
        Choice("网站", "web", url="https://example.org"),
    ]

    say(sender, student, "可以打 12356。", choices=choices)

    keys = [
        key for row in bot.sent_to(student.id)[-1]["reply_markup"]["inline_keyboard"] for key in row
    ]
    assert keys == [
        {"text": "我很安全", "callback_data": "safe"},
        {"text": "网站", "url": "https://example.org"},
    ]


def test_a_choice_too_long_for_a_button_is_written_out(sender, student, bot):
    say(sender, student, "好吗？", choices=[Choice("很长", "x" * 65)])

    message = bot.sent_to(student.id)[-1]
    assert message["text"] == "好吗？\n• 很长"
    assert "reply_markup" not in message


def test_a_message_with_refused_marks_goes_out_plain(sender, student, bot):
    broken = Part("hello", (Mark("bold", 3, 99),))

    sender.send(str(student.id), broken, choices=[])

    assert bot.sent_to(student.id)[-1]["text"] == "hello"
    assert len(bot.calls_of("sendMessage")) == 2


def test_what_telegram_will_never_take_is_refused_but_the_student_stays_reachable(sender, student):
    with pytest.raises(Refused) as refusal:
        sender.send(str(student.id), Part("x" * 5000), choices=[])

    assert refusal.value.reason == "bad_request"
    assert not refusal.value.unreachable


def test_too_many_requests_waits_as_long_as_telegram_says(sender, student, bot):
    bot.fail("sendMessage", TooMany(retry_after=17))

    with pytest.raises(RetryLater) as later:
        say(sender, student, "hello")

    assert later.value.after == timedelta(seconds=17)
    assert bot.sent_to(student.id) == []


def test_a_student_who_blocked_the_bot_is_unreachable(sender, student):
    student.blocks()

    with pytest.raises(Refused) as refusal:
        say(sender, student, "hello")

    assert refusal.value.reason == "blocked"
    assert refusal.value.unreachable


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        pytest.param(Gone(), "chat_gone", id="chat gone"),
        pytest.param(
            Fault(403, "Forbidden: user is deactivated"), "chat_gone", id="account deleted"
        ),
        pytest.param(Blocked(), "blocked", id="blocked"),
    ],
)
def test_a_chat_that_is_gone_makes_the_student_unreachable(sender, student, bot, fault, reason):
    bot.fail("sendMessage", fault)

    with pytest.raises(Refused) as refusal:
        say(sender, student, "hello")

    assert (refusal.value.reason, refusal.value.unreachable) == (reason, True)
    assert len(bot.calls_of("sendMessage")) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_an_error_of_telegram_itself_is_tried_again_later(sender, student, bot, status):
    bot.fail("sendMessage", Fault(status, "Bad Gateway"))

    with pytest.raises(RetryLater):
        say(sender, student, "hello")


def test_a_page_of_a_gateway_instead_of_an_answer_is_tried_again_later(sender, student, bot):
    bot.fail("sendMessage", Garbage("<html>busy</html>", status=502))

    with pytest.raises(RetryLater):
        say(sender, student, "hello")


def test_a_wrong_token_loses_nothing(api, bot, student):
    with (
        telegram_sender_to(api.url, token="9:WRONG") as stranger,
        pytest.raises(RetryLater) as later,
    ):
        say(stranger, student, "hello")

    assert later.value.after >= timedelta(seconds=30)


def test_without_a_connection_nothing_was_sent(unused_port, student):
    with (
        telegram_sender_to(f"http://127.0.0.1:{unused_port}", token=TOKEN) as sender,
        pytest.raises(RetryLater),
    ):
        say(sender, student, "hello")


def test_when_the_answer_never_comes_nobody_knows_whether_it_was_sent(
    api, bot, student, monkeypatch
):
    monkeypatch.setattr(telegram_module, "READ_TIMEOUT", 0.2)
    bot.fail("sendMessage", Hang(seconds=2))

    with telegram_sender_to(api.url, token=TOKEN) as sender, pytest.raises(Uncertain):
        say(sender, student, "hello")

    assert bot.texts_to(student.id) == ["hello"]


@pytest.mark.parametrize("after", [True, False])
def test_a_line_cut_in_the_middle_leaves_it_uncertain(sender, student, bot, after):
    bot.fail("sendMessage", Cut(after=after))

    with pytest.raises(Uncertain):
        say(sender, student, "hello")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('{"ok":true,"result":{"text":"I feel so al', id="cut off"),
        pytest.param("[]", id="not an answer"),
        pytest.param('{"ok":true}', id="without a result"),
        pytest.param(
            '{"ok":true,"result":{"message_id":1,"date":1,"chat":5}}', id="a shape from the future"
        ),
    ],
)
def test_an_answer_that_cannot_be_read_leaves_it_uncertain_and_is_not_logged(
    sender, student, bot, body, caplog
):
    bot.fail("sendMessage", Garbage(body))

    with pytest.raises(Uncertain) as error:
        say(sender, student, "hello")

    assert "I feel" not in f"{caplog.text} {error.value!r} {error.value}"


def test_no_error_quotes_the_student(sender, student, bot):
    bot.fail("sendMessage", Fault(400, "Bad Request: can't parse 'I feel so alone'"), times=2)

    with pytest.raises(Refused) as refusal:
        say(sender, student, "**hello**")

    assert "alone" not in f"{refusal.value!r} {refusal.value}"
    assert refusal.value.__suppress_context__


def test_a_file_arrives_with_its_name_and_caption(sender, student, bot):
    sent_id = sender.send_file(
        str(student.id), name="我的数据.json", content=b"{}", caption="都在这里"
    )

    call = bot.calls_of("sendDocument")[-1]
    assert (call.params["document"].name, call.params["document"].content) == (
        "我的数据.json",
        b"{}",
    )
    assert bot.sent_to(student.id)[-1]["caption"] == "都在这里"
    assert sent_id == str(bot.sent_to(student.id)[-1]["message_id"])


def test_typing_is_shown_and_its_failure_is_of_no_account(sender, student, bot):
    bot.fail("sendChatAction", Fault(500))

    sender.show_typing(str(student.id))
    sender.show_typing(str(student.id))

    assert [call.params["action"] for call in bot.calls_of("sendChatAction")] == [
        "typing",
        "typing",
    ]


def test_a_growing_text_is_shown_as_a_draft(sender, student, bot):
    sender.show_draft(str(student.id), draft=7, text="我听到了，**你")
    sender.show_draft(str(student.id), draft=7, text="我听到了，**你很累**。")

    assert bot.drafts_to(student.id) == ["我听到了，你", "我听到了，你很累。"]
    assert {draft["draft_id"] for draft in bot.drafts} == {"7"}


def test_a_server_without_drafts_is_asked_only_once(sender, student, bot):
    bot.missing.add("sendMessageDraft")

    for _ in range(3):
        sender.show_draft(str(student.id), draft=7, text="...")

    assert len(bot.calls_of("sendMessageDraft")) == 1


def test_drafts_come_no_faster_than_telegram_allows(api, bot, student):
    with telegram_sender_to(api.url, token=TOKEN, rates=Rates(total=20, chat=0.05)) as sender:
        for index in range(10):
            sender.show_draft(str(student.id), draft=7, text=f"word {index}")

        sender.send(str(student.id), Part("all of it"), choices=[])

    assert len(bot.drafts_to(student.id)) == 1
    assert bot.texts_to(student.id) == ["all of it"]


def test_the_answer_of_a_webhook_is_a_call_telegram_carries_out(sender, student, bot, api):
    [part] = sender.parts("**12356**", markdown=True)
    answer = sender.as_webhook_answer(str(student.id), part, [Choice("好", "ok")])

    method = answer.pop("method")
    said = httpx.post(f"{api.url}/bot{TOKEN}/{method}", json=answer).json()

    assert said["ok"]
    assert said["result"]["entities"] == [{"type": "bold", "offset": 0, "length": 5}]
    assert said["result"]["reply_markup"] == {
        "inline_keyboard": [[{"text": "好", "callback_data": "ok"}]]
    }


def test_a_blank_text_is_never_sent(sender):
    with pytest.raises(ValueError, match="blank"):
        sender.parts(" \n\u3000", markdown=True)
