"""What students keep of themselves, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from companion.campus import Campus
from companion.care.entries import EntryKind, EntryState
from companion.care.journal import Page, Written
from companion.messages import OutboundKind
from companion.store import Draft
from infra.store.care_tables import CareEntryRow
from infra.store.tables import InboundRow, OutboundRow
from tests.store.conftest import NOW, SOON


@pytest.fixture
def student_id(store, arrive):
    return arrive(sender="mei").student_id


def test_an_entry_comes_back_as_it_was_kept(store, student_id):
    with store.transaction() as tx:
        kept = tx.care.entries.begin(
            student_id, EntryKind.MOOD, {"face": 4, "line": "今天还行"}, at=NOW, now=SOON
        )

    with store.reading() as tx:
        assert tx.care.entries.running(student_id) == kept
        assert tx.care.entries.find(student_id, kept.code) == kept
        assert tx.care.entries.find(student_id, str(kept.id)) == kept


def test_what_is_kept_is_sealed(store, engine, student_id):
    with store.transaction() as tx:
        tx.care.entries.begin(
            student_id, EntryKind.JOURNAL, {"page": "a made-up page"}, at=NOW, now=NOW
        )

    with engine.connect() as connection:
        body = connection.execute(select(CareEntryRow.body)).scalar_one()
    assert b"made-up" not in body


def test_one_entry_at_most_waits_for_the_student(store, student_id):
    with store.transaction() as tx:
        first = tx.care.entries.begin(student_id, EntryKind.EXERCISE, {}, at=NOW, now=NOW)
        second = tx.care.entries.begin(student_id, EntryKind.SCALE, {}, at=SOON, now=SOON)

    with store.transaction() as tx:
        entries = tx.care.entries
        assert entries.running(student_id) == second
        put_off = entries.find(student_id, first.code)
        assert put_off is not None
        assert put_off.state is EntryState.LATER

        assert entries.put(put_off, state=EntryState.RUNNING, now=SOON + timedelta(seconds=1))

        running = entries.running(student_id)
        assert running is not None
        assert running.id == first.id


def test_of_two_who_change_an_entry_one_wins(store, student_id):
    with store.transaction() as tx:
        seen = tx.care.entries.begin(student_id, EntryKind.GAME, {"round": 1}, at=NOW, now=NOW)

    with store.transaction() as tx:
        assert tx.care.entries.put(seen, body={"round": 2}, now=SOON)
    with store.transaction() as tx:
        assert not tx.care.entries.put(seen, body={"round": 3}, now=SOON)
        running = tx.care.entries.running(student_id)
        assert running is not None
        assert running.body == {"round": 2}


def test_entries_are_read_newest_first_between_two_moments(store, student_id):
    days = [NOW - timedelta(days=back) for back in (3, 1, 2, 40)]
    with store.transaction() as tx:
        for face, at in enumerate(days, start=1):
            tx.care.entries.begin(
                student_id, EntryKind.MOOD, {"face": face}, state=EntryState.DONE, at=at, now=NOW
            )

    with store.reading() as tx:
        found = tx.care.entries.latest(
            student_id, EntryKind.MOOD, after=NOW - timedelta(days=7), before=NOW
        )
    assert [entry.body["face"] for entry in found] == [2, 3, 1]


def test_what_is_taken_back_or_erased_is_not_read(store, student_id):
    with store.transaction() as tx:
        entries = tx.care.entries
        undone = entries.begin(
            student_id, EntryKind.MOOD, {}, state=EntryState.DONE, at=NOW, now=NOW
        )
        erased = entries.begin(
            student_id, EntryKind.MOOD, {}, state=EntryState.DONE, at=NOW, now=NOW
        )
        assert entries.put(undone, state=EntryState.UNDONE, now=SOON)
        assert entries.drop(student_id, erased.id)

        assert entries.latest(student_id, EntryKind.MOOD) == []
        assert not entries.drop(student_id, erased.id)


def test_nobody_reads_or_erases_what_is_another_students(store, student_id, arrive):
    other = arrive(sender="lin").student_id
    with store.transaction() as tx:
        kept = tx.care.entries.begin(student_id, EntryKind.JOURNAL, {}, at=NOW, now=NOW)

        assert tx.care.entries.find(other, kept.code) is None
        assert tx.care.entries.running(other) is None
        assert not tx.care.entries.drop(other, kept.id)


def test_erasing_everything_erases_them(store, student_id):
    with store.transaction() as tx:
        tx.care.entries.begin(student_id, EntryKind.JOURNAL, {}, at=NOW, now=NOW)

        counts = tx.students.erase(student_id, code="AB12", campus=Campus(), now=NOW)

    assert counts["care_entries"] == 1


def test_a_page_is_erased_with_every_line_that_holds_its_words(store, engine, arrive):
    said, other = arrive("a made-up page", sender="mei"), arrive("a made-up talk", sender="mei")
    strangers = arrive("a made-up page", sender="lin")
    with store.transaction() as tx:
        account = tx.students.account(said.account_id)
        draft = Draft(
            kind=OutboundKind.NOTICE, text="you wrote: a made-up page", dedupe="command:1"
        )
        quoted = tx.outbound.add(account, draft, now=NOW)
        page = Page().add(Written(message_id=said.id, text=said.text)).noted(quoted.id)
        entry = tx.care.entries.begin(
            said.student_id, EntryKind.JOURNAL, page.to_json(), at=NOW, now=NOW
        )

    with store.transaction() as tx:
        lines = [*page.lines, strangers.id]
        assert tx.inbound.drop(said.student_id, lines) == 1
        assert tx.outbound.drop(said.student_id, lines) == 1
        assert tx.care.entries.drop(said.student_id, entry.id)

    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(OutboundRow)) == 0
        left = set(connection.scalars(select(InboundRow.id)))
    assert left == {other.id, strangers.id}


def test_what_is_kept_is_counted_by_kind_without_what_was_taken_back(store, student_id):
    with store.transaction() as tx:
        for kind, state in (
            (EntryKind.MOOD, EntryState.DONE),
            (EntryKind.MOOD, EntryState.UNDONE),
            (EntryKind.JOURNAL, EntryState.LATER),
            (EntryKind.SCALE, EntryState.STOPPED),
        ):
            tx.care.entries.begin(student_id, kind, {}, state=state, at=NOW, now=NOW)

        assert tx.care.entries.counts(student_id) == {EntryKind.MOOD: 1, EntryKind.JOURNAL: 1}
        assert len(tx.care.entries.latest(student_id, EntryKind.MOOD, states=None)) == 2
