"""What staff do with a case, from "mine" to the closing; every step is in the log."""

from __future__ import annotations

from threading import Barrier, Thread
from uuid import uuid4

import pytest

from companion.errors import BadInput, UnknownRow
from companion.flows import case_work
from companion.flows.relay import open_relay
from companion.jobs import Job
from companion.language import Language
from companion.messages import InboundKind
from companion.risk import Level
from companion.staff.cases import CaseState, FalseAlarm, Note, Outcome
from companion.staff.people import Role
from companion.store import PageReason, PageState
from tests.conversations.staffed import CRISIS, audited, employ, reload, worry


@pytest.fixture
def at_risk(campus):
    """A student who was onboarded, at risk, and a counsellor; returns (campus, case, staff)."""
    campus.onboard()
    staff = employ(campus)
    return campus, worry(campus), staff


def claim(at_risk):
    campus, case, staff = at_risk
    return case_work.claim(case.id, staff=staff, services=campus.services)


def test_who_claims_has_the_case_and_the_student_hears_who_it_is(at_risk):
    campus, case, staff = at_risk

    outcome = claim(at_risk)
    campus.run()

    assert (outcome.ok, outcome.owner) == (True, staff)
    assert reload(campus, case).state is CaseState.CLAIMED
    assert "李老师（真人）看到了" in campus.telegram.texts[-1]
    assert audited(campus, case) == ["case.claim"]


def test_claiming_twice_is_claiming_once(at_risk):
    campus, case, _ = at_risk

    assert claim(at_risk).ok
    assert claim(at_risk).ok

    campus.run()
    assert audited(campus, case) == ["case.claim"]
    assert sum("看到了" in text for text in campus.telegram.texts) == 1


