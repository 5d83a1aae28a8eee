"""Cases and pages in the store: one open case per student, one owner, one climber per rung."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest

from companion.campus import Campus
from companion.errors import UnknownRow
from companion.language import Language
from companion.risk import SCREENING_FAILED, Kind, Level, Subject, Verdict
from companion.staff.cases import CaseState, FalseAlarm, Note, Outcome
from companion.staff.people import ChannelKind, Role
from companion.store import PageDraft, PageReason, PageState
from tests.store.conftest import NOW, SOON

MODERATE = Verdict(level=Level.MODERATE, kinds=(Kind.SELF_HARM,), subject=Subject.SELF)
HIGH = Verdict(
    level=Level.HIGH,
    kinds=(Kind.SUICIDE,),
    subject=Subject.SELF,
    score=0.9,
    evidence=("speaks of a plan",),
)
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def record(store, arrive):
    """Record a verdict on a new message of one student; returns what the store says."""

    def record(verdict=HIGH, *, sender="u1", at=NOW, asked_for=False, may_page=True, **how):
        message = None if asked_for else arrive("救救我", sender=sender, at=at)
        with store.transaction() as tx:
            student_id = message.student_id if message else how.pop("student_id")
            return tx.cases.record(
                student_id,
                message_id=message.id if message else None,
                verdict=verdict,
                asked_for=asked_for,
                may_page=may_page,
                now=at,
                **how,
            )

    return record


@pytest.fixture
def hire(store):
    def hire(login):
        with store.transaction() as tx:
            return tx.members.add(
                login=login, name=login, role=Role.COUNSELLOR, language=Language.ZH, now=NOW
            )

    return hire


def get(store, case_id):
    with store.reading() as tx:
        return tx.cases.get(case_id)


def together(work, *each):
    """Do the same with each argument at once; returns the answers."""
    with ThreadPoolExecutor(len(each)) as pool:
        return list(pool.map(work, each))


# ------------------------------------------------------------ opening and raising


def test_the_first_alarm_opens_a_case_and_the_next_ones_add_to_it(store, record):
    first, starts = record(MODERATE)
    assert starts

    assert record(MODERATE) == (first, False)
    assert record(HIGH, at=LATER) == (first, True)

    case = get(store, first)
    assert case.level is Level.HIGH
    assert case.kinds == (Kind.SUICIDE, Kind.SELF_HARM)
    assert case.opened_at == NOW
    assert (case.raised_at, case.next_rung_at, case.rung) == (LATER, LATER, 0)
    with store.reading() as tx:
        triggers = tx.cases.triggers(first)
        assert [trigger.level for trigger in triggers] == [
            Level.MODERATE,
            Level.MODERATE,
            Level.HIGH,
        ]
        assert triggers[-1].evidence == ("speaks of a plan",)
        assert tx.cases.of_message(triggers[-1].message_id) == first


def test_a_level_never_falls_by_itself(store, record):
    case_id, _ = record(HIGH)

    assert record(MODERATE) == (case_id, False)

    assert get(store, case_id).level is Level.HIGH


def test_recording_the_same_message_twice_changes_nothing_unless_it_rose(store, arrive):
    message = arrive("救救我")

    def record(verdict, at=NOW):
        with store.transaction() as tx:
            return tx.cases.record(
                message.student_id,
                message_id=message.id,
                verdict=verdict,
                asked_for=False,
                may_page=True,
                now=at,
            )

    case_id, _ = record(MODERATE)
    assert record(MODERATE) is None
    assert record(HIGH, LATER) == (case_id, True)
    assert record(HIGH) is None

    with store.reading() as tx:
        (trigger,) = tx.cases.triggers(case_id)
    assert trigger.level is Level.HIGH


def test_what_may_not_be_paged_waits_for_nobody_until_it_may(store, record):
    case_id, starts = record(MODERATE, may_page=False)
    assert starts
    assert get(store, case_id).next_rung_at is None

    assert record(MODERATE, at=LATER) == (case_id, True)

    assert get(store, case_id).next_rung_at == LATER


def test_asking_for_a_person_begins_the_clocks_once(store, record):
    case_id, _ = record(MODERATE)
    student_id = get(store, case_id).student_id
    asked = Verdict(level=Level.NONE)

    assert record(asked, asked_for=True, student_id=student_id) == (case_id, True)
    assert record(asked, asked_for=True, student_id=student_id) == (case_id, False)

    case = get(store, case_id)
    assert case.asked_for
    assert case.level is Level.MODERATE


def test_a_closed_case_is_followed_by_a_new_one(store, record):
    first, _ = record()
    with store.transaction() as tx:
        assert tx.cases.close(first, outcome=Outcome.SAFE_WITH_PLAN, staff_id=None, now=NOW)
        assert not tx.cases.close(first, outcome=Outcome.TEST, staff_id=None, now=NOW)

    second, starts = record(MODERATE)

    assert starts
    assert second != first
    assert get(store, first).outcome is Outcome.SAFE_WITH_PLAN
    with store.reading() as tx:
        assert [case.id for case in tx.cases.closed(after=NOW)] == [first]
        assert tx.cases.open_of(get(store, second).student_id).id == second


def test_many_first_alarms_at_once_open_one_case_per_student_each_with_its_own_number(
    store, arrive
):
    messages = [arrive("救救我", sender=f"s{n % 4}") for n in range(12)]

    def record(message):
        with store.transaction() as tx:
            return tx.cases.record(
                message.student_id,
                message_id=message.id,
                verdict=HIGH,
                asked_for=False,
                may_page=True,
                now=NOW,
            )

    answers = together(record, *messages)

    assert len({case_id for case_id, _ in answers}) == 4
    assert sum(starts for _, starts in answers) == 4
    with store.reading() as tx:
        cases = tx.cases.queue()
        assert len({case.number for case in cases}) == 4
        assert {tx.cases.find(case.number).id for case in cases} == {case.id for case in cases}
        assert sum(len(tx.cases.triggers(case.id)) for case in cases) == 12


# ------------------------------------------------------------ whose it is


def test_of_two_who_claim_at_once_one_wins(store, record, hire):
    case_id, _ = record()
    people = [hire(f"p{n}") for n in range(6)]

    def claim(one):
        with store.transaction() as tx:
            return tx.cases.claim(case_id, staff_id=one.id, now=NOW)

    answers = together(claim, *people)

    assert sum(answers) == 1
    case = get(store, case_id)
    assert case.owner_id == people[answers.index(True)].id
    assert case.state is CaseState.CLAIMED
    assert case.next_rung_at is None
    assert case.is_answered


def test_a_case_is_given_on_only_by_whoever_has_it(store, record, hire):
    case_id, _ = record()
    li, wang = hire("li"), hire("wang")
    with store.transaction() as tx:
        tx.cases.claim(case_id, staff_id=li.id, now=NOW)
        assert not tx.cases.give(case_id, owner=wang.id, to=None, now=NOW)
        assert tx.cases.give(case_id, owner=li.id, to=wang.id, now=NOW)
    assert get(store, case_id).owner_id == wang.id

    with store.transaction() as tx:
        assert tx.cases.give(case_id, owner=wang.id, to=None, now=LATER)

    case = get(store, case_id)
    assert case.is_unclaimed
    assert (case.owner_id, case.raised_at, case.next_rung_at, case.rung) == (None, LATER, LATER, 0)


def test_an_objection_stops_what_is_no_emergency_and_can_be_taken_back(store, record, hire):
    case_id, _ = record(MODERATE)
    li = hire("li")
    with store.transaction() as tx:
        assert tx.cases.object(case_id)
        assert not tx.cases.object(case_id)
        tx.cases.claim(case_id, staff_id=li.id, now=NOW)
        tx.cases.give(case_id, owner=li.id, to=None, now=SOON)
        assert tx.cases.due(now=LATER, limit=9) == []

    with store.transaction() as tx:
        assert tx.cases.allow(case_id, now=LATER)
        assert not tx.cases.allow(case_id, now=LATER)

    case = get(store, case_id)
    assert (case.may_page, case.raised_at, case.next_rung_at) == (True, LATER, LATER)


def test_a_case_that_somebody_has_keeps_its_clocks_when_paging_is_allowed_again(
    store, record, hire
):
    case_id, _ = record(MODERATE)
    li = hire("li")
    with store.transaction() as tx:
        tx.cases.claim(case_id, staff_id=li.id, now=NOW)
        tx.cases.object(case_id)
        assert tx.cases.allow(case_id, now=LATER)

    case = get(store, case_id)
    assert (case.may_page, case.raised_at, case.next_rung_at) == (True, NOW, None)


def test_danger_of_life_and_the_wish_for_a_person_stand_against_an_objection(store, record, arrive):
    grave, _ = record(HIGH)
    student_id = arrive(sender="u2").student_id
    asked, _ = record(sender="u2", asked_for=True, student_id=student_id, verdict=MODERATE)
    with store.transaction() as tx:
        assert not tx.cases.object(grave)
        assert not tx.cases.object(asked)


def test_the_first_contact_is_noted_once_and_ends_the_watch_over_the_owner(store, record, hire):
    case_id, _ = record()
    li = hire("li")
    with store.transaction() as tx:
        tx.cases.claim(case_id, staff_id=li.id, now=NOW)
        assert [case.id for case in tx.cases.claimed()] == [case_id]
        for at in (NOW, LATER):
            tx.cases.move(
                case_id, CaseState.IN_CONTACT, of={CaseState.CLAIMED, CaseState.IN_CONTACT}, now=at
            )
        tx.cases.seen(case_id, staff_id=li.id, now=LATER)

    case = get(store, case_id)
    assert (case.contact_at, case.owner_seen_at) == (NOW, LATER)
    with store.reading() as tx:
        assert tx.cases.claimed() == []
        assert [case.id for case in tx.cases.owned_by(li.id)] == [case_id]


# ------------------------------------------------------------ rungs


def test_a_rung_is_climbed_by_one_worker_only(store, record):
    case = get(store, record()[0])

    def climb(_):
        with store.transaction() as tx:
            return tx.cases.climb(case, rung=1, next_rung_at=LATER)

    assert sum(together(climb, *range(6))) == 1
    assert get(store, case.id).rung == 1


def test_who_climbs_a_case_that_rose_meanwhile_is_told_so(store, record):
    case_id, _ = record(MODERATE)
    case = get(store, case_id)
    record(HIGH, at=LATER)

    with store.transaction() as tx:
        assert not tx.cases.climb(case, rung=1, next_rung_at=None)


def test_cases_are_due_the_gravest_first(store, record):
    moderate, _ = record(MODERATE, sender="a")
    high, _ = record(HIGH, sender="b")
    record(HIGH, sender="c", at=SOON)

    with store.reading() as tx:
        assert tx.cases.due(now=NOW, limit=5) == [high, moderate]
        assert tx.cases.due(now=NOW, limit=1) == [high]


def test_hurrying_makes_a_coming_rung_due_and_leaves_a_past_one(store, record):
    case = get(store, record()[0])
    with store.transaction() as tx:
        tx.cases.climb(case, rung=1, next_rung_at=LATER)
        assert not tx.cases.hurry(case.id, rung=2, now=SOON)
        assert tx.cases.hurry(case.id, rung=1, now=SOON)
        assert not tx.cases.hurry(case.id, rung=1, now=SOON)

    assert get(store, case.id).next_rung_at == SOON


def test_each_rise_is_notified_and_told_once(store, record):
    case_id, _ = record(MODERATE)
    with store.transaction() as tx:
        assert tx.cases.notified(case_id, now=SOON)
        assert not tx.cases.notified(case_id, now=SOON)
        assert tx.cases.told_nobody(case_id, now=SOON)
        assert not tx.cases.told_nobody(case_id, now=SOON)
    assert get(store, case_id).state is CaseState.NOTIFIED

    record(HIGH, at=LATER)

    with store.transaction() as tx:
        assert tx.cases.notified(case_id, now=LATER)
        assert tx.cases.told_nobody(case_id, now=LATER)


def test_the_watchdog_counts_by_level_and_leaves_out_drills_and_whoever_was_reached(
    store, record, hire
):
    def count(*, grave=SOON, others=SOON):
        with store.reading() as tx:
            return tx.cases.unnotified(grave_before=grave, before=others)

    high, _ = record(HIGH, sender="a")
    record(MODERATE, sender="b")
    record(HIGH, sender="c", is_drill=True)
    record(MODERATE, sender="d", may_page=False)
    assert count() == 2
    assert count(grave=NOW) == 1
    assert count(others=NOW) == 1

    with store.transaction() as tx:
        tx.cases.notified(high, now=NOW)
    assert count() == 1
    record(Verdict(level=Level.IMMINENT), sender="a", at=SOON)
    assert count(grave=LATER) == 2
    li = hire("li")
    with store.transaction() as tx:
        tx.cases.claim(high, staff_id=li.id, now=SOON)
    assert count(grave=LATER) == 1


def test_cases_that_a_broken_screening_raised_are_found_by_their_number(store, record):
    broke = Verdict(level=Level.MODERATE, evidence=(f"{SCREENING_FAILED} (ZeroDivisionError)",))
    first, _ = record(broke, sender="a")
    second, _ = record(broke, sender="b", at=SOON)
    record(MODERATE, sender="c")
    record(HIGH, sender="a", at=LATER)

    with store.reading() as tx:
        assert [case.id for case in tx.cases.unscreened(after=NOW)] == [second]
        assert tx.cases.unscreened(after=LATER) == []
    assert first != second


# ------------------------------------------------------------ marks and notes


def test_a_mark_is_kept_and_taken_back(store, record, hire):
    case_id, _ = record()
    li = hire("li")
    with store.transaction() as tx:
        (trigger,) = tx.cases.triggers(case_id)
        tx.cases.mark(trigger.id, FalseAlarm.IDIOM, staff_id=li.id, now=NOW)
        assert tx.cases.triggers(case_id)[0].false_alarm is FalseAlarm.IDIOM
        tx.cases.mark(trigger.id, None, staff_id=li.id, now=NOW)
        assert tx.cases.triggers(case_id)[0].false_alarm is None


def test_a_signed_note_is_locked(store, record, hire):
    case_id, _ = record()
    li = hire("li")
    note = Note(
        id=uuid4(),
        case_id=case_id,
        staff_id=li.id,
        at=NOW,
        signed_at=None,
        amends=None,
        risk="想死的念头，没有计划",
    )
    with store.transaction() as tx:
        student_id = tx.cases.get(case_id).student_id
        tx.cases.add_note(note, student_id=student_id)
        assert tx.cases.sign(note.id, staff_id=li.id, now=SOON)
        assert not tx.cases.sign(note.id, staff_id=li.id, now=SOON)
        tx.cases.add_note(
            Note(
                id=note.id,
                case_id=case_id,
                staff_id=li.id,
                at=LATER,
                signed_at=None,
                amends=None,
                risk="改写",
            ),
            student_id=student_id,
        )

    with store.reading() as tx:
        (kept,) = tx.cases.notes(case_id)
    assert kept.risk == "想死的念头，没有计划"
    assert kept.signed_at == SOON


# ------------------------------------------------------------ pages


def a_page(dedupe, *, rung=1, why=PageReason.RISEN):
    return PageDraft(
        staff_id=None,
        channel_id=None,
        kind=ChannelKind.TELEGRAM,
        rung=rung,
        level=Level.HIGH,
        why=why,
        dedupe=dedupe,
    )


@pytest.fixture
def add(store, record):
    """Make pages for one case; returns their ids."""
    case_id, _ = record()

    def add(*drafts, at=NOW):
        with store.transaction() as tx:
            return [tx.pages.add(case_id, draft, now=at) for draft in drafts]

    add.case_id = case_id
    return add


def test_a_page_exists_once(store, add):
    (first,) = add(a_page("one"))

    assert add(a_page("one")) == [None]
    with store.reading() as tx:
        assert [one.id for one in tx.pages.of_case(add.case_id)] == [first]


def test_a_page_is_sent_by_one_worker_at_a_time(store, add):
    (page_id,) = add(a_page("one"))

    def claim(_):
        with store.transaction() as tx:
            return tx.pages.claim(page_id, now=NOW, until=SOON)

    (taken,) = filter(None, together(claim, *range(6)))
    assert (taken.state, taken.attempts) == (PageState.SENDING, 1)
    with store.transaction() as tx:
        assert tx.pages.claim(page_id, now=LATER, until=LATER).attempts == 2  # the first one died
        assert tx.pages.settle(page_id, PageState.SENT, reason=None, now=LATER)
        assert not tx.pages.settle(page_id, PageState.FAILED, reason="late", now=LATER)
        assert tx.pages.claim(page_id, now=LATER, until=LATER) is None


def test_a_rung_has_failed_when_all_its_pages_of_this_rise_have(store, add):
    old, one, two = add(a_page("old"), at=NOW - timedelta(hours=1)) + add(
        a_page("one"), a_page("two")
    )

    def settle(page_id, state):
        with store.transaction() as tx:
            tx.pages.claim(page_id, now=NOW, until=SOON)
            tx.pages.settle(page_id, state, reason=None, now=NOW)
            return tx.pages.failed_rung(add.case_id, 1, since=NOW)

    assert not settle(old, PageState.SENT)
    assert not settle(one, PageState.FAILED)
    assert settle(two, PageState.FAILED)
    with store.transaction() as tx:
        assert not tx.pages.failed_rung(add.case_id, 2, since=NOW)


def test_of_two_pages_that_fail_at_once_one_sees_that_the_rung_has_failed(store, add):
    pages = add(*(a_page(f"page {n}") for n in range(4)))

    def fail(page_id):
        with store.transaction() as tx:
            tx.pages.claim(page_id, now=NOW, until=SOON)
        with store.transaction() as tx:
            tx.pages.settle(page_id, PageState.FAILED, reason="gone", now=NOW)
            return tx.pages.failed_rung(add.case_id, 1, since=NOW)

    assert any(together(fail, *pages))


def test_unfinished_pages_are_those_that_wait_and_those_whose_worker_died(store, add):
    waits, dies, done, dropped = add(*(a_page(str(n)) for n in range(4)))
    (young,) = add(a_page("young"), at=SOON)
    with store.transaction() as tx:
        tx.pages.claim(dies, now=NOW, until=NOW)
        tx.pages.claim(done, now=NOW, until=SOON)
        tx.pages.settle(done, PageState.SENT, reason=None, now=NOW)
        tx.pages.claim(dropped, now=NOW, until=SOON)
        tx.pages.settle(dropped, PageState.OWED, reason="busy", now=NOW)

    with store.reading() as tx:
        found = set(tx.pages.unfinished(before=SOON, now=SOON, limit=9))
    assert found == {waits, dies, dropped}
    with store.transaction() as tx:
        assert tx.pages.drop(add.case_id, now=SOON) == 3
        assert tx.pages.get(young).state is PageState.DROPPED
        with pytest.raises(UnknownRow):
            tx.pages.get(uuid4())


# ------------------------------------------------------------ erasure


def test_erasing_takes_the_cases_along_and_counts_them(store, record, add):
    with store.transaction() as tx:
        student_id = tx.cases.get(add.case_id).student_id
        counts = tx.students.erase(student_id, code="R1", campus=Campus(), now=NOW)

        assert (counts["escalations"], counts["triggers"]) == (1, 1)
        assert tx.cases.all_of(student_id) == []


def test_a_case_stays_bare_until_its_page_about_the_erasure_was_sent(store, add):
    (page_id,) = add(a_page("erased", why=PageReason.ERASED))
    with store.transaction() as tx:
        student_id = tx.cases.get(add.case_id).student_id
        assert (
            tx.students.erase(student_id, code="R1", campus=Campus(), now=NOW)["escalations"] == 0
        )
        (left,) = tx.cases.all_of(student_id)
        assert (left.kinds, left.state, left.outcome) == ((), CaseState.CLOSED, None)
        tx.students.bury(before=NOW, campus=Campus())
        assert len(tx.cases.all_of(student_id)) == 1

    with store.transaction() as tx:
        tx.pages.claim(page_id, now=NOW, until=SOON)
        tx.pages.settle(page_id, PageState.SENT, reason=None, now=NOW)
        assert tx.students.bury(before=NOW, campus=Campus()) == 1

    with store.reading() as tx, pytest.raises(UnknownRow):
        tx.cases.get(add.case_id)
