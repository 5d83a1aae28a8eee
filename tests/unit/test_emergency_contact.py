"""The short dialogue about an emergency contact: what is an answer, and what is talk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from companion.dialogue.commands import Command, CommandName
from companion.flows.own_contact import answer_to_contact
from companion.people.contact import PATIENCE, Details, EmergencyContact, Relation, Step

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def asked(**answered):
    return EmergencyContact(
        student_id=UUID(int=1),
        consent_at=NOW,
        draft=Details(**answered),
        asked_at=NOW,
    )


NAME = {"relation": Relation.PARENT}
REACH = NAME | {"name": "张敏"}
CALLED = REACH | {"reach": "555 0142 000"}


def heard(contact, text, *, after=timedelta(minutes=1)):
    command = answer_to_contact(contact, text, now=NOW + after)
    return command.argument if command else None


def test_the_questions_come_in_order_and_end():
    assert Details().next_step is Step.RELATION
    assert Details(**NAME).next_step is Step.NAME
    assert Details(**REACH).next_step is Step.REACH
    assert Details(**CALLED).next_step is Step.CALLED
    assert Details(**CALLED, called="小雨").next_step is None


@pytest.mark.parametrize(
    ("step", "text", "expected"),
    [
        ({}, "妈妈", "answer parent"),
        ({}, "Friend", "answer friend"),
        ({}, "今天好累", None),
        (NAME, "张敏", "answer 张敏"),
        (NAME, "Ann Lee", "answer Ann Lee"),
        (NAME, "我不知道写谁", None),
        (NAME, "I can't do this", None),
        (NAME, "好累啊，什么都不想做", None),
        (REACH, "555 0142 000", "answer 555 0142 000"),
        (REACH, "他电话是 5550142000", "answer 他电话是 5550142000"),
        (REACH, "someone@example.com", "answer someone@example.com"),
        (REACH, "55501", "answer 55501"),
        (REACH, "今天好累", None),
        (CALLED, "小雨", "answer 小雨"),
    ],
)
def test_what_answers_a_question_and_what_is_talk(step, text, expected):
    assert heard(asked(**step), text) == expected


@pytest.mark.parametrize("text", ["算了", "取消", "cancel", "Never mind"])
def test_the_questions_end_with_a_word(text):
    assert heard(asked(**NAME), text) == "cancel"


def test_nothing_is_waited_for_for_ever_and_nothing_without_a_question():
    assert heard(asked(**NAME), "张敏", after=PATIENCE) is None
    assert heard(None, "张敏") is None
    done = EmergencyContact(student_id=UUID(int=1), consent_at=NOW, details=Details(**CALLED))
    assert heard(done, "张敏") is None


@pytest.mark.parametrize("text", ["12", "+", "someone@", "1" * 20])
def test_half_a_number_or_address_is_none(text):
    assert Details(**REACH).answered(text) is None


def test_nothing_of_a_contact_shows_in_a_log():
    details = Details(**CALLED, called="小雨")

    assert not any(word in repr(details) for word in ("张敏", "0142", "小雨"))
    assert "张敏" not in repr(Command(CommandName.CONTACT, "answer 张敏"))
