"""Telegram's webhook: who may knock, what is taken in, what is answered."""

from __future__ import annotations

import httpx
import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from bot.telegram.client import telegram_bot
from bot.telegram.greeted import GreetedGroups
from bot.telegram.register import ALLOWED_UPDATES, register
from bot.telegram.webhook import BODY_LIMIT, HEADER, PATH, TelegramWebhook
from companion.language import Language
from companion.messages import Choice, InboundKind
from infra.senders.loop import LoopThread
from tests.fakes.botapi import TOKEN, FakeBotApi, Fault, TooMany
from tests.fakes.redis_server import redis_server
from tests.fakes.telegram_edge import (
    SECRET,
    RecordingIntake,
    serving,
    telegram_sender_to,
    webhook_app,
)

MARKER = "a-word-no-log-may-hold"
UPDATE = {
    "update_id": 5,
    "message": {
        "message_id": 1,
        "date": 1_700_000_000,
        "chat": {"id": 7, "type": "private"},
        "from": {"id": 7, "is_bot": False, "first_name": "A"},
        "text": MARKER,
    },
}


@pytest.fixture
def intake():
    return RecordingIntake()


@pytest.fixture
def address(intake):
    with serving(webhook_app(intake)) as url:
        yield url + PATH


@pytest.fixture
def loop():
    thread = LoopThread()
    yield thread
    thread.close()


def post(address, *, secret=SECRET, **body):
    headers = {HEADER: secret} if secret is not None else {}
    return httpx.post(address, headers=headers, **body)


def test_a_webhook_without_a_secret_does_not_exist(intake):
    with pytest.raises(ValueError, match="without a secret"):
        TelegramWebhook(intake, secret="", greeted=GreetedGroups(secret=SECRET))


@pytest.mark.parametrize(
    ("secret", "body", "status"),
    [
        pytest.param(None, {"json": UPDATE}, 403, id="no secret"),
        pytest.param("wrong", {"json": UPDATE}, 403, id="wrong secret"),
        pytest.param("", {"json": UPDATE}, 403, id="empty secret"),
        pytest.param("wrong", {"content": b"{"}, 403, id="a stranger's body is not even read"),
        pytest.param(SECRET, {"content": b"x" * (BODY_LIMIT + 1)}, 413, id="too large"),
        pytest.param(
            SECRET, {"content": iter([b"x" * BODY_LIMIT, b"x"])}, 413, id="too large, undeclared"
        ),
        pytest.param(SECRET, {"content": b"{"}, 400, id="not JSON"),
        pytest.param(SECRET, {"content": b"\xff\xfe"}, 400, id="not text"),
        pytest.param(SECRET, {"content": b"[" * 100_000}, 400, id="nested without end"),
        pytest.param(SECRET, {"content": b""}, 400, id="nothing"),
        pytest.param(SECRET, {"json": []}, 400, id="a list"),
        pytest.param(SECRET, {"json": {"hello": 1}}, 400, id="not an update"),
        pytest.param(SECRET, {"json": {"update_id": "5"}}, 400, id="an update's id is a number"),
        pytest.param(
            SECRET, {"json": {"update_id": 5, "message": {}}}, 400, id="a message without a chat"
        ),
    ],
)
def test_what_is_no_update_of_telegram_is_refused_and_kept_nowhere(
    address, intake, secret, body, status
):
    with capture_logs() as logs:
        answer = post(address, secret=secret, **body)

    assert answer.status_code == status
    assert intake.calls == 0
    assert logs == [{"event": "telegram_webhook_refused", "status": status, "log_level": "warning"}]


def test_a_text_is_committed_before_telegram_hears_200(address, intake):
    with capture_logs() as logs:
        answer = post(address, json=UPDATE)

    assert (answer.status_code, answer.content) == (200, b"")
    assert intake.texts == [MARKER]
    assert MARKER not in str(logs)


def test_telegram_repeats_what_the_database_could_not_take(address, intake):
    intake.away = 1

    assert post(address, json=UPDATE).status_code == 503
    assert post(address, json=UPDATE).status_code == 200
    assert intake.texts == [MARKER]


