"""Pages into Telegram chats, against our own Bot API server; and which channels there are."""

from __future__ import annotations

import subprocess
import sys

import pytest

from companion.messages import Choice, OutboundState
from companion.ports import PageText, Refused, RetryLater, Uncertain
from companion.staff.people import ChannelKind
from infra.pagers import make_channels, silent_channels
from infra.pagers.telegram import RATES, telegram_channel
from infra.senders.loop import LoopThread
from infra.settings import Settings
from tests.fakes.botapi import Blocked, Cut, FakeBotApi, Fault, Gone, TooMany
from tests.fakes.running import ROOT

TOKEN = "2:STAFF"
PAGE = PageText(
    subject="High, case 12",
    body="Case 12: high. Waiting for 3 minutes.",
    url="http://127.0.0.1:8080/desk/cases/12",
    buttons=(Choice("Claim", "claim:12"),),
)


@pytest.fixture(scope="module")
def api():
    with FakeBotApi() as server:
        yield server


@pytest.fixture
def bot(api):
    return api.bot(TOKEN)


@pytest.fixture
def loop():
    loop = LoopThread()
    yield loop
    loop.close()


@pytest.fixture
def counsellor(bot, request):
    return bot.user(abs(hash(request.node.name)) % 10**9)


@pytest.fixture
def settings(api):
    return Settings(
        _env_file=None,
        telegram_api_url=api.url,
        staff_telegram_token=TOKEN,
        staff_telegram_chat="-1001",
    )


@pytest.fixture
def channel(settings, bot, loop):
    channel = telegram_channel(settings, redis_url=None, loop=loop)
    yield channel
    channel.close()


def test_a_page_arrives_with_its_link_and_a_button_to_claim(channel, bot, counsellor):
    channel.page(str(counsellor.id), PAGE)

    (message,) = bot.sent_to(counsellor.id)
    assert message["text"] == f"{PAGE.body}\n{PAGE.url}"
    assert message["reply_markup"]["inline_keyboard"] == [
        [{"text": "Claim", "callback_data": "claim:12"}]
    ]


def test_a_page_without_link_and_buttons_is_its_words_alone(channel, bot, counsellor):
    channel.page(str(counsellor.id), PageText(subject="s", body="All quiet."))

    (message,) = bot.sent_to(counsellor.id)
    assert message["text"] == "All quiet."
    assert "reply_markup" not in message


def test_the_buttons_of_a_long_page_stand_under_its_end(channel, bot, counsellor):
    channel.page(str(counsellor.id), PageText("s", "一句话。" * 1500, PAGE.url, PAGE.buttons))

    *first, last = bot.sent_to(counsellor.id)
    assert first
    assert all("reply_markup" not in message for message in first)
    assert "reply_markup" in last


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        (TooMany(retry_after=3), RetryLater),
        (Fault(500), RetryLater),
        (Cut(), Uncertain),
        (Blocked(), Refused),
        (Gone(), Refused),
    ],
)
def test_what_telegram_says_is_passed_on(channel, bot, counsellor, fault, meaning):
    bot.fail("sendMessage", fault, times=1)

    with pytest.raises(meaning):
        channel.page(str(counsellor.id), PAGE)


def test_a_chat_that_had_enough_pages_gives_them_back_and_another_chat_is_served(channel, bot):
    chats = bot.user(701), bot.user(702)
    for _ in range(3):
        channel.page("701", PAGE)

    with pytest.raises(RetryLater):
        channel.page("701", PAGE)

    channel.page("702", PAGE)
    assert [len(bot.sent_to(chat.id)) for chat in chats] == [3, 1]
    assert RATES.chat * 60 < 20


# ---------------------------------------------------------------- what a counsellor wrote


def mark(channel, counsellor, state, *, words="in words"):
    channel.mark(str(counsellor.id), message_id=7, state=state, words=words)


def sign(bot, counsellor):
    return bot.reactions.get((counsellor.id, 7))


