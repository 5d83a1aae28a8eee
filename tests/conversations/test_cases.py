"""From the first alarming line to a person who says "mine": cases, ladders and pages."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from companion.flows.bundle import COLLECTED, MOST_ALONE
from companion.flows.climb import climb
from companion.flows.page import page, page_directly
from companion.flows.page_now import page_now
from companion.flows.watchdog import unnotified_cases
from companion.jobs import Job
from companion.language import Language
from companion.messages import InboundKind
from companion.people.student import Purpose
from companion.ports import Refused, RetryLater, Uncertain
from companion.risk import Level, Verdict
from companion.staff.cases import CaseState
from companion.staff.duty import Duty, Shift
from companion.staff.people import ChannelKind, Role
from companion.store import PageReason, PageState
from companion.texts import say

IMMINENT = "我现在在楼顶，准备跳下去"
HIGH = "我已经决定要自杀了"
MODERATE = "我有时候会想死，但不会做什么"
GONE = Refused("chat_gone", unreachable=True)


@pytest.fixture
def talking(campus):
    """A campus with one student who has answered the first questions."""
    campus.student_id = campus.onboard()
    return campus


def hire(campus, login, duty=None, *, language=Language.ZH, kinds=(ChannelKind.TELEGRAM,)):
    now = campus.clock.now()
    with campus.store.transaction() as tx:
        one = tx.members.add(
            login=login, name=login, role=Role.COUNSELLOR, language=language, now=now
        )
        for kind in kinds:
            tx.members.add_channel(one.id, kind, login, now=now)
        if duty is not None:
            tx.shifts.add(
                Shift(
                    id=uuid4(),
                    staff_id=one.id,
                    duty=duty,
                    starts_at=now - timedelta(hours=1),
                    ends_at=now + timedelta(hours=12),
                )
            )
    return one


@pytest.fixture
def staffed(talking):
    """Somebody on every rung, and a group."""
    talking.li = hire(talking, "li", Duty.PRIMARY)
    talking.wang = hire(talking, "wang", Duty.BACKUP, kinds=(ChannelKind.EMAIL,))
    talking.chen = hire(talking, "chen", Duty.SUPERVISOR, language=Language.EN)
    return talking


def passes(campus, *, minutes, step=30):
    """Let time pass as the scheduler sees it."""
    for _ in range(int(minutes * 60 / step)):
        campus.clock.passes(seconds=step)
        campus.jobs.send(Job.WATCH_CASES)
        campus.run()


def case_of(campus):
    with campus.store.reading() as tx:
        return tx.cases.open_of(campus.student_id)


def pages_of(campus):
    with campus.store.reading() as tx:
        return tx.pages.of_case(tx.cases.all_of(campus.student_id)[0].id)


def paged(campus):
    """Who was paged, in order."""
    return [address for address, _ in campus.channels.telegram.sent]


def claim(campus, staff):
    with campus.store.transaction() as tx:
        case = tx.cases.open_of(campus.student_id)
        return tx.cases.claim(case.id, staff_id=staff.id, now=campus.clock.now())


def told_nobody(campus):
    truths = ("没有值班老师回应", "叫不到值班老师")
    return [text for text in campus.telegram.texts if any(truth in text for truth in truths)]


# ------------------------------------------------------------ whole ladders


def test_an_imminent_case_nobody_answers_reaches_everybody_and_then_the_student_is_told(staffed):
    staffed.says(IMMINENT)
    assert case_of(staffed).level is Level.IMMINENT
    assert paged(staffed) == ["li", "staff-group"]
    assert staffed.channels.email.sent == []

    passes(staffed, minutes=3)
    assert [address for address, _ in staffed.channels.email.sent] == ["wang"]
    passes(staffed, minutes=3)
    assert paged(staffed) == ["li", "staff-group", "chen"]
    assert told_nobody(staffed) == []
    passes(staffed, minutes=4)

    assert sorted(paged(staffed)[3:]) == ["chen", "li", "staff-group"]
    (told,) = told_nobody(staffed)
    assert "120" in told
    passes(staffed, minutes=20)
    assert len(told_nobody(staffed)) == 1


def test_a_claim_between_two_rungs_ends_the_ladder(staffed):
    staffed.says(IMMINENT)
    passes(staffed, minutes=2)
    assert claim(staffed, staffed.li)

    passes(staffed, minutes=9)

    assert paged(staffed) == ["li", "staff-group"]
    assert staffed.channels.email.sent == []
    assert told_nobody(staffed) == []


def test_a_page_that_waits_when_somebody_claims_is_dropped(staffed):
    staffed.arrives(IMMINENT)
    staffed.run(only={Job.ASSESS, Job.RAISE})
    claim(staffed, staffed.wang)

    staffed.run()

    assert paged(staffed) == []
    assert {one.state for one in pages_of(staffed)} == {PageState.DROPPED}


def test_new_risk_raises_the_case_and_pages_again(staffed):
    staffed.says(MODERATE)
    first = case_of(staffed)
    assert first.level is Level.MODERATE
    assert paged(staffed) == ["li", "staff-group"]

    staffed.clock.passes(minutes=5)
    staffed.says(IMMINENT)

    raised = case_of(staffed)
    assert raised.id == first.id
    assert raised.level is Level.IMMINENT
    assert raised.raised_at > first.raised_at
    assert paged(staffed) == ["li", "staff-group"] * 2


def test_the_same_level_again_pages_nobody_anew(staffed):
    staffed.says(HIGH)
    staffed.says(HIGH)

    assert paged(staffed) == ["li", "staff-group"]


def test_new_risk_in_a_claimed_case_pages_its_owner_and_then_the_others(staffed):
    staffed.says(MODERATE)
    claim(staffed, staffed.chen)
    staffed.clock.passes(minutes=5)

    staffed.says(IMMINENT)
    assert paged(staffed)[2:] == ["chen"]
    passes(staffed, minutes=3)

    assert [address for address, _ in staffed.channels.email.sent] == ["wang"]


def test_the_owner_who_shows_up_after_it_rose_ends_the_ladder(staffed):
    staffed.says(MODERATE)
    claim(staffed, staffed.chen)
    staffed.clock.passes(minutes=5)
    staffed.says(IMMINENT)
    with staffed.store.transaction() as tx:
        case = tx.cases.open_of(staffed.student_id)
        tx.cases.seen(case.id, staff_id=staffed.chen.id, now=staffed.clock.now())

    passes(staffed, minutes=9)

    assert staffed.channels.email.sent == []
    assert told_nobody(staffed) == []


def test_whoever_claims_and_falls_silent_loses_the_case_to_the_queue(staffed):
    staffed.says(HIGH)
    claim(staffed, staffed.li)
    passes(staffed, minutes=29)
    assert case_of(staffed).owner_id == staffed.li.id

    passes(staffed, minutes=2)

    assert case_of(staffed).owner_id is None
    assert paged(staffed) == ["li", "staff-group"] * 2
    with staffed.store.reading() as tx:
        assert "case.idle" in [entry.action for entry in tx.audit.of_case(case_of(staffed).id)]


def test_whoever_has_spoken_with_the_student_keeps_the_case(staffed):
    staffed.says(HIGH)
    claim(staffed, staffed.li)
    with staffed.store.transaction() as tx:
        case = tx.cases.open_of(staffed.student_id)
        of = {CaseState.CLAIMED}
        tx.cases.move(case.id, CaseState.IN_CONTACT, of=of, now=staffed.clock.now())

    passes(staffed, minutes=60, step=120)

    assert case_of(staffed).owner_id == staffed.li.id


# ------------------------------------------------------------ nobody there, nobody allowed


def test_an_empty_roster_leaves_the_staff_group(talking):
    talking.says(IMMINENT)

    assert paged(talking) == ["staff-group"]
    assert say("delivery.told_staff", Language.ZH) in talking.telegram.texts


def test_with_no_channel_at_all_the_student_is_told_the_truth_and_the_watchdog_is_red(talking):
    talking.channels.campus_wide = ()

    said = talking.says(IMMINENT)

    assert say("delivery.told_staff", Language.ZH) not in talking.telegram.texts
    assert "叫不到值班的老师" in said[0]
    assert told_nobody(talking) == [], "the card has said so"
    talking.clock.passes(seconds=31)
    assert unnotified_cases(store=talking.store, now=talking.clock.now()) == 1


def test_without_consent_a_moderate_case_pages_nobody_until_life_is_in_danger(talking):
    with talking.store.transaction() as tx:
        tx.students.consent(
            talking.student_id, Purpose.STAFF_ALERT, granted=False, now=talking.clock.now()
        )
    talking.says(MODERATE)
    passes(talking, minutes=5)
    assert paged(talking) == []
    assert unnotified_cases(store=talking.store, now=talking.clock.now()) == 0

    talking.says(HIGH)

    assert paged(talking) == ["staff-group"]


def test_whoever_asks_for_a_person_is_paged_for_without_any_risk(staffed):
    staffed.says("/human")

    assert paged(staffed) == ["li", "staff-group"]
    assert "想找真人" in staffed.channels.pages[0]
    assert say("delivery.told_staff", Language.ZH) not in staffed.telegram.texts


# ------------------------------------------------------------ what a page says


def test_a_page_speaks_its_readers_language_and_carries_number_link_and_button(talking):
    hire(talking, "chen", Duty.PRIMARY, language=Language.EN)
    object.__setattr__(talking.services, "public_url", "https://care.example.edu/")

    talking.says(IMMINENT)

    number = case_of(talking).number
    english, chinese = (text for _, text in talking.channels.telegram.sent)
    assert english.url == f"https://care.example.edu/desk/cases/{number}"
    assert [button.value for button in english.buttons] == [f"claim:{number}"]
    assert f"Case: {number}" in english.body
    assert "imminent" in english.subject
    assert f"编号：{number}" in chinese.body
    assert "楼顶" not in english.body + chinese.body


def test_a_later_rung_says_that_nobody_has_answered_and_how_long_it_waits(staffed):
    staffed.says(IMMINENT)
    passes(staffed, minutes=3)

    ((_, text),) = staffed.channels.email.sent
    assert say("page.rung", Language.ZH) in text.body
    assert "3 分钟" in text.body


# ------------------------------------------------------------ pages that fail


def test_a_refused_page_makes_the_next_rung_due_at_once(staffed):
    staffed.channels.telegram.dead |= {"li": GONE, "staff-group": GONE}

    staffed.says(IMMINENT)

    assert [address for address, _ in staffed.channels.email.sent] == ["wang"]
    states = {one.reason for one in pages_of(staffed) if one.state is PageState.FAILED}
    assert states == {"chat_gone"}


def test_one_dead_channel_of_a_rung_is_not_a_failed_rung(staffed):
    staffed.channels.telegram.dead["li"] = GONE

    staffed.says(IMMINENT)

    assert paged(staffed) == ["staff-group"]
    assert staffed.channels.email.sent == []
    assert case_of(staffed).is_notified


def test_everything_dead_tells_the_student_at_once_and_goes_on_trying(staffed):
    staffed.channels.telegram.dead |= dict.fromkeys(("li", "chen", "staff-group"), GONE)
    staffed.channels.email.dead["wang"] = GONE

    staffed.says(IMMINENT)
    (told,) = told_nobody(staffed)
    assert "还没有值班老师回应" not in told

    staffed.channels.telegram.dead.clear()
    passes(staffed, minutes=1)
    assert "li" in paged(staffed)
    assert say("delivery.told_staff", Language.ZH) in staffed.telegram.texts


@pytest.mark.parametrize("fault", [Uncertain(), RetryLater(timedelta(seconds=1))])
def test_a_page_in_doubt_is_sent_again_rather_than_missed(talking, fault):
    talking.channels.telegram.faults = [fault, fault]

    talking.says(IMMINENT)

    assert paged(talking) == ["staff-group"]
    (sent,) = pages_of(talking)
    assert (sent.state, sent.attempts) == (PageState.SENT, 3)


def test_a_channel_that_wants_to_wait_too_long_has_failed(staffed):
    staffed.channels.telegram.faults = [RetryLater(timedelta(minutes=5))] * 2

    staffed.says(IMMINENT)

    assert [address for address, _ in staffed.channels.email.sent] == ["wang"]


def test_a_person_whose_channel_is_gone_counts_as_failed(staffed):
    staffed.arrives(IMMINENT)
    staffed.run(only={Job.ASSESS, Job.RAISE})
    with staffed.store.transaction() as tx:
        (way,) = tx.members.channels(staffed.li.id)
        tx.members.drop_channel(staffed.li.id, way.id)

    staffed.run()

    assert {one.reason for one in pages_of(staffed) if one.staff_id == staffed.li.id} == {
        "no_channel"
    }
    assert paged(staffed) == ["staff-group"]


# ------------------------------------------------------------ jobs and workers that die


def test_a_worker_killed_between_card_and_page_is_found_by_the_watch(staffed):
    staffed.arrives(IMMINENT)
    staffed.run(only={Job.ASSESS, Job.DELIVER_URGENT})
    staffed.jobs.sent.clear()  # killed: the hint is gone, the rows are not

    passes(staffed, minutes=0.5)

    assert paged(staffed) == ["li", "staff-group"]


def test_a_worker_killed_between_rung_and_page_is_found_by_the_watch(staffed):
    staffed.arrives(IMMINENT)
    staffed.run(only={Job.ASSESS, Job.RAISE})
    staffed.jobs.sent.clear()

    passes(staffed, minutes=0.5)

    assert sorted(paged(staffed)) == ["li", "staff-group"]


def test_a_worker_killed_over_a_page_leaves_it_to_another_one(talking):
    class Killed(BaseException):
        pass

    talking.channels.telegram.faults = [Killed()]
    talking.arrives(IMMINENT)
    with pytest.raises(Killed):
        talking.run()
    talking.jobs.sent.clear()

    passes(talking, minutes=1)

    assert paged(talking) == ["staff-group"]


def test_every_job_may_run_twice(staffed):
    staffed.says(IMMINENT)
    case = case_of(staffed)

    climb(case.id, services=staffed.services)
    for one in pages_of(staffed):
        page(one.id, services=staffed.services)

    assert paged(staffed) == ["li", "staff-group"]
    assert case_of(staffed) == case


def test_with_the_broker_away_the_process_that_took_it_in_pages_by_itself(staffed):
    message = staffed.arrives(IMMINENT)
    staffed.run(only={Job.ASSESS})
    staffed.jobs.sent.clear()
    with staffed.store.reading() as tx:
        case_id = tx.cases.of_message(message.message_id)

    page_now(case_id, services=staffed.services)

    assert sorted(paged(staffed)) == ["li", "staff-group"]


def test_with_the_database_away_the_whole_campus_is_paged_directly(talking):
    talking.channels.campus_wide = (
        (ChannelKind.TELEGRAM, "staff-group"),
        (ChannelKind.EMAIL, "care@example.edu"),
    )
    talking.channels.telegram.dead["staff-group"] = GONE

    assert page_directly(Verdict(level=Level.IMMINENT), services=talking.services)

    ((address, text),) = talking.channels.email.sent
    assert address == "care@example.edu"
    assert say("page.no_store", Language.ZH) in text.body
    talking.channels.email.dead["care@example.edu"] = GONE
    assert not page_directly(Verdict(level=Level.IMMINENT), services=talking.services)


# ------------------------------------------------------------ an outage of the screening


@pytest.fixture
def broken(campus, monkeypatch):
    """A campus whose screening breaks on every text."""

    def screen(text, *, history):
        raise ZeroDivisionError

    students = [campus.onboard(sender=f"s{number}") for number in range(MOST_ALONE + 4)]
    monkeypatch.setattr("companion.flows.assess.screen", screen)
    campus.students = students
    return campus


def test_an_outage_of_the_screening_is_one_page_for_many_cases(broken):
    for number in range(len(broken.students)):
        broken.says("今天课好多", sender=f"s{number}")
    assert len(paged(broken)) == MOST_ALONE
    assert unnotified_cases(store=broken.store, now=broken.clock.now()) == 0

    passes(broken, minutes=COLLECTED.total_seconds() / 60 + 0.5)

    assert len(paged(broken)) == MOST_ALONE + 1
    assert f"{len(broken.students) - MOST_ALONE} 位同学" in broken.channels.pages[-1]
    told = [text for text in broken.telegram.texts if text == say("delivery.told_staff", "zh")]
    assert len(told) == len(broken.students)
    with broken.store.reading() as tx:
        assert all(case.is_notified for case in tx.cases.queue())
    passes(broken, minutes=10)
    assert len(paged(broken)) == MOST_ALONE + 1


def test_life_in_danger_is_never_bundled(broken, monkeypatch):
    for number in range(len(broken.students)):
        broken.says("今天课好多", sender=f"s{number}")
    monkeypatch.undo()

    broken.says(IMMINENT, sender=f"s{MOST_ALONE + 2}")

    assert len(paged(broken)) == MOST_ALONE + 1
    assert "紧急程度：紧急" in broken.channels.pages[-1]


def test_the_failed_page_of_a_bundle_is_tried_again(broken):
    for number in range(len(broken.students)):
        broken.says("今天课好多", sender=f"s{number}")
    broken.channels.telegram.dead["staff-group"] = GONE
    passes(broken, minutes=2.5)
    assert unnotified_cases(store=broken.store, now=broken.clock.now()) == 4

    broken.channels.telegram.dead.clear()
    passes(broken, minutes=2)

    with broken.store.reading() as tx:
        assert all(case.is_notified for case in tx.cases.queue())


# ------------------------------------------------------------ erasure


def erase(campus):
    return campus.says("/delete confirm", kind=InboundKind.CHOICE)


@pytest.mark.parametrize(("text", "pages"), [(IMMINENT, 1), (MODERATE, 0)])
def test_staff_hear_that_somebody_in_danger_erased_everything(talking, text, pages):
    talking.says(text)
    talking.channels.telegram.sent.clear()

    erase(talking)

    assert len(paged(talking)) == pages
    assert all("删除了自己的全部数据" in body for body in talking.channels.pages)


def test_nothing_of_a_case_outlives_the_page_about_the_erasure(talking):
    talking.says(IMMINENT)
    talking.arrives("/delete confirm", kind=InboundKind.CHOICE)
    talking.run(only={Job.ASSESS})
    with talking.store.reading() as tx:
        (left,) = tx.cases.all_of(talking.student_id)
        assert tx.cases.triggers(left.id) == []
        assert not left.is_open
        assert left.kinds == ()

    talking.run()
    talking.jobs.send(Job.PURGE)
    talking.run()

    with talking.store.reading() as tx:
        assert tx.cases.all_of(talking.student_id) == []


def test_who_holds_the_case_hears_of_the_erasure_before_anybody_else(staffed):
    staffed.says(IMMINENT)
    claim(staffed, staffed.chen)
    staffed.channels.telegram.sent.clear()

    erase(staffed)

    ((address, text),) = staffed.channels.telegram.sent
    assert address == "chen"
    assert "erased everything" in text.body


# ------------------------------------------------------------ the watchdog


@pytest.mark.parametrize(
    ("text", "seconds", "red"),
    [(IMMINENT, 29, 0), (IMMINENT, 31, 1), (MODERATE, 100, 0), (MODERATE, 121, 1)],
)
def test_the_watchdog_counts_from_the_rows_whom_nobody_has_heard_of(talking, text, seconds, red):
    talking.arrives(text)
    talking.run(only={Job.ASSESS})
    talking.jobs.sent.clear()  # every worker is gone

    talking.clock.passes(seconds=seconds)

    assert unnotified_cases(store=talking.store, now=talking.clock.now()) == red


def test_waiting_for_the_morning_is_not_an_alarm(talking):
    talking.channels.campus_wide = ()
    li = hire(talking, "li")
    morning = talking.clock.now() + timedelta(hours=6)
    with talking.store.transaction() as tx:
        tx.shifts.add(
            Shift(
                id=uuid4(),
                staff_id=li.id,
                duty=Duty.PRIMARY,
                starts_at=morning,
                ends_at=morning + timedelta(hours=8),
            )
        )
    talking.says(MODERATE)

    passes(talking, minutes=10)
    assert paged(talking) == []
    assert unnotified_cases(store=talking.store, now=talking.clock.now()) == 0

    passes(talking, minutes=6 * 60, step=300)
    assert paged(talking) == ["li"]
    assert [one.why for one in pages_of(talking)] == [PageReason.RISEN]
