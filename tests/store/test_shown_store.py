"""What the staff's pages show rings once it is committed, and nothing else does."""

from __future__ import annotations

import pytest

from companion.errors import UnknownRow
from companion.language import Language
from companion.ports import DESK_BELL
from companion.risk import Level, Verdict
from companion.staff.people import Role
from tests.store.conftest import NOW

RUNG = (DESK_BELL, "desk")


def open_case(tx, message):
    return tx.cases.record(
        message.student_id,
        message_id=message.id,
        verdict=Verdict(level=Level.HIGH),
        asked_for=False,
        may_page=True,
        now=NOW,
    )[0]


def test_a_new_case_and_each_change_of_it_ring_at_the_desk(store, bell, arrive):
    message = arrive("救救我")
    bell.rung.clear()

    with store.transaction() as tx:
        case_id = open_case(tx, message)
        assert bell.rung == []
    assert bell.rung == [RUNG]
    with store.transaction() as tx:
        tx.cases.notified(case_id, now=NOW)
    assert bell.rung == [RUNG, RUNG]


def test_what_a_student_says_in_their_own_chat_does_not(store, bell, arrive):
    arrive("你好")

    assert bell.rung == []


def test_neither_reading_nor_what_was_given_up_rings(store, bell, arrive):
    message = arrive("救救我")
    with store.reading() as tx:
        tx.cases.queue()
    with pytest.raises(UnknownRow), store.transaction() as tx:
        tx.relays.get(open_case(tx, message))

    assert bell.rung == []


def test_who_is_on_duty_rings_too(store, bell):
    with store.transaction() as tx:
        tx.members.add(login="li", name="L", role=Role.ADMIN, language=Language.ZH, now=NOW)

    assert bell.rung == [RUNG]
