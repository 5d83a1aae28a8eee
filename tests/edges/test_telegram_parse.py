"""What each kind of update means to us."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.telegram.parse import GroupGreeting, Ignored, ReachChanged, kind_of, parse
from bot.telegram.read import NotAnUpdate, read_update, update_from
from companion.language import Language
from companion.messages import Inbound, InboundKind, Platform

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SENT = int(NOW.timestamp()) - 60
STUDENT = {"id": 7, "is_bot": False, "first_name": "A", "language_code": "zh-hans"}
PRIVATE = {"id": 7, "type": "private", "first_name": "A"}
GROUP = {"id": -100, "type": "supergroup", "title": "Class"}
ME = {"id": 1, "is_bot": True, "first_name": "Nuanyu"}
FILE = {"file_id": "f", "file_unique_id": "u"}
PICTURE = FILE | {"width": 9, "height": 9}


def message(**content):
    return {"message_id": 3, "date": SENT, "chat": PRIVATE, "from": STUDENT} | content


def meaning(**update):
    return parse(update_from({"update_id": 5, **update}), now=NOW)


@pytest.mark.parametrize(
    ("content", "kind", "text"),
    [
        pytest.param({"text": "我睡不着"}, InboundKind.TEXT, "我睡不着", id="text"),
        pytest.param(
            {"text": "/start from_poster"},
            InboundKind.TEXT,
            "/start from_poster",
            id="command with payload",
        ),
        pytest.param(
            {
                "text": "hi",
                "forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "B"},
            },
            InboundKind.TEXT,
            "hi",
            id="forwarded",
        ),
        pytest.param(
            {
                "sticker": PICTURE
                | {"type": "regular", "is_animated": False, "is_video": False, "emoji": "😢"}
            },
            InboundKind.STICKER,
            "😢",
            id="sticker",
        ),
        pytest.param(
            {"sticker": PICTURE | {"type": "regular", "is_animated": False, "is_video": False}},
            InboundKind.STICKER,
            "",
            id="sticker without emoji",
        ),
        pytest.param(
            {"photo": [PICTURE], "caption": "看"}, InboundKind.PHOTO, "看", id="photo with words"
        ),
        pytest.param({"photo": [PICTURE]}, InboundKind.PHOTO, "", id="photo"),
        pytest.param(
            {"video": PICTURE | {"duration": 1}, "caption": "看"},
            InboundKind.PHOTO,
            "看",
            id="video",
        ),
        pytest.param(
            {"video_note": FILE | {"length": 1, "duration": 1}},
            InboundKind.PHOTO,
            "",
            id="round video",
        ),
        pytest.param(
            {"animation": PICTURE | {"duration": 1}, "document": FILE},
            InboundKind.PHOTO,
            "",
            id="moving picture",
        ),
        pytest.param({"voice": FILE | {"duration": 1}}, InboundKind.VOICE, "", id="voice"),
        pytest.param(
            {"audio": FILE | {"duration": 1}, "caption": "听"}, InboundKind.VOICE, "听", id="audio"
        ),
        pytest.param(
            {"document": FILE, "caption": "遗书"}, InboundKind.OTHER, "遗书", id="file with words"
        ),
        pytest.param(
            {"location": {"latitude": 1, "longitude": 1}}, InboundKind.OTHER, "", id="place"
        ),
        pytest.param(
            {"contact": {"phone_number": "1", "first_name": "B"}},
            InboundKind.OTHER,
            "",
            id="contact",
        ),
        pytest.param({"dice": {"emoji": "🎲", "value": 3}}, InboundKind.OTHER, "", id="dice"),
        pytest.param(
            {
                "poll": {
                    "id": "1",
                    "question": "活着还是不活",
                    "options": [{"persistent_id": "1", "text": "不活", "voter_count": 0}],
                    "total_voter_count": 0,
                    "is_closed": False,
                    "is_anonymous": True,
                    "type": "regular",
                    "allows_multiple_answers": False,
                    "allows_revoting": False,
                    "members_only": False,
                }
            },
            InboundKind.OTHER,
            "活着还是不活\n不活",
            id="the words of a poll are screened as well",
        ),
        pytest.param(
            {"checklist": {"title": "最后的事", "tasks": [{"id": 1, "text": "告别"}]}},
            InboundKind.OTHER,
            "最后的事\n告别",
            id="and of a list",
        ),
        pytest.param(
            {
                "rich_message": {
                    "blocks": [
                        {"type": "paragraph", "text": "我撑不住了"},
                        {"type": "paragraph", "text": ["真的", {"type": "bold", "text": "累"}]},
                    ]
                }
            },
            InboundKind.TEXT,
            "我撑不住了\n真的\n累",
            id="rich text",
        ),
        pytest.param({"something_new": {}}, InboundKind.OTHER, "", id="newer than our library"),
    ],
)
def test_what_a_student_sends_in_private_is_taken_in(content, kind, text):
    assert meaning(message=message(**content)) == Inbound(
        platform=Platform.TELEGRAM,
        platform_id="5",
        sender="7",
        address="7",
        kind=kind,
        text=text,
        language=Language.ZH,
        sent_at=datetime.fromtimestamp(SENT, UTC),
    )


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("zh", Language.ZH),
        ("zh-Hant", Language.ZH),
        ("en", Language.EN),
        ("en-GB", Language.EN),
        ("de", None),
        (None, None),
    ],
)
def test_the_language_of_a_students_telegram_is_a_guess(code, language):
    inbound = meaning(message=message(text="hi", **{"from": STUDENT | {"language_code": code}}))

    assert inbound.language is language


def test_a_changed_text_is_a_new_thing_of_its_own():
    inbound = meaning(edited_message=message(text="我改了", edit_date=SENT + 30))

    assert (inbound.kind, inbound.platform_id, inbound.text) == (
        InboundKind.EDIT,
        "edit:5",
        "我改了",
    )
    assert inbound.sent_at == datetime.fromtimestamp(SENT + 30, UTC)


def test_a_pressed_button_is_a_choice():
    inbound = meaning(
        callback_query={
            "id": "q",
            "from": STUDENT,
            "chat_instance": "1",
            "data": "yes",
            "message": message(text="?"),
        }
    )

    assert (inbound.kind, inbound.text, inbound.address, inbound.sent_at) == (
        InboundKind.CHOICE,
        "yes",
        "7",
        NOW,
    )


def test_a_button_of_an_old_message_works_as_well():
    old = {"message_id": 3, "date": 0, "chat": PRIVATE}

    inbound = meaning(
        callback_query={
            "id": "q",
            "from": STUDENT,
            "chat_instance": "1",
            "data": "yes",
            "message": old,
        }
    )

    assert (inbound.kind, inbound.text) == (InboundKind.CHOICE, "yes")


def test_no_message_comes_from_the_future():
    assert meaning(message=message(text="hi", date=SENT + 9999)).sent_at == NOW


@pytest.mark.parametrize(("status", "reachable"), [("kicked", False), ("member", True)])
def test_blocking_and_unblocking_is_a_change_of_reach(status, reachable):
    until = {"until_date": 0} if status == "kicked" else {}
    change = {
        "chat": PRIVATE,
        "from": STUDENT,
        "date": SENT,
        "old_chat_member": {"user": ME, "status": "member"},
        "new_chat_member": {"user": ME, "status": status} | until,
    }

    assert meaning(my_chat_member=change) == ReachChanged("7", reachable=reachable)


def test_being_added_to_a_group_or_addressed_there_calls_for_a_greeting():
    change = {
        "chat": GROUP,
        "from": STUDENT,
        "date": SENT,
        "old_chat_member": {"user": ME, "status": "left"},
        "new_chat_member": {"user": ME, "status": "member"},
    }

    assert meaning(my_chat_member=change) == GroupGreeting("-100", Language.ZH)
    assert meaning(message=message(chat=GROUP, text="/start@nuanyu_bot")) == GroupGreeting(
        "-100", Language.ZH
    )


@pytest.mark.parametrize(
    ("update", "kind"),
    [
        pytest.param(
            {"message": message(chat=GROUP, left_chat_member=ME)},
            "message.left_chat_member",
            id="leaving a group",
        ),
        pytest.param(
            {"message": message(pinned_message=message(text="hi"))},
            "message.pinned_message",
            id="something pinned",
        ),
        pytest.param(
            {"message": message(text="hi", **{"from": ME})}, "message.not_private", id="another bot"
        ),
        pytest.param(
            {"message": message(text="hi", chat={"id": -1, "type": "channel"})},
            "message.not_private",
            id="a channel",
        ),
        pytest.param(
            {"edited_message": message(chat=GROUP, text="hi")},
            "edited_message",
            id="an edit in a group",
        ),
        pytest.param(
            {"edited_message": message(location={"latitude": 1, "longitude": 1})},
            "edited_message",
            id="a moving place",
        ),
        pytest.param(
            {"callback_query": {"id": "q", "from": STUDENT, "chat_instance": "1", "data": "x"}},
            "callback_query",
            id="a button without a message",
        ),
        pytest.param(
            {
                "callback_query": {
                    "id": "q",
                    "from": STUDENT,
                    "chat_instance": "1",
                    "data": "x",
                    "message": message(chat=GROUP, text="?"),
                }
            },
            "callback_query",
            id="a button in a group",
        ),
        pytest.param(
            {"inline_query": {"id": "1", "from": STUDENT, "query": "words", "offset": ""}},
            "inline_query",
            id="inline",
        ),
        pytest.param({"channel_post": message(text="hi")}, "channel_post", id="channel post"),
        pytest.param({}, "unknown", id="nothing"),
    ],
)
def test_everything_else_is_ignored_by_its_kind_alone(update, kind):
    assert meaning(**update) == Ignored(kind)


def test_leaving_a_group_is_nothing_to_us():
    change = {
        "chat": GROUP,
        "from": STUDENT,
        "date": SENT,
        "old_chat_member": {"user": ME, "status": "member"},
        "new_chat_member": {"user": ME, "status": "left"},
    }

    assert meaning(my_chat_member=change) == Ignored("my_chat_member")


def test_no_word_and_no_identity_shows_in_a_repr():
    shown = repr(
        [
            meaning(message=message(text="secret words")),
            ReachChanged("7654321", reachable=True),
            GroupGreeting("-7654321", None),
        ]
    )

    assert "secret" not in shown
    assert "7654321" not in shown


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"5", b'"x"', b"{}", b'{"update_id": true}', b'{"update_id": "5"}']
)
def test_what_is_no_update_is_told_apart_without_quoting_it(body):
    with pytest.raises(NotAnUpdate) as error:
        read_update(body)

    assert error.value.__suppress_context__ or error.value.__context__ is None
    assert str(error.value) == ""


@pytest.mark.parametrize("kind", ["message", "edited_message"])
def test_words_survive_a_field_that_changed_its_shape(kind):
    raw = message(
        text="听我说", reply_markup="new", edit_date=SENT, chat=PRIVATE | {"brand_new": {}}
    )

    update = update_from({"update_id": 5, kind: raw, "brand_new": 1})

    assert parse(update, now=NOW).text == "听我说"
    assert kind_of(update) == kind


def test_a_press_survives_a_field_that_changed_its_shape():
    raw = {
        "id": "q",
        "from": STUDENT | {"is_premium": {}},
        "chat_instance": "1",
        "data": "yes",
        "message": message(text="?", entities="new"),
    }

    assert parse(update_from({"update_id": 5, "callback_query": raw}), now=NOW).text == "yes"
