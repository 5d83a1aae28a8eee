"""Wishes to be asked, nudges and reminders, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update

from companion.campus import Campus
from companion.messages import Platform
from companion.people.nudges import plan as plan_one
from companion.people.wishes import Around, NudgeState, Part, Pattern, Plan, Rhythm, Rules, Wish
from infra.store.care_tables import NudgeRow, NudgeWishRow, ReminderRow
from infra.store.tables import AccountRow
from tests.store.conftest import NOW, SOON

RULES = Rules(zone=ZoneInfo("Asia/Shanghai"))
TEN = 10 * 60  # 10:00 in Shanghai is NOW
EARLIER = NOW - timedelta(hours=3)


@pytest.fixture
def student_id(store, arrive):
    return arrive(sender="mei", at=EARLIER).student_id


@pytest.fixture
def wish(store, student_id):
    return keep(store, student_id)


def keep(store, student_id, **fields):
    fields = {"minute": TEN, "next_at": NOW, "letter": False, "looked_at": NOW} | fields
    wish = Wish(student_id=student_id, **fields)
    with store.transaction() as tx:
        tx.care.nudges.put(wish, now=NOW)
    return wish


def plan(store, *, now=NOW, limit=100):
    """What one planner does; returns whom it planned for."""
    with store.transaction() as tx:
        ripe = tx.care.nudges.ripe(now=now, limit=limit)
        plans = [
            (one, plan_one(one.wish, one.reminders, one.around, now=now, rules=RULES))
            for one in ripe
        ]
        tx.care.nudges.planned(plans, now=now)
    return [one.wish.student_id for one in ripe]


def waiting(store):
    with store.reading() as tx:
        return tx.care.nudges.waiting(limit=100)


def states(engine):
    with engine.connect() as connection:
        return list(connection.scalars(select(NudgeRow.state)))


def test_a_wish_comes_back_as_it_was_kept_and_a_change_replaces_it(store, student_id):
    wish = Wish(
        student_id=student_id,
        zone=ZoneInfo("Europe/London"),
        minute=TEN,
        weekdays=21,
        rhythm=Rhythm.WEEKLY,
        ignored=2,
        letter_day=5,
        next_at=NOW,
        last_at=EARLIER,
        looked_at=EARLIER,
    )
    for kept in (wish, replace(wish, minute=None, zone=None, next_at=None)):
        with store.transaction() as tx:
            tx.care.nudges.put(kept, now=NOW)
        with store.reading() as tx:
            assert tx.care.nudges.wish(student_id) == kept


def test_who_was_never_asked_has_no_wish(store, student_id):
    with store.reading() as tx:
        assert tx.care.nudges.wish(student_id) is None


def test_planning_reads_all_it_takes_at_once(store, student_id, wish):
    pattern = Pattern(weekdays=3, minute=600, until=NOW.date())
    with store.transaction() as tx:
        tx.care.reminders.put(student_id, "exercise:x", {"what": "x"}, pattern)
        tx.students.update(student_id, paused_until=SOON)

    with store.transaction() as tx:
        [ripe] = tx.care.nudges.ripe(now=NOW, limit=10)

    assert ripe.wish == wish
    assert ripe.reminders == (pattern,)
    assert ripe.around == Around(paused_until=SOON, last_message_at=EARLIER)


def test_who_is_held_stopped_or_unreachable_is_known_to_planning(
    store, engine, arrive, student_id, wish
):
    with store.transaction() as tx:
        tx.students.update(student_id, stopped_at=NOW)
    with engine.begin() as connection:
        connection.execute(update(AccountRow).values(reachable=False))

    with store.transaction() as tx:
        [ripe] = tx.care.nudges.ripe(now=NOW, limit=10)

    assert ripe.around.is_stopped
    assert not ripe.around.is_reachable


def test_what_is_not_due_yet_waits(store, wish):
    assert plan(store, now=NOW - timedelta(seconds=1)) == []


def test_a_day_is_taken_once_however_often_it_is_planned(store, engine, student_id, wish):
    assert plan(store) == [student_id]
    assert plan(store) == []
    keep(store, student_id)  # as after a change of the wish on the same day

    assert plan(store) == [student_id]

    assert states(engine) == ["planned"]
    [nudge] = waiting(store)
    assert nudge.parts == {Part.MOOD}
    assert nudge.due_at == NOW


def test_two_planners_at_once_plan_nobody_twice(store, engine, arrive):
    for number in range(40):
        keep(store, arrive(sender=f"u{number}", at=EARLIER).student_id)

    with ThreadPoolExecutor(4) as pool:
        planned = list(pool.map(lambda _: plan(store, limit=20), range(4)))

    students = [one for batch in planned for one in batch]
    assert len(students) == len(set(students)) == 40
    assert states(engine) == ["planned"] * 40


def test_a_nudge_is_taken_by_one_only(store, student_id, wish):
    plan(store)
    [nudge] = waiting(store)

    with store.transaction() as tx:
        assert tx.care.nudges.move(nudge.id, NudgeState.MADE, now=SOON)
        assert not tx.care.nudges.move(nudge.id, NudgeState.MADE, now=SOON)
    assert waiting(store) == []


def test_what_could_not_be_delivered_is_owed_once(store, student_id, wish):
    plan(store)
    [nudge] = waiting(store)
    with store.transaction() as tx:
        tx.care.nudges.move(nudge.id, NudgeState.UNDELIVERABLE, now=SOON)

    with store.transaction() as tx:
        owed = tx.care.nudges.owed(student_id, after=EARLIER)
        assert owed is not None
        assert owed.id == nudge.id
        assert tx.care.nudges.owed(student_id, after=EARLIER) is None


def test_what_is_too_old_is_not_owed_and_stays_silent(store, student_id, wish):
    plan(store)
    [nudge] = waiting(store)
    with store.transaction() as tx:
        tx.care.nudges.move(nudge.id, NudgeState.UNDELIVERABLE, now=SOON)
        assert tx.care.nudges.owed(student_id, after=SOON) is None
        assert tx.care.nudges.owed(student_id, after=EARLIER) is None


def test_stopping_calls_off_what_is_planned(store, engine, student_id, wish):
    plan(store)

    with store.transaction() as tx:
        assert tx.care.nudges.call_off(student_id, now=SOON) == 1

    assert states(engine) == ["skipped"]


def test_writing_answers_what_was_made(store, engine, student_id, wish):
    plan(store)
    [nudge] = waiting(store)
    with store.transaction() as tx:
        tx.care.nudges.move(nudge.id, NudgeState.MADE, now=SOON)

        assert tx.care.nudges.answered(student_id, after=SOON + timedelta(seconds=1)) == 0
        assert tx.care.nudges.answered(student_id, after=NOW) == 1
    assert states(engine) == ["answered"]


def test_old_nudges_are_forgotten(store, engine, student_id, wish):
    plan(store)

    with store.transaction() as tx:
        assert tx.care.nudges.forget(before=NOW) == 0
        assert tx.care.nudges.forget(before=SOON) == 1
    assert states(engine) == []


def test_the_hours_a_student_writes_at_are_known(store, student_id, arrive):
    arrive(sender="mei", at=NOW)

    with store.reading() as tx:
        nudges = tx.care.nudges
        assert sorted(nudges.written_at(student_id, after=EARLIER)) == [EARLIER, NOW]
        assert list(nudges.written_at(student_id, after=SOON)) == []


def test_a_reminder_of_the_same_thing_takes_the_place_of_the_one_before(store, student_id):
    with store.transaction() as tx:
        reminders = tx.care.reminders
        reminders.put(student_id, "exercise:a", {"what": "甲"}, Pattern(1, 60))
        later = reminders.put(
            student_id, "exercise:a", {"what": "甲", "command": "/x"}, Pattern(2, 90)
        )
        other = reminders.put(student_id, "step:b", {"what": "乙"}, Pattern(127, 30, NOW.date()))

        assert reminders.of_student(student_id) == [other, later]
        assert reminders.drop(student_id, later.code)
        assert not reminders.drop(student_id, later.code)
        assert reminders.drop_key(student_id, "step:b")
        assert reminders.of_student(student_id) == []


def test_what_a_reminder_is_about_is_sealed_and_its_id_tells_nothing(store, engine, arrive):
    ids = []
    for sender in ("mei", "lan"):
        student_id = arrive(sender=sender, platform=Platform.WEB).student_id
        with store.transaction() as tx:
            about = {"what": "a made-up step"}
            ids.append(tx.care.reminders.put(student_id, "step:1", about, Pattern(1, 60)).id)

    with engine.connect() as connection:
        assert not any(b"made-up" in body for body in connection.scalars(select(ReminderRow.body)))
    assert ids[0] != ids[1]


def test_erasing_takes_wish_nudges_and_reminders_along(store, engine, student_id, wish):
    plan(store)
    with store.transaction() as tx:
        tx.care.reminders.put(student_id, "step:1", {"what": "x"}, Pattern(1, 60))
    with store.transaction() as tx:
        tx.students.erase(student_id, code="A", campus=Campus(), now=SOON)

    with engine.connect() as connection:
        for table in (NudgeRow, NudgeWishRow, ReminderRow):
            assert connection.scalar(select(func.count()).select_from(table)) == 0


def test_a_plan_of_silence_leaves_nothing_to_look_for(store, student_id, wish):
    with store.transaction() as tx:
        [ripe] = tx.care.nudges.ripe(now=NOW, limit=1)
        silent = replace(wish, rhythm=Rhythm.ASKED, next_at=None)
        tx.care.nudges.planned([(ripe, Plan(silent))], now=NOW)

    with store.transaction() as tx:
        assert tx.care.nudges.ripe(now=NOW + timedelta(days=400), limit=1) == []
        assert tx.care.nudges.wish(student_id) == silent