def test_of_two_who_claim_at_once_one_wins_and_the_other_is_told_who(at_risk):
    campus, case, li = at_risk
    wang = employ(campus, "wang", name="王老师", chat="502")
    barrier, outcomes = Barrier(2), {}

    def press(staff):
        barrier.wait()
        outcomes[staff.name] = case_work.claim(case.id, staff=staff, services=campus.services)

    threads = [Thread(target=press, args=(staff,)) for staff in (li, wang)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    winner = reload(campus, case).owner_id
    assert sorted(one.ok for one in outcomes.values()) == [False, True]
    assert {one.owner.id for one in outcomes.values()} == {winner}
    assert audited(campus, case) == ["case.claim"]


def test_pages_that_were_not_sent_yet_are_dropped_by_the_claim(campus):
    campus.onboard()
    staff = employ(campus)
    campus.arrives(CRISIS[Language.ZH])
    campus.run(only={Job.ASSESS, Job.RAISE})
    with campus.store.reading() as tx:
        case = tx.cases.queue()[0]

    case_work.claim(case.id, staff=staff, services=campus.services)
    campus.run()

    with campus.store.reading() as tx:
        assert {page.state for page in tx.pages.of_case(case.id)} == {PageState.DROPPED}


def test_called_takes_the_case_and_notes_the_first_contact_once(at_risk):
    campus, case, staff = at_risk

    assert case_work.contacted(case.id, staff=staff, services=campus.services)
    first = reload(campus, case).contact_at
    campus.clock.passes(minutes=5)
    assert case_work.contacted(case.id, staff=staff, services=campus.services)

    assert reload(campus, case).state is CaseState.IN_CONTACT
    assert reload(campus, case).contact_at == first
    assert audited(campus, case) == ["case.claim", "case.contact"]


def test_somebody_elses_case_is_not_touched(at_risk):
    campus, case, _ = at_risk
    wang = employ(campus, "wang", name="王老师", chat="502")
    claim(at_risk)
    how = {"staff": wang, "services": campus.services}

    assert not case_work.contacted(case.id, **how)
    assert not case_work.stabilise(case.id, **how)
    assert not case_work.hand_on(case.id, to=None, reason="下班", **how)
    assert not case_work.close(case.id, outcome=Outcome.UNREACHED, why=None, **how)
    assert audited(campus, case) == ["case.claim"]


def test_stabilised_is_noted_by_the_owner(at_risk):
    campus, case, staff = at_risk
    claim(at_risk)

    assert case_work.stabilise(case.id, staff=staff, services=campus.services)

    assert reload(campus, case).state is CaseState.STABILISED
    assert audited(campus, case)[-1] == "case.stabilise"


def test_handing_on_pages_the_one_who_has_it_now(at_risk):
    campus, case, li = at_risk
    wang = employ(campus, "wang", name="王老师", chat="502")
    claim(at_risk)
    campus.run()
    campus.channels.telegram.sent.clear()

    done = case_work.hand_on(case.id, staff=li, to=wang.id, reason="换班", services=campus.services)
    campus.run()

    assert done
    assert reload(campus, case).owner_id == wang.id
    [(address, page)] = campus.channels.telegram.sent
    assert address == "502"
    assert str(case.number) in page.body
    with campus.store.reading() as tx:
        assert [one.why for one in tx.pages.of_case(case.id) if one.staff_id == wang.id] == [
            PageReason.GIVEN
        ]
        assert tx.audit.of_case(case.id)[-1].reason == "换班"


def test_handing_back_to_the_queue_starts_the_ladder_again(at_risk):
    campus, case, staff = at_risk
    claim(at_risk)
    campus.run()
    campus.channels.telegram.sent.clear()
    campus.clock.passes(minutes=2)

    assert case_work.hand_on(case.id, staff=staff, to=None, reason="下班", services=campus.services)
    campus.run()

    assert reload(campus, case).owner_id is None
    assert campus.channels.pages


def test_handing_on_needs_a_reason_and_somebody_who_takes_cases(at_risk):
    campus, case, staff = at_risk
    admin = employ(campus, "it", name="管理员", role=Role.ADMIN, chat=None)
    claim(at_risk)
    how = {"staff": staff, "services": campus.services}

    for to, reason in ((None, "  "), (admin.id, "换班"), (uuid4(), "换班")):
        with pytest.raises(BadInput):
            case_work.hand_on(case.id, to=to, reason=reason, **how)


def test_a_supervisor_may_hand_on_and_close_what_another_holds(at_risk):
    campus, case, _ = at_risk
    boss = employ(campus, "zhao", name="赵老师", role=Role.SUPERVISOR, chat="503")
    claim(at_risk)
    how = {"staff": boss, "services": campus.services}

    assert case_work.hand_on(case.id, to=boss.id, reason="接手", **how)
    assert case_work.close(case.id, outcome=Outcome.APPOINTMENT, why=None, **how)


def test_a_person_may_lower_the_level_for_a_reason(at_risk):
    campus, case, staff = at_risk
    how = {"staff": staff, "services": campus.services}

    with pytest.raises(BadInput):
        case_work.set_level(case.id, Level.MODERATE, reason=" ", **how)
    case_work.set_level(case.id, Level.MODERATE, reason="电话里说没有计划", **how)

    assert reload(campus, case).level is Level.MODERATE
    with campus.store.reading() as tx:
        entry = tx.audit.of_case(case.id)[-1]
    assert entry.action == "case.level"
    assert entry.detail["to"] == "moderate"
    assert entry.reason == "电话里说没有计划"


def test_closing_keeps_the_outcome_and_closes_once(at_risk):
    campus, case, staff = at_risk
    claim(at_risk)
    how = {"staff": staff, "why": None, "services": campus.services}

    assert case_work.close(case.id, outcome=Outcome.SAFE_WITH_PLAN, **how)
    assert not case_work.close(case.id, outcome=Outcome.UNREACHED, **how)

    closed = reload(campus, case)
    assert (closed.state, closed.outcome) == (CaseState.CLOSED, Outcome.SAFE_WITH_PLAN)
    assert closed.closed_by == staff.id
    assert audited(campus, case).count("case.close") == 1


def test_a_false_alarm_needs_its_reason_and_marks_what_fired(at_risk):
    campus, case, staff = at_risk
    claim(at_risk)
    how = {"staff": staff, "services": campus.services}

    with pytest.raises(BadInput):
        case_work.close(case.id, outcome=Outcome.FALSE_ALARM, why=None, **how)
    with pytest.raises(BadInput):
        case_work.close(case.id, outcome=Outcome.UNREACHED, why=FalseAlarm.IDIOM, **how)
    assert case_work.close(case.id, outcome=Outcome.FALSE_ALARM, why=FalseAlarm.FICTION, **how)

    with campus.store.reading() as tx:
        assert {one.false_alarm for one in tx.cases.triggers(case.id)} == {FalseAlarm.FICTION}


def test_nobody_claims_a_closed_case(at_risk):
    campus, case, staff = at_risk
    claim(at_risk)
    case_work.close(
        case.id, staff=staff, outcome=Outcome.UNREACHED, why=None, services=campus.services
    )
    wang = employ(campus, "wang", name="王老师", chat="502")

    outcome = case_work.claim(case.id, staff=wang, services=campus.services)

    assert (outcome.ok, outcome.owner) == (False, None)
    assert not open_relay(case.id, staff=staff, through="desk", services=campus.services)


def test_a_note_is_changed_until_it_is_signed(at_risk):
    campus, case, staff = at_risk
    note = a_note(campus, case, staff, risk="有念头")

    case_work.keep_note(note, services=campus.services)
    how = {"case_id": case.id, "services": campus.services}
    wang = employ(campus, "wang", name="王老师", chat="502")
    assert not case_work.sign_note(note.id, staff=wang, **how)
    assert case_work.sign_note(note.id, staff=staff, **how)
    assert not case_work.sign_note(note.id, staff=staff, **how)
    case_work.keep_note(
        a_note(campus, case, staff, risk="改过", note_id=note.id), services=campus.services
    )

    with campus.store.reading() as tx:
        [kept] = tx.cases.notes(case.id)
    assert kept.risk == "有念头"
    assert kept.signed_at is not None


def a_note(campus, case, staff, *, risk, note_id=None):
    return Note(
        id=note_id or uuid4(),
        case_id=case.id,
        staff_id=staff.id,
        at=campus.clock.now(),
        signed_at=None,
        amends=None,
        risk=risk,
    )


def test_the_whole_talk_opens_for_a_reason_only_and_the_reading_is_in_the_log(at_risk):
    campus, case, staff = at_risk
    how = {"staff": staff, "services": campus.services}

    with pytest.raises(BadInput):
        case_work.open_talk(case.id, reason="", **how)
    assert "talk.read" not in audited(campus, case)
    lines = case_work.open_talk(case.id, reason="联系不上，想知道可能在哪", **how)

    assert CRISIS[Language.ZH] in [line.text for line in lines]
    with campus.store.reading() as tx:
        entry = tx.audit.of_student(case.student_id)[-1]
    assert (entry.action, entry.reason) == ("talk.read", "联系不上，想知道可能在哪")


def test_the_excerpt_shows_the_lines_around_the_alarm_and_no_more(campus):
    campus.onboard()
    staff = employ(campus)
    campus.says("今天食堂的面不好吃")
    for line in ("下午去图书馆还书", "明天有英语课", "周末想去爬山"):
        campus.says(line)
    case = worry(campus)

    lines = case_work.excerpt(case.id, staff=staff, services=campus.services)

    texts = [line.text for line in lines]
    assert CRISIS[Language.ZH] in texts
    assert "今天食堂的面不好吃" not in texts
    assert len(lines) <= 6
    assert audited(campus, case) == ["case.excerpt"]


def test_an_erased_students_case_cannot_be_worked_on(at_risk):
    campus, case, staff = at_risk
    campus.says("/delete confirm", kind=InboundKind.CHOICE)
    how = {"staff": staff, "services": campus.services}

    try:
        lines = case_work.excerpt(case.id, **how)
    except UnknownRow:
        return
    assert lines == []
