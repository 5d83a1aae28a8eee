"""In and out against npm telegram-test-api, a Bot API server that we did not write."""

from __future__ import annotations

import itertools

import pytest

from bot.telegram.client import telegram_bot
from bot.telegram.register import register
from bot.telegram.webhook import PATH
from companion.language import Language
from companion.messages import Choice, InboundKind
from infra.senders.loop import LoopThread
from tests.fakes.needs import missing
from tests.fakes.telegram_edge import (
    SECRET,
    RecordingIntake,
    polling,
    serving,
    telegram_sender_to,
    webhook_app,
)
from tests.fakes.telegram_test_api import Unavailable, telegram_test_api

pytestmark = pytest.mark.node

TOKENS = (f"{number}:AAA" for number in itertools.count(100))
CHAT = 77


@pytest.fixture(scope="module")
def server():
    try:
        context = telegram_test_api()
        running = context.__enter__()
    except Unavailable as reason:
        missing("node", str(reason))
    yield running
    context.__exit__(None, None, None)


@pytest.fixture
def token():
    return next(TOKENS)


@pytest.fixture
def sender(server, token):
    with telegram_sender_to(server.url, token=token) as sender:
        yield sender


@pytest.fixture
def intake(sender):
    return RecordingIntake(echo=sender, choices=[Choice("好", "yes")])


def talk(server, token, intake):
    """One short talk: a command, a text, a button."""
    server.says(token, chat=CHAT, text="/start poster")
    server.wait_for_texts(token, chat=CHAT)
    server.says(token, chat=CHAT, text="我*很*累")
    server.wait_for_texts(token, chat=CHAT, count=2)
    server.presses(token, chat=CHAT, data="yes")
    return server.wait_for_texts(token, chat=CHAT, count=3)


def heard(intake):
    return [(inbound.kind, inbound.text, inbound.language) for inbound in intake.got]


TALK = [
    (InboundKind.TEXT, "/start poster", Language.ZH),
    (InboundKind.TEXT, "我*很*累", Language.ZH),
    (InboundKind.CHOICE, "yes", Language.ZH),
]


def test_a_talk_by_long_polling(server, token, intake):
    with polling(intake, token=token, api_url=server.url):
        texts = talk(server, token, intake)

    assert texts == ["you said /start poster", "you said 我很累", "you said yes"]
    assert heard(intake) == TALK
    last = server.messages(token, chat=CHAT)[-1]
    assert last["entities"][0]["type"] == "bold"
    assert last["reply_markup"]["inline_keyboard"] == [[{"text": "好", "callback_data": "yes"}]]


def test_a_talk_by_webhook(server, token, intake):
    loop = LoopThread()
    with serving(webhook_app(intake)) as address:
        assert loop.run(_registered(server, token, address), timeout=20)

        texts = talk(server, token, intake)

    loop.close()
    assert texts == ["you said /start poster", "you said 我很累", "you said yes"]
    assert heard(intake) == TALK
    assert server.answered_queries()


def test_a_card_in_the_webhooks_answer_is_shown(server, token):
    intake = RecordingIntake(card=("请现在拨打 120。", (Choice("我很安全", "safe"),)))
    loop = LoopThread()
    with serving(webhook_app(intake)) as address:
        loop.run(_registered(server, token, address), timeout=20)

        server.says(token, chat=CHAT, text="…")

        assert server.wait_for_texts(token, chat=CHAT) == ["请现在拨打 120。"]
    loop.close()


def test_a_file_and_typing_are_taken(server, token, sender):
    sender.show_typing(str(CHAT))

    assert sender.send_file(str(CHAT), name="a.json", content=b"{}", caption="").isdigit()


def test_its_lack_of_drafts_is_noticed_once(server, token, sender):
    for _ in range(2):
        sender.show_draft(str(CHAT), draft=1, text="…")

    assert sender._has_drafts is False


async def _registered(server, token, address):
    bot = telegram_bot(token, api_url=server.url)
    try:
        done = await register(bot, public_url=address, secret=SECRET, languages=[Language.ZH])
        info = await bot.get_webhook_info()
    finally:
        await bot.session.close()
    return done and info.url == address + PATH
