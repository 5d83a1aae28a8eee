"""Long polling, for a laptop without a public address."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from bot.telegram import patience
from companion.errors import BadInput
from companion.messages import Choice
from tests.fakes.botapi import TOKEN, FakeBotApi, Fault, Garbage
from tests.fakes.telegram_edge import RecordingIntake, polling, telegram_sender_to


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch):
    monkeypatch.setattr(patience, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(patience, "LONGEST_PAUSE", 0.05)


@pytest.fixture
def api():
    with FakeBotApi() as server:
        yield server


@pytest.fixture
def bot(api):
    return api.bot(TOKEN)


@pytest.fixture
def intake():
    return RecordingIntake()


def test_a_student_is_heard_and_answered(api, bot, intake):
    student = bot.user()
    with (
        telegram_sender_to(api.url, token=TOKEN) as sender,
        polling(intake, token=TOKEN, api_url=api.url),
    ):
        intake.echo, intake.choices = sender, [Choice("好", "yes")]
        student.says("睡不着")
        bot.wait_for(lambda: bot.sent_to(student.id))
        student.presses(bot.sent_to(student.id)[0], "好")
        bot.wait_for(lambda: len(bot.sent_to(student.id)) == 2)
        bot.wait_for(lambda: not bot.open_queries)

    assert bot.texts_to(student.id) == ["you said 睡不着", "you said yes"]


def test_a_webhook_is_taken_away_first_and_what_waited_is_kept(api, bot, intake):
    student = bot.user()
    student.says("before")
    bot.api.on_loop(bot.run("setWebhook", {"url": "http://127.0.0.1:1/x"}))
    student.says("after")

    with polling(intake, token=TOKEN, api_url=api.url):
        bot.wait_for(lambda: len(intake.got) == 2)

    assert sorted(intake.texts) == ["after", "before"]


def test_an_update_is_confirmed_only_after_it_was_committed(api, bot, intake):
    student = bot.user()
    intake.away = 2
    for text in ("one", "two"):
        student.says(text)

    with polling(intake, token=TOKEN, api_url=api.url):
        bot.wait_for(lambda: len(intake.got) == 2)
        bot.wait_for(lambda: not bot.pending)

    assert intake.texts == ["one", "two"]
    offsets = [call.params.get("offset") for call in bot.calls_of("getUpdates")]
    assert offsets[:3] == [None, None, None]


def test_what_was_committed_but_not_confirmed_comes_again_and_is_kept_once(api, bot, intake):
    student = bot.user()
    with polling(intake, token=TOKEN, api_url=api.url):
        student.says("hi")
        bot.wait_for(lambda: intake.got)
    bot.delivers_again(1000)

    with polling(intake, token=TOKEN, api_url=api.url):
        bot.wait_for(lambda: intake.calls >= 2)

    assert intake.texts == ["hi"]


def test_when_the_queue_is_away_the_card_is_sent_at_once(api, bot, intake):
    student = bot.user()
    intake.card = ("请现在拨打 120。", (Choice("我很安全", "safe"),))
    bot.fail("sendMessage", Fault(500))

    with polling(intake, token=TOKEN, api_url=api.url):
        student.says("…")
        bot.wait_for(lambda: bot.sent_to(student.id))

    assert bot.texts_to(student.id) == ["请现在拨打 120。"]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault(500), id="telegram is ill"),
        pytest.param(
            Fault(409, "Conflict: terminated by other getUpdates request"),
            id="another process polls",
        ),
        pytest.param(Fault(429, "Too Many Requests", retry_after=0), id="too many requests"),
        pytest.param(Garbage(), id="a page of a gateway"),
    ],
)
def test_polling_goes_on_after_trouble(api, bot, intake, fault):
    bot.fail("getUpdates", fault, times=2)
    bot.user().says("hi")

    with polling(intake, token=TOKEN, api_url=api.url):
        bot.wait_for(lambda: intake.got)

    assert intake.texts == ["hi"]


def test_a_second_poller_is_named_in_the_log(api, bot, intake):
    bot.fail("getUpdates", Fault(409, "Conflict: terminated by other getUpdates request"))

    with capture_logs() as logs, polling(intake, token=TOKEN, api_url=api.url):
        bot.user().says("hi")
        bot.wait_for(lambda: intake.got)

    assert "telegram_polled_twice" in [line["event"] for line in logs]


def test_a_wrong_token_ends_polling_with_a_word_on_what_to_do(api, intake):
    with (
        pytest.raises(BadInput, match="NUANYU_TELEGRAM_TOKEN"),
        polling(intake, token="9:WRONG", api_url=api.url) as thread,
    ):
        thread.join(10)


def test_one_update_that_cannot_be_read_does_not_hold_up_the_others(api, bot, intake):
    student = bot.user()
    student.says("one")
    bot.push("message", {"message_id": "new", "chat": 7})
    student.says("two", forward_origin={"type": "from_the_future"})

    with capture_logs() as logs, polling(intake, token=TOKEN, api_url=api.url):
        bot.wait_for(lambda: len(intake.got) == 2)
        bot.wait_for(lambda: not bot.pending)

    assert intake.texts == ["one", "two"]
    assert {"event": "telegram_update_unreadable", "lost": 1, "log_level": "warning"} in logs


def test_an_unreadable_update_alone_is_passed_over(api, bot, intake):
    bot.push("message", {"message_id": "new", "chat": 7})

    with polling(intake, token=TOKEN, api_url=api.url):
        bot.wait_for(lambda: not bot.pending)

    assert intake.got == []
