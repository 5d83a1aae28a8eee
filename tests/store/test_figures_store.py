"""Counts over many cases: the same on both databases, and without drills."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from companion.language import Language
from companion.risk import Kind, Level, Subject, Verdict
from companion.staff.cases import CaseState, FalseAlarm, Outcome
from companion.staff.drills import NOBODY
from companion.staff.figures import Step
from companion.staff.follow_ups import FollowUpState
from companion.staff.people import Role
from companion.store.figures import CHECKED, CheckResult, Period
from infra.store.case_tables import FollowUpRow
from tests.store.conftest import NOW

DAY = timedelta(days=1)
LAST_WEEK = Period(NOW - 7 * DAY, NOW)
THIS_WEEK = Period(NOW, NOW + 7 * DAY)
EVER = Period(NOW - 99 * DAY, NOW + 99 * DAY)


@pytest.fixture
def li(store):
    with store.transaction() as tx:
        return tx.members.add(
            login="li", name="李老师", role=Role.SUPERVISOR, language=Language.ZH, now=NOW
        )


@pytest.fixture
def make_case(store, arrive, li):
    """Open a case of a student of its own, and perhaps end it."""

    def make(*, at=NOW, level=Level.HIGH, evidence=("a",), outcome=None, **more):
        message = arrive(sender=str(uuid4()), at=at)
        verdict = Verdict(
            level=level,
            kinds=more.get("kinds", (Kind.SUICIDE,)),
            subject=Subject.SELF,
            score=0.9,
            evidence=evidence,
        )
        with store.transaction() as tx:
            case_id, _ = tx.cases.record(
                message.student_id,
                message_id=None if more.get("asked_for") else message.id,
                verdict=verdict,
                asked_for=more.get("asked_for", False),
                may_page=True,
                now=at,
                is_drill=more.get("is_drill", False),
            )
            if more.get("claimed"):
                tx.cases.claim(case_id, staff_id=li.id, now=at + more["claimed"])
            if more.get("why"):
                (trigger,) = tx.cases.triggers(case_id)
                tx.cases.mark(trigger.id, more["why"], staff_id=li.id, now=at)
            if outcome is not None:
                tx.cases.close(case_id, outcome=outcome, staff_id=li.id, now=at + DAY)
        return case_id

    return make


def asked(store, name, *args, **more):
    with store.reading() as tx:
        return getattr(tx.figures, name)(*args, **more)


def test_cases_are_counted_in_the_period_they_were_opened_in(store, make_case):
    make_case(at=NOW - DAY)
    make_case(at=NOW, level=Level.MODERATE)
    make_case(at=NOW + DAY, level=Level.MODERATE)
    make_case(at=NOW + 7 * DAY)

    assert asked(store, "opened", [LAST_WEEK, THIS_WEEK]) == [1, 2]
    assert asked(store, "levels", THIS_WEEK) == {Level.MODERATE: 2}
    assert asked(store, "opened", [Period(NOW + 50 * DAY, NOW + 60 * DAY)]) == [0]


def test_drills_are_counted_nowhere(store, make_case):
    make_case(is_drill=True, outcome=Outcome.TEST, why=FalseAlarm.IDIOM, claimed=DAY)

    assert asked(store, "times", EVER) == []
    assert asked(store, "opened", [EVER]) == [0]
    assert asked(store, "levels", EVER) == {}
    assert asked(store, "outcomes", [EVER]) == [{}]
    assert asked(store, "referred", [EVER]) == [0]
    assert asked(store, "fired", EVER) == []
    assert asked(store, "judged", EVER) == []


def test_times_are_those_of_the_case_and_nothing_more(store, make_case):
    make_case(claimed=timedelta(minutes=4), outcome=Outcome.APPOINTMENT)

    (times,) = asked(store, "times", THIS_WEEK)

    assert times.took(Step.CLAIM) == timedelta(minutes=4)
    assert times.took(Step.CONTACT) is None
    assert times.closed_at == NOW + DAY
    assert (times.level, times.state) == (Level.HIGH, CaseState.CLOSED)


def test_endings_are_counted_by_period(store, make_case):
    make_case(at=NOW - DAY, outcome=Outcome.REFERRED_HOSPITAL)
    make_case(outcome=Outcome.APPOINTMENT)
    make_case(outcome=Outcome.APPOINTMENT)
    make_case()

    assert asked(store, "outcomes", [LAST_WEEK, THIS_WEEK]) == [
        {Outcome.REFERRED_HOSPITAL: 1},
        {Outcome.APPOINTMENT: 2},
    ]


def test_a_case_is_a_referral_once_and_only_when_a_message_led_to_it(store, make_case):
    make_case()
    make_case(level=Level.WATCH)
    make_case(level=Level.MODERATE, asked_for=True)

    assert asked(store, "referred", [LAST_WEEK, THIS_WEEK]) == [0, 1]


def test_alarms_that_are_alike_are_counted_together(store, make_case):
    for _ in range(3):
        make_case(evidence=("a", "谈到结束生命"), outcome=Outcome.APPOINTMENT)
    make_case(evidence=("a", "谈到结束生命"), why=FalseAlarm.IDIOM)
    make_case(evidence=(), kinds=())

    found = {
        (one.evidence, one.kinds, one.false_alarm, one.outcome): one.count
        for one in asked(store, "fired", THIS_WEEK)
    }

    assert found == {
        (("a", "谈到结束生命"), (Kind.SUICIDE,), None, Outcome.APPOINTMENT): 3,
        (("a", "谈到结束生命"), (Kind.SUICIDE,), FalseAlarm.IDIOM, None): 1,
        ((), (), None, None): 1,
    }


def test_judged_are_alarms_that_were_marked_or_whose_case_really_ended(store, make_case):
    marked = make_case(at=NOW, why=FalseAlarm.FICTION)
    whole = make_case(at=NOW + DAY, outcome=Outcome.FALSE_ALARM)
    real = make_case(at=NOW + 2 * DAY, outcome=Outcome.UNREACHED)
    make_case(at=NOW + 3 * DAY, outcome=Outcome.DUPLICATE)
    make_case(at=NOW + 3 * DAY)

    everything = asked(store, "judged", THIS_WEEK)
    only_marked = asked(store, "judged", THIS_WEEK, marked_only=True)
    newest = asked(store, "judged", THIS_WEEK, limit=1)

    assert [one.case_id for one in everything] == [real, whole, marked]
    assert [one.case_id for one in only_marked] == [whole, marked]
    assert newest == everything[:1]
    assert everything[2].trigger.false_alarm is FalseAlarm.FICTION
    assert everything[2].number >= 1000


def test_caring_contacts_are_counted_when_they_were_due(store, make_case, li):
    case_id = make_case(outcome=Outcome.SAFE_WITH_PLAN)
    drill_id = make_case(is_drill=True, outcome=Outcome.TEST)
    with store.transaction() as tx:
        session = tx.cases._session
        student_id = tx.cases.get(case_id).student_id
        for number, (state, days, case) in enumerate(
            [
                (FollowUpState.ANSWERED, 1, case_id),
                (FollowUpState.SENT, 2, case_id),
                (FollowUpState.PLANNED, 5, case_id),
                (FollowUpState.SENT, 1, drill_id),
            ]
        ):
            session.add(
                FollowUpRow(
                    id=uuid4(),
                    case_id=case,
                    student_id=student_id,
                    staff_id=li.id,
                    number=number,
                    due_at=NOW + days * DAY,
                    state=state.value,
                )
            )

    counts = asked(store, "follow_ups", THIS_WEEK, now=NOW + 3 * DAY)

    assert counts == {FollowUpState.ANSWERED: 1, FollowUpState.SENT: 1}


def test_the_latest_check_of_each_helpline_is_read_from_the_audit_log(store, li):
    with store.transaction() as tx:
        for line, result, on in [
            ("one", "answered", "2026-11-20"),
            ("two", "wrong", "2026-11-20"),
            ("one", "no_answer", "2026-11-21"),
        ]:
            detail = {"line": line, "result": result, "on": on, "by": str(li.id)}
            tx.audit.add(actor=str(li.id), action=CHECKED, now=NOW, detail=detail)
        tx.audit.add(actor=str(li.id), action="case.read", now=NOW)

    found = {check.line: check for check in asked(store, "checks")}

    assert set(found) == {"one", "two"}
    assert found["one"].result is CheckResult.NO_ANSWER
    assert (found["one"].on, found["one"].by) == (date(2026, 11, 21), li.id)


def test_drills_concern_one_student_that_is_nobody(store):
    with store.transaction() as tx:
        tx.drills.prepare(language=Language.ZH, now=NOW)
    with store.transaction() as tx:
        tx.drills.prepare(language=Language.EN, now=NOW + DAY)

    with store.transaction() as tx:
        nobody = tx.students.get(NOBODY)
        assert (nobody.language, nobody.consents) == (Language.ZH, {})
        assert tx.cases.open_of(NOBODY) is None