def test_a_kind_of_update_we_do_not_know_is_accepted_and_only_its_kind_is_logged(address, intake):
    with capture_logs() as logs:
        answer = post(address, json={"update_id": 6, "brand_new_thing": {"text": MARKER}})
        other = post(
            address,
            json={
                "update_id": 7,
                "poll_answer": {"poll_id": "1", "option_ids": [], "option_persistent_ids": []},
            },
        )

    assert (answer.status_code, other.status_code, intake.calls) == (200, 200, 0)
    assert [line["kind"] for line in logs] == ["brand_new_thing", "poll_answer"]
    assert MARKER not in str(logs)


def test_a_change_of_the_bot_api_does_not_cost_a_text(address, intake):
    """aiogram refuses the whole update when one field has a new shape; the words still count."""
    changed = UPDATE["message"] | {"forward_origin": {"type": "from_the_future"}, "entities": "new"}

    answer = post(address, json={"update_id": 8, "message": changed})

    assert (answer.status_code, intake.texts) == (200, [MARKER])


def test_when_the_queue_is_away_the_card_is_the_answer_itself(address, intake):
    intake.card = (
        "请现在拨打 120。",
        (Choice("我很安全", "safe"), Choice("拨打 120", "call", url="tel:120")),
    )

    answer = post(address, json=UPDATE).json()

    assert answer == {
        "method": "sendMessage",
        "chat_id": "7",
        "text": "请现在拨打 120。",
        "link_preview_options": {"is_disabled": True},
        "reply_markup": {"inline_keyboard": [[{"text": "我很安全", "callback_data": "safe"}]]},
    }


# ---------------------------------------------------------------- with a Bot API server


@pytest.fixture
def api():
    with FakeBotApi() as server:
        yield server


@pytest.fixture
def bot(api):
    return api.bot(TOKEN)


def registered(api, loop, public_url, **more):
    async def once():
        client = telegram_bot(TOKEN, api_url=api.url)
        try:
            return await register(
                client,
                public_url=public_url,
                secret=SECRET,
                languages=[Language.ZH, Language.EN],
                **more,
            )
        finally:
            await client.session.close()

    return loop.run(once(), timeout=20)


def test_a_student_is_heard_and_answered(api, bot, address, intake, loop):
    assert registered(api, loop, address.removesuffix(PATH) + "/")
    student = bot.user(language="en-GB")
    with telegram_sender_to(api.url, token=TOKEN) as sender:
        intake.echo, intake.choices = sender, [Choice("Yes", "yes")]

        student.says("I can't sleep")
        bot.wait_for(lambda: bot.sent_to(student.id))
        student.presses(bot.sent_to(student.id)[0], "Yes")
        bot.wait_for(lambda: len(bot.sent_to(student.id)) == 2)

    assert bot.texts_to(student.id) == ["you said I can't sleep", "you said yes"]
    assert [(inbound.kind, inbound.language) for inbound in intake.got] == [
        (InboundKind.TEXT, Language.EN),
        (InboundKind.CHOICE, Language.EN),
    ]
    bot.wait_for(lambda: not bot.open_queries)
    assert {delivery.status for delivery in bot.deliveries} == {200}


def test_the_same_update_five_times_is_one_message(api, bot, address, intake, loop):
    registered(api, loop, address.removesuffix(PATH))
    student = bot.user()
    student.says("hi")
    bot.wait_for(lambda: bot.deliveries)

    bot.delivers_again(bot.deliveries[0].update_id, times=4)
    bot.wait_for(lambda: len(bot.deliveries) == 5)

    assert intake.texts == ["hi"]


def test_what_was_written_while_the_database_was_away_arrives_in_order(
    api, bot, address, intake, loop
):
    registered(api, loop, address.removesuffix(PATH))
    student = bot.user()
    intake.away = 3

    for text in ("one", "two", "three"):
        student.says(text)
    bot.wait_for(lambda: len(intake.got) == 3)

    assert intake.texts == ["one", "two", "three"]


