"""The picture of moods where it is seen: in Telegram as a photo, on the page behind its session."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree as ET

import pytest

from companion.language import Language
from companion.messages import InboundKind
from companion.texts import say
from tests.fakes.botapi import TOKEN, FakeBotApi, Fault
from tests.fakes.ports import RecordedSenders
from tests.fakes.telegram_edge import telegram_sender_to

IDS = itertools.count(900)
_clients = itertools.count(1)


# ------------------------------------------------------------ Telegram


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
def student(campus, api, bot):
    """A student whose messages really go to a Bot API server."""
    user = bot.user(next(IDS))
    campus.onboard(sender=str(user.id))
    with telegram_sender_to(api.url, token=TOKEN) as sender:
        object.__setattr__(campus.services, "senders", RecordedSenders({"telegram": sender}))
        yield user


def says(campus, student, text, kind=InboundKind.TEXT):
    campus.arrives(text, sender=str(student.id), kind=kind)
    campus.run()


def pressed(bot, student):
    rows = bot.sent_to(student.id)[-1]["reply_markup"]["inline_keyboard"]
    return [key["callback_data"] for row in rows for key in row]


def test_a_check_in_and_its_picture_on_the_bot_api(campus, bot, student):
    says(campus, student, "/mood")
    faces = pressed(bot, student)[:5]
    assert all(len(value.encode()) <= 64 for value in pressed(bot, student))

    says(campus, student, faces[3], InboundKind.CHOICE)
    says(campus, student, "/mood chart 7")

    message = bot.sent_to(student.id)[-1]
    [photo] = message["photo"]
    assert photo["file_size"] > 5_000
    assert message["caption"].startswith("近 7 天里记过一次心情")
    assert pressed(bot, student) == [
        "/mood chart 30 light", "/mood chart 90 light", "/mood chart 7 dark",
    ]  # fmt: skip
    [call] = bot.calls_of("sendPhoto")
    assert call.params["photo"].content.startswith(b"\x89PNG")


def test_where_photos_are_not_allowed_the_words_arrive(campus, bot, student):
    bot.fail("sendPhoto", Fault(400, "Bad Request: not enough rights to send photos to the chat"))

    says(campus, student, "/mood chart")

    message = bot.sent_to(student.id)[-1]
    assert "photo" not in message
    assert message["text"] == say("mood_chart.told_none", Language.ZH, span=30)
    assert pressed(bot, student)


# ------------------------------------------------------------ the page


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def post(web, token, text, *, choice=True):
    body = {"text": text, "client_id": f"client-{next(_clients):04}", "choice": choice}
    assert web.client.post("/chat/messages", json=body, headers=bearer(token)).status_code == 202
    web.campus.run()
    answer = web.client.get("/chat/messages", params={"limit": 1}, headers=bearer(token))
    return answer.json()["messages"][-1]


def get(web, token, path):
    return web.client.get(path, headers=bearer(token))


def told(web, token, face):
    question = post(web, token, "/mood")
    return post(web, token, question["choices"][face - 1]["value"])


def test_the_page_shows_moods_as_they_are_now(web):
    token = web.token(language="zh")
    assert say("mood_chart.told_none", Language.ZH, span=30) in get(web, token, "/chat/moods").text
    told(web, token, 4)

    answer = get(web, token, "/chat/moods?days=7")

    assert answer.headers["cache-control"] == "no-store"
    assert "近 7 天里记过一次心情" in answer.json()["html"]
    root = ET.fromstring(answer.json()["svg"])  # noqa: S314 - our own drawing
    assert root.get("viewBox")
    assert get(web, token, "/chat/moods?days=8").status_code == 422


def test_a_picture_in_the_talk_stays_as_it_was_when_it_was_made(web):
    token = web.token(language="en")
    told(web, token, 2)
    line = post(web, token, "/mood chart 30")
    assert line["kind"] == "picture"
    assert not any(choice["value"].endswith("dark") for choice in line["choices"])
    before = get(web, token, f"/chat/pictures/{line['id']}").json()["svg"]

    web.campus.clock.passes(days=1)

    assert "My mood" in before
    assert get(web, token, f"/chat/pictures/{line['id']}").json()["svg"] == before


def test_nobody_else_sees_it(web):
    mine, other = web.token(), web.token()
    line = post(web, mine, "/mood chart")

    assert get(web, other, f"/chat/pictures/{line['id']}").status_code == 404
    assert web.client.get(f"/chat/pictures/{line['id']}").status_code == 401
    assert web.client.get("/chat/moods").status_code == 401


def test_what_is_no_picture_has_none(web):
    token = web.token()
    line = post(web, token, "/help")

    assert get(web, token, f"/chat/pictures/{line['id']}").status_code == 404
    missing = "00000000-0000-4000-8000-00000000abcd"
    assert get(web, token, f"/chat/pictures/{missing}").status_code == 404
