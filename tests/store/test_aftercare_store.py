"""Caring contacts, tasks and emergency contacts, on both databases."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import text

from companion.campus import Campus
from companion.errors import UnknownRow
from companion.language import Language
from companion.people.contact import Details, EmergencyContact, Relation
from companion.risk import Level, Verdict
from companion.staff.cases import Outcome
from companion.staff.follow_ups import FollowUpState, TaskKind
from companion.staff.people import Role
from tests.store.conftest import NOW

DAY = timedelta(days=1)
DETAILS = Details(relation=Relation.PARENT, name="张敏", reach="555 0142 000", called="小雨")


@pytest.fixture
def staff(store):
    with store.transaction() as tx:
        return tx.members.add(
            login="wang", name="王老师", role=Role.COUNSELLOR, language=Language.ZH, now=NOW
        )


@pytest.fixture
def student_id(arrive):
    return arrive("你好").student_id


@pytest.fixture
def case(store, student_id, staff):
    """A closed case with two planned contacts."""
    return a_closed_case(store, student_id, staff)


def a_closed_case(store, student_id, staff):
    with store.transaction() as tx:
        case_id, _ = tx.cases.record(
            student_id,
            message_id=None,
            verdict=Verdict(level=Level.HIGH),
            asked_for=False,
            may_page=True,
            now=NOW,
        )
        tx.cases.close(case_id, outcome=Outcome.SAFE_WITH_PLAN, staff_id=staff.id, now=NOW)
        case = tx.cases.get(case_id)
        tx.aftercare.follow_ups.plan(case, staff_id=staff.id, times=[NOW + DAY, NOW + 3 * DAY])
    return case


def due(store, at):
    with store.reading() as tx:
        return [one.number for one in tx.aftercare.follow_ups.due(now=at, limit=10)]


# ------------------------------------------------------------ caring contacts


def test_planning_twice_plans_once(store, case, staff):
    with store.transaction() as tx:
        again = tx.aftercare.follow_ups.plan(case, staff_id=staff.id, times=[NOW, NOW])
        planned = tx.aftercare.follow_ups.of_case(case.id)

    assert again == 0
    assert [(one.number, one.due_at) for one in planned] == [(1, NOW + DAY), (2, NOW + 3 * DAY)]


def test_what_is_due(store, case):
    assert due(store, NOW + DAY - timedelta(seconds=1)) == []
    assert due(store, NOW + DAY) == [1]
    assert due(store, NOW + 3 * DAY) == [1, 2]


@pytest.mark.parametrize(
    "change",
    [{"stopped_at": NOW}, {"paused_until": NOW + 9 * DAY}],
    ids=["stopped", "paused"],
)
def test_nothing_is_due_for_who_wants_none(store, case, change):
    with store.transaction() as tx:
        tx.students.update(case.student_id, **change)

    assert due(store, NOW + 3 * DAY) == []


def test_nothing_is_due_while_a_case_is_open(store, case):
    with store.transaction() as tx:
        tx.cases.record(
            case.student_id,
            message_id=None,
            verdict=Verdict(level=Level.HIGH),
            asked_for=False,
            may_page=True,
            now=NOW,
        )

    assert due(store, NOW + 3 * DAY) == []


def test_erasing_takes_everything_along(store, case):
    with store.transaction() as tx:
        tx.aftercare.contacts.put(
            EmergencyContact(student_id=case.student_id, consent_at=NOW, details=DETAILS)
        )
        tx.students.erase(case.student_id, code="CODE", campus=Campus(), now=NOW)

    with store.reading() as tx:
        assert tx.aftercare.follow_ups.of_student(case.student_id) == []
        assert tx.aftercare.contacts.get(case.student_id) is None


def test_a_contact_leaves_once(store, case):
    with store.transaction() as tx:
        first = tx.aftercare.follow_ups.of_case(case.id)[0]
        sent = [tx.aftercare.follow_ups.sent(first.id, now=NOW + DAY) for _ in range(2)]
        now = tx.aftercare.follow_ups.get(first.id)

    assert sent == [True, False]
    assert (now.state, now.sent_at) == (FollowUpState.SENT, NOW + DAY)


def test_two_workers_send_one_contact_once(store, case):
    with store.reading() as tx:
        first = tx.aftercare.follow_ups.of_case(case.id)[0]
    together, won = Barrier(2), []

    def send():
        together.wait()
        with store.transaction() as tx:
            won.append(tx.aftercare.follow_ups.sent(first.id, now=NOW + DAY))

    threads = [Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False, True]


def test_an_answer_counts_for_every_contact_that_left_late_ones_too(store, case):
    with store.transaction() as tx:
        follow_ups = tx.aftercare.follow_ups
        first, second = follow_ups.of_case(case.id)
        follow_ups.sent(first.id, now=NOW)
        follow_ups.move(first.id, FollowUpState.SILENT, of={FollowUpState.SENT})
        heard = [follow_ups.heard(case.student_id, now=NOW + DAY) for _ in range(2)]
        states = [one.state for one in follow_ups.of_case(case.id)]
        answered_at = follow_ups.get(first.id).answered_at

    assert heard == [1, 0]
    assert states == [FollowUpState.ANSWERED, FollowUpState.PLANNED]
    assert answered_at == NOW + DAY
    assert second.state is FollowUpState.PLANNED


def test_what_waits_for_an_answer(store, case):
    with store.transaction() as tx:
        follow_ups = tx.aftercare.follow_ups
        first, second = follow_ups.of_case(case.id)
        follow_ups.sent(first.id, now=NOW)
        follow_ups.sent(second.id, now=NOW + DAY)
        waiting = follow_ups.waiting(sent_before=NOW + DAY, limit=10)

    assert [one.number for one in waiting] == [1]


def test_stopping_drops_what_is_planned_save_for_the_newer_case(store, case, staff):
    newer = a_closed_case(store, case.student_id, staff)
    with store.transaction() as tx:
        assert tx.aftercare.follow_ups.stop(case.student_id, but=newer.id) == 2
        assert tx.aftercare.follow_ups.stop(case.student_id) == 2
        states = {one.state for one in tx.aftercare.follow_ups.of_student(case.student_id)}

    assert states == {FollowUpState.STOPPED}


# ------------------------------------------------------------ tasks


def test_one_open_task_of_a_kind_and_another_after_it_was_done(store, case, staff):
    with store.transaction() as tx:
        tasks = tx.aftercare.tasks
        first = tasks.add(case.id, TaskKind.SILENT, now=NOW)
        assert tasks.add(case.id, TaskKind.SILENT, now=NOW) is None
        assert tasks.add(case.id, TaskKind.UNREACHABLE, now=NOW) is not None
        ticked = [tasks.tick(first, staff_id=staff.id, now=NOW + DAY) for _ in range(2)]
        second = tasks.add(case.id, TaskKind.SILENT, now=NOW + 2 * DAY)
        waiting = [(one.id, one.kind) for one in tasks.open()]
        done = tasks.get(first)

    assert ticked == [True, False]
    assert second not in {None, first}
    assert {kind for _, kind in waiting} == {TaskKind.SILENT, TaskKind.UNREACHABLE}
    assert (done.done_at, done.done_by) == (NOW + DAY, staff.id)


def test_two_workers_make_one_task(store, case):
    together, made = Barrier(2), []

    def make():
        together.wait()
        with store.transaction() as tx:
            made.append(tx.aftercare.tasks.add(case.id, TaskKind.SILENT, now=NOW))

    threads = [Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in made if one is not None]) == 1


def test_there_is_no_such_task(store, case):
    with store.reading() as tx, pytest.raises(UnknownRow):
        tx.aftercare.tasks.get(case.id)


# ------------------------------------------------------------ emergency contacts


def test_a_contact_is_kept_as_given_and_sealed(store, engine, student_id):
    given = EmergencyContact(
        student_id=student_id,
        consent_at=NOW,
        details=DETAILS,
        draft=Details(relation=Relation.FRIEND),
        asked_at=NOW,
    )
    with store.transaction() as tx:
        tx.aftercare.contacts.put(given)
    with store.reading() as tx:
        assert tx.aftercare.contacts.get(student_id) == given
    with engine.connect() as connection:
        [(body,)] = connection.execute(text("SELECT body FROM emergency_contacts")).all()
    assert not any(word.encode() in bytes(body) for word in ("张敏", "555", "小雨"))


def test_a_new_contact_takes_the_place_of_the_old_and_its_last_use_stays(store, student_id):
    with store.transaction() as tx:
        contacts = tx.aftercare.contacts
        contacts.put(EmergencyContact(student_id=student_id, consent_at=NOW, details=DETAILS))
        contacts.use(student_id, now=NOW, unless_since=NOW - DAY)
        contacts.put(EmergencyContact(student_id=student_id, consent_at=NOW + DAY))
        kept = contacts.get(student_id)

    assert (kept.details, kept.consent_at, kept.used_at) == (None, NOW + DAY, NOW)


def test_a_contact_is_used_once_a_day_unless_somebody_decides_otherwise(store, student_id):
    later = NOW + timedelta(hours=1)
    with store.transaction() as tx:
        contacts = tx.aftercare.contacts
        assert not contacts.use(student_id, now=NOW, unless_since=None)
        contacts.put(EmergencyContact(student_id=student_id, consent_at=NOW, details=DETAILS))
        assert contacts.use(student_id, now=NOW, unless_since=NOW - DAY)
        assert not contacts.use(student_id, now=later, unless_since=later - DAY)
        assert contacts.use(student_id, now=later, unless_since=None)
        assert contacts.use(student_id, now=later + DAY, unless_since=later)
        assert contacts.drop(student_id)
        assert not contacts.drop(student_id)