def test_blocking_and_unblocking_changes_whether_a_student_can_be_reached(
    api, bot, address, intake, loop
):
    registered(api, loop, address.removesuffix(PATH))
    student = bot.user()

    student.blocks()
    student.unblocks()
    bot.wait_for(lambda: len(intake.reached) == 2)

    assert intake.reached == [(str(student.id), False), (str(student.id), True)]


def test_a_group_is_told_once_that_we_talk_in_private(api, bot, address, intake, loop):
    registered(api, loop, address.removesuffix(PATH))
    group, student = bot.group(), bot.user(language="en")

    group.adds_bot(student)
    group.hears(student, "/start")
    group.hears(student, "hello?")
    bot.wait_for(lambda: len(bot.deliveries) == 3)

    [greeting] = bot.texts_to(group.id)
    assert "private" in greeting
    assert intake.got == []


def test_the_card_in_the_answer_reaches_the_student(api, bot, address, intake, loop):
    registered(api, loop, address.removesuffix(PATH))
    student = bot.user()
    intake.card = ("请现在拨打 120。", ())

    student.says("…")
    bot.wait_for(lambda: bot.sent_to(student.id))

    assert bot.texts_to(student.id) == ["请现在拨打 120。"]


def test_it_registers_its_webhook_and_its_menu_by_itself(api, bot, loop):
    assert registered(api, loop, "https://nuanyu.example.edu")

    hook = bot.calls_of("setWebhook")[0].params
    assert hook["url"] == "https://nuanyu.example.edu/telegram/webhook"
    assert hook["secret_token"] == SECRET
    assert hook["allowed_updates"] == ALLOWED_UPDATES
    assert not hook.get("drop_pending_updates")
    menus = {
        language: menu
        for (scope, language), menu in bot.commands.items()
        if scope == "all_private_chats"
    }
    assert set(menus) == {None, "zh", "en"}
    assert menus[None] == menus["zh"] != menus["en"]
    assert [entry["command"] for entry in menus["en"]] == [
        "start",
        "help",
        "sos",
        "human",
        "mood",
        "exercise",
        "suggest",
        "week",
        "journal",
        "scale",
        "remind",
        "learn",
        "game",
        "plan",
        "language",
        "pause",
        "stop",
        "memory",
        "privacy",
        "contact",
        "object",
        "export",
        "delete",
    ]


def test_registration_waits_until_telegram_is_back(api, bot, loop):
    naps = []

    async def nap(seconds):
        naps.append(seconds)

    bot.fail("setWebhook", Fault(500), times=2)
    bot.fail("setWebhook", TooMany(retry_after=9))
    bot.fail("setMyCommands", Fault(502), times=1)

    assert registered(api, loop, "https://nuanyu.example.edu", sleep=nap)
    assert naps == [1, 2, 9, 1]


def test_a_refused_address_is_one_clear_line_and_no_crash(api, bot, loop):
    with capture_logs() as logs:
        assert not registered(api, loop, "http://nuanyu.example.edu")

    [line] = logs
    assert (line["event"], line["what"]) == ("telegram_refused", "webhook")
    assert "HTTPS" in line["reason"]


# ---------------------------------------------------------------- groups


def test_a_group_is_greeted_once_by_all_processes_together(loop):
    with redis_server() as server:

        async def two_processes():
            redis = Redis.from_url(server.url)
            both = [GreetedGroups(secret=SECRET, redis=redis) for _ in range(2)]
            asked = [
                await each.first_time(chat) for each in both for chat in ("-100", "-100", "-200")
            ]
            await redis.aclose()
            return asked

        assert loop.run(two_processes(), timeout=10) == [True, False, True, False, False, False]
        seen = server.keys()
        assert seen
        assert not any("100" in key.removeprefix("nuanyu:greeted:")[:4] for key in seen)


def test_without_redis_a_group_is_greeted_once_by_this_process(loop):
    async def asked():
        redis = Redis.from_url("unix:///nowhere/redis.sock")
        groups = GreetedGroups(secret=SECRET, redis=redis)
        answers = [await groups.first_time("-100") for _ in range(3)]
        await redis.aclose()
        return answers

    assert loop.run(asked(), timeout=10) == [True, False, False]