def test_a_message_carries_one_sign_that_changes_with_its_state(channel, bot, counsellor):
    mark(channel, counsellor, OutboundState.PENDING)
    assert sign(bot, counsellor) == "👀"

    mark(channel, counsellor, OutboundState.SENT)
    assert sign(bot, counsellor) == "👌"
    assert bot.sent_to(counsellor.id) == []


def test_what_did_not_arrive_is_said_in_words_too_and_quotes_the_message(channel, bot, counsellor):
    mark(channel, counsellor, OutboundState.REFUSED, words="Not delivered.")

    assert sign(bot, counsellor) == "👎"
    assert bot.texts_to(counsellor.id) == ["Not delivered."]
    [call] = [one for one in bot.calls_of("sendMessage") if one.params["text"] == "Not delivered."]
    assert call.params["reply_parameters"]["message_id"] == 7


@pytest.mark.parametrize("how", ["refused", "missing"])
def test_where_there_are_no_signs_the_last_word_is_said_and_no_other(
    settings, bot, loop, counsellor, how
):
    channel = telegram_channel(settings, redis_url=None, loop=loop)
    if how == "missing":
        bot.missing.add("setMessageReaction")
    else:
        bot.fail("setMessageReaction", Fault(400, "Bad Request: REACTION_INVALID"), times=2)

    mark(channel, counsellor, OutboundState.PENDING, words="Not yet.")
    mark(channel, counsellor, OutboundState.SENT, words="Delivered.")

    bot.missing.clear()
    channel.close()
    assert bot.texts_to(counsellor.id) == ["Delivered."]


def test_a_sign_that_telegram_puts_off_comes_back(channel, bot, counsellor):
    bot.fail("setMessageReaction", TooMany(4))

    with pytest.raises(RetryLater):
        mark(channel, counsellor, OutboundState.SENT)


# ---------------------------------------------------------------- which channels there are


def test_nothing_set_up_leaves_robots_of_persons_and_no_address_of_all(loop):
    channels = make_channels(Settings(_env_file=None), redis_url=None, loop=loop)

    assert channels.campus_wide == ()
    assert {kind for kind in ChannelKind if channels.get(kind)} == {ChannelKind.WECOM}


def test_everything_set_up_is_there_and_tells_its_addresses_of_all(loop):
    settings = Settings(_env_file=None, **everything())
    channels = make_channels(settings, redis_url=None, loop=loop)

    channels.close()
    assert all(channels.get(kind) is not None for kind in ChannelKind)
    assert dict(channels.campus_wide) == {
        ChannelKind.TELEGRAM: "-1001",
        ChannelKind.WECOM: "a-made-up-key",
        ChannelKind.EMAIL: "duty@example.edu",
        ChannelKind.WEBHOOK: "https://example.edu/page",
    }


def test_a_process_that_does_not_send_knows_of_the_channels_and_has_none():
    channels = silent_channels(Settings(_env_file=None, **everything()))

    assert len(channels.campus_wide) == 4
    assert [kind for kind in ChannelKind if channels.get(kind) is not None] == []


def test_nobody_loads_a_client_to_learn_which_channels_there_are():
    script = (
        "import sys, infra.pagers; "
        "print({'telegram', 'httpx', 'smtplib'} & set(sys.modules) or 'none')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "none"


def everything():
    return {
        "staff_telegram_token": TOKEN,
        "staff_telegram_chat": "-1001",
        "smtp_host": "mail.example.edu",
        "smtp_from": "nuanyu@example.edu",
        "staff_email": "duty@example.edu",
        "staff_webhook_url": "https://example.edu/page",
        "staff_webhook_secret": "a-long-made-up-word-31415",
        "staff_wecom_key": "a-made-up-key",
        "wecom_corp_id": "ww0123456789abcdef",
        "wecom_agent_id": 1000002,
        "wecom_secret": "a-made-up-secret",
    }
