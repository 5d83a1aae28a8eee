"""Relays in the store: one open per student, lines in order, delivery told on both sides."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from companion.campus import Campus
from companion.errors import UnknownRow
from companion.language import Language
from companion.messages import OutboundKind, OutboundState
from companion.risk import Level, Verdict
from companion.staff.cases import Outcome
from companion.staff.people import Role
from companion.store import Draft
from companion.store.relays import RelayedState, Through, chat_key
from tests.store.conftest import NOW, SOON


@pytest.fixture
def held(store, arrive):
    """A case with a counsellor who holds the talk; returns (case, staff, relay)."""
    message = arrive("救救我")
    with store.transaction() as tx:
        staff = tx.members.add(
            login="li", name="李老师", role=Role.COUNSELLOR, language=Language.ZH, now=NOW
        )
        case_id, _ = tx.cases.record(
            message.student_id,
            message_id=message.id,
            verdict=Verdict(level=Level.HIGH),
            asked_for=False,
            may_page=True,
            now=NOW,
        )
        relay = tx.relays.open(
            case_id,
            student_id=message.student_id,
            staff_id=staff.id,
            through=Through.TELEGRAM,
            now=NOW,
        )
        return tx.cases.get(case_id), staff, relay


def owe(store, arrive, relay, text="在吗", *, at=NOW):
    message = arrive(text, at=at)
    with store.transaction() as tx:
        return tx.relays.add(relay.id, message.id, now=at)


def test_a_student_has_one_open_relay_at_most(store, held):
    case, staff, relay = held

    with store.transaction() as tx:
        again = tx.relays.open(
            case.id, student_id=case.student_id, staff_id=staff.id, through=Through.DESK, now=NOW
        )
        assert again is None
        assert tx.relays.open_of(case.student_id) == relay
        assert tx.relays.close(relay.id, now=SOON) is True
        assert tx.relays.close(relay.id, now=SOON) is False
        assert tx.relays.open_of(case.student_id) is None
        assert tx.relays.get(relay.id).closed_at == SOON
        opened = tx.relays.open(
            case.id, student_id=case.student_id, staff_id=staff.id, through=Through.DESK, now=SOON
        )
        assert [one.id for one in tx.relays.of_case(case.id)] == [relay.id, opened.id]
        assert tx.relays.of_staff(staff.id) == [opened]
        assert tx.relays.lately(case.student_id, after=SOON) == [opened]


def test_a_closed_case_takes_no_relay(store, held):
    case, staff, relay = held
    with store.transaction() as tx:
        tx.relays.close(relay.id, now=NOW)
        tx.cases.close(case.id, outcome=Outcome.UNREACHED, staff_id=staff.id, now=NOW)

    with store.transaction() as tx:
        opened = tx.relays.open(
            case.id, student_id=case.student_id, staff_id=staff.id, through=Through.DESK, now=NOW
        )
        assert opened is None


def test_lines_go_one_by_one_and_in_order(store, arrive, held):
    _, _, relay = held
    first, second = owe(store, arrive, relay), owe(store, arrive, relay)
    until = NOW + timedelta(seconds=30)

    with store.transaction() as tx:
        assert tx.relays.next_owed(relay.id) == first
        assert tx.relays.claim(second, now=NOW, until=until) is None
        claimed = tx.relays.claim(first, now=NOW, until=until)
        assert (claimed.state, claimed.attempts) == (RelayedState.SENDING, 1)
        assert tx.relays.claim(first, now=NOW, until=until) is None
        assert tx.relays.claim(second, now=NOW, until=until) is None
        assert tx.relays.settle(first, RelayedState.SENT, reason=None, now=NOW) is True
        assert tx.relays.settle(first, RelayedState.FAILED, reason="late", now=NOW) is False
        assert tx.relays.claim(second, now=NOW, until=until) is not None


def test_a_line_is_owed_once(store, arrive, held):
    _, _, relay = held
    message = arrive("在吗")

    with store.transaction() as tx:
        assert tx.relays.add(relay.id, message.id, now=NOW) is not None
        assert tx.relays.add(relay.id, message.id, now=NOW) is None


def test_the_sweeper_finds_lines_for_a_chat_and_leaves_the_desk_alone(store, arrive, held):
    _, _, relay = held
    line = owe(store, arrive, relay)
    later = NOW + timedelta(minutes=1)

    with store.transaction() as tx:
        found = tx.relays.unfinished(before=later, now=later, limit=9)
        assert found == [line]
        tx.relays.claim(line, now=later, until=later + timedelta(seconds=30))
        assert tx.relays.unfinished(before=later, now=later, limit=9) == []
        much_later = later + timedelta(minutes=1)
        assert tx.relays.unfinished(before=much_later, now=much_later, limit=9) == [line]
        tx.relays.move(relay.id, Through.DESK)
        assert tx.relays.unfinished(before=much_later, now=much_later, limit=9) == []


def test_what_the_desk_showed_counts_as_sent(store, arrive, held):
    _, _, relay = held
    owe(store, arrive, relay, "一")
    owe(store, arrive, relay, "二")

    with store.transaction() as tx:
        lines = tx.relays.lines(relay.id)
        assert tx.relays.shown(relay.id, up_to=lines[0].seq, now=NOW) == 1
        assert [line.state for line in tx.relays.lines(relay.id)] == ["sent", "owed"]
        assert tx.relays.shown(relay.id, up_to=lines[1].seq, now=NOW) == 1
        assert tx.relays.shown(relay.id, up_to=lines[1].seq, now=NOW) == 0


def test_both_sides_are_read_in_order(store, arrive, held):
    case, _, relay = held
    owe(store, arrive, relay, "在吗")
    with store.transaction() as tx:
        account = tx.students.latest_account(case.student_id)
        said = Draft(kind=OutboundKind.RELAY, text="我在", dedupe=f"relay:say:{relay.id}:{uuid4()}")
        tx.outbound.add(account, said, now=NOW)
        tx.outbound.add(
            account, Draft(kind=OutboundKind.NOTICE, text="别的", dedupe="other"), now=NOW
        )
    owe(store, arrive, relay, "谢谢")

    with store.reading() as tx:
        lines = tx.relays.lines(relay.id)
        assert [(line.is_students, line.text, line.state) for line in lines] == [
            (True, "在吗", "owed"),
            (False, "我在", "pending"),
            (True, "谢谢", "owed"),
        ]
        assert [line.text for line in tx.relays.lines(relay.id, after=lines[1].seq)] == ["谢谢"]


def test_a_relay_is_idle_while_the_student_waits_for_an_answer(store, arrive, held):
    case, _, relay = held
    with store.transaction() as tx:
        assert tx.relays.idle(before=SOON, limit=9) == []
    owe(store, arrive, relay, at=NOW)
    owe(store, arrive, relay, at=SOON)

    with store.transaction() as tx:
        assert tx.relays.idle(before=NOW, limit=9) == []
        assert tx.relays.idle(before=SOON, limit=9) == [(relay, NOW)]
        account = tx.students.latest_account(case.student_id)
        said = Draft(kind=OutboundKind.RELAY, text="我在", dedupe=f"relay:say:{relay.id}:1")
        tx.outbound.add(account, said, now=SOON)
        assert tx.relays.idle(before=SOON + timedelta(hours=1), limit=9) == []


def test_erasing_everything_ends_the_relay(store, arrive, held):
    case, _, relay = held
    line = owe(store, arrive, relay)

    with store.transaction() as tx:
        tx.students.erase(case.student_id, code="X", campus=Campus(), now=SOON)

    with store.reading() as tx:
        assert tx.relays.open_of(case.student_id) is None
        with pytest.raises(UnknownRow):
            tx.relays.relayed(line)


def test_a_message_written_in_a_chat_tells_where_and_what_became_of_it(store, held):
    case, _, relay = held
    way = uuid4()
    in_chat = said(store, case, f"relay:say:{relay.id}:{chat_key(way, 77)}")
    at_desk = said(store, case, f"relay:say:{relay.id}:{uuid4()}")
    announced = said(store, case, f"relay:opened:{relay.id}")

    with store.reading() as tx:
        written = tx.relays.written(in_chat)
        assert (written.relay_id, written.channel_id, written.message_id) == (relay.id, way, 77)
        assert (written.state, written.reason, written.at) == (OutboundState.PENDING, None, NOW)
        assert tx.relays.written(at_desk) is None
        assert tx.relays.written(announced) is None
        with pytest.raises(UnknownRow):
            tx.relays.written(uuid4())


def said(store, case, dedupe):
    draft = Draft(kind=OutboundKind.RELAY, text="我在", dedupe=dedupe)
    with store.transaction() as tx:
        return tx.outbound.add(tx.students.latest_account(case.student_id), draft, now=NOW).id
