"""After a case is closed: somebody is thinking of the student, and nobody has to answer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from companion.flows.follow_up import follow_up, tick_off
from companion.jobs import Job
from companion.language import Language
from companion.messages import InboundKind
from companion.ports import Refused
from companion.staff.cases import CaseState, Outcome
from companion.store import PageReason
from companion.texts import say
from tests.conversations.aftercare import ALARM, NAME, Aftercare


@pytest.fixture(params=Language)
def after(campus, request):
    return Aftercare(campus, request.param)


@pytest.fixture
def closed(after):
    after.alarm()
    after.close()
    return after


def test_a_caring_contact_comes_after_a_day_in_the_name_of_who_closed_the_case(closed):
    assert closed.passes(hours=23) == []

    [text] = closed.passes(hours=1, minutes=5)

    assert NAME[closed.language] in text
    assert not set("?？") & set(text)
    assert set(closed.campus.buttons().values()) == {"/human", "/care stop"}


def test_a_grave_case_is_followed_for_three_months_in_ever_new_words(closed):
    told = []
    for _ in range(100):
        told += closed.passes(days=1)
        closed.campus.says("/help")

    letters = [text for text in told if say("care.from", closed.language)[:6] in text]
    assert len(letters) == len(set(letters)) == 5
    assert closed.states() == ["answered"] * 5


def test_nothing_leaves_at_night(campus):
    after = Aftercare(campus)
    after.alarm()
    campus.clock.at = datetime(2026, 11, 22, 14, 40, tzinfo=UTC)  # 22:40 in Shanghai
    after.close()

    assert after.passes(days=1) == []
    assert after.passes(hours=10) == []  # 08:40
    assert len(after.passes(minutes=25)) == 1  # 09:05


def test_a_tick_that_runs_twice_sends_once(closed):
    closed.campus.clock.passes(hours=25)
    for _ in range(3):
        follow_up(services=closed.campus.services)
        closed.campus.jobs.send(Job.FOLLOW_UP)
    closed.campus.run()

    assert len(closed.campus.telegram.sent) == 1


def test_after_an_outage_contacts_do_not_come_in_a_heap(closed):
    assert len(closed.passes(days=8)) == 1
    assert closed.passes(minutes=5) == []
    assert len(closed.passes(days=1)) == 1


@pytest.mark.parametrize("ending", ["false alarm", "duplicate"])
def test_no_contact_after_an_alarm_that_was_none(after, ending):
    after.alarm()
    if ending == "false alarm":
        after.false_alarm()
    else:
        after.close(Outcome.DUPLICATE)

    assert after.passes(hours=25) == []
    assert after.states() == []


def test_who_has_stopped_the_companion_is_not_written_to(closed):
    closed.campus.says("/stop")

    assert closed.passes(hours=25) == []
    assert set(closed.states()) == {"stopped"}


def test_who_stopped_before_the_closing_is_not_written_to(after):
    after.alarm()
    after.campus.says("/stop")
    after.close()

    assert after.states() == []


def test_a_pause_is_waited_out(closed):
    closed.campus.says("/pause 7")

    assert closed.passes(days=2) == []
    assert len(closed.passes(days=6)) == 1


def test_one_button_ends_it_also_after_later_cases(closed):
    closed.passes(hours=25)
    stop = next(value for value in closed.campus.buttons().values() if value.startswith("/care"))
    [answer] = closed.campus.says(stop, kind=InboundKind.CHOICE)
    assert answer == say("care.stopped", closed.language)
    assert [closed.passes(days=3), closed.passes(days=7)] == [[], []]

    closed.alarm()
    closed.close()
    assert closed.passes(days=2) == []

    closed.campus.says("/care on", kind=InboundKind.CHOICE)
    closed.alarm()
    closed.close()
    assert len(closed.passes(days=2)) == 1


@pytest.mark.parametrize(
    "word", ["不用再问候我", "别再问候我", "no more check-ins", "Stop checking in."]
)
def test_one_word_ends_it(closed, word):
    closed.passes(hours=25)

    closed.campus.says(word)

    assert closed.passes(days=30) == []


def test_two_that_met_silence_make_a_task_and_a_page_to_who_closed_the_case(closed):
    closed.passes(hours=25)
    closed.passes(hours=48)
    assert closed.tasks() == []

    closed.passes(hours=49)

    assert closed.tasks() == ["silent_follow_up"]
    assert [address for address, _ in closed.campus.channels.telegram.sent] == ["wang-private"]
    with closed.campus.store.reading() as tx:
        [page] = [
            page for page in tx.pages.of_case(closed.case().id) if page.why is PageReason.FOLLOW_UP
        ]
        [task] = tx.aftercare.tasks.open()
    assert page.staff_id == closed.counsellor.id

    closed.passes(minutes=5)
    assert closed.tasks() == ["silent_follow_up"]
    assert tick_off(task.id, staff=closed.counsellor, services=closed.campus.services)
    assert not tick_off(task.id, staff=closed.counsellor, services=closed.campus.services)
    assert closed.tasks() == []
    assert "task.done" in closed.actions()


def test_the_staff_group_is_paged_when_who_closed_the_case_has_left(closed):
    with closed.campus.store.transaction() as tx:
        tx.members.disable(closed.counsellor.id, now=closed.campus.clock.now())

    [first] = closed.passes(hours=25)
    closed.passes(hours=48)
    closed.passes(hours=49)

    assert NAME[closed.language] not in first
    assert say("care.centre", closed.language) in first
    assert [address for address, _ in closed.campus.channels.telegram.sent] == ["staff-group"]


@pytest.mark.parametrize("answer", ["谢谢老师", "/help", "thank you"])
def test_any_word_is_an_answer(closed, answer):
    closed.passes(hours=25)
    closed.campus.says(answer)
    closed.passes(hours=48)
    closed.passes(hours=49)

    assert closed.tasks() == []
    assert closed.states()[:2] == ["answered", "silent"]


def test_who_cannot_be_reached_any_more_becomes_a_task_at_once(closed):
    closed.campus.telegram.faults.append(Refused("blocked", unreachable=True))
    closed.passes(hours=25)
    closed.passes(hours=48)

    assert closed.tasks() == ["unreachable"]
    assert "refused" in closed.states()


def test_risk_in_the_answer_opens_a_new_case_that_names_the_old_one(closed):
    old = closed.case()
    closed.passes(hours=25)

    closed.campus.says(ALARM[closed.language])

    new = closed.case()
    assert (new.id != old.id, new.state is not CaseState.CLOSED) == (True, True)
    with closed.campus.store.reading() as tx:
        [named] = [one for one in tx.audit.of_case(new.id) if one.action == "case.follows"]
    assert named.detail == {"earlier": old.number}
    # While somebody looks after the new case no letter leaves; the new closing plans anew.
    letter = say("care.from", closed.language)
    assert [text for text in closed.passes(days=3) if letter in text] == []
    closed.take()
    closed.close()
    assert len(closed.passes(days=2)) == 1


def test_erasing_everything_ends_it(closed):
    closed.campus.says("/delete confirm", kind=InboundKind.CHOICE)
    closed.campus.telegram.sent.clear()

    assert closed.passes(days=2) == []
    assert closed.states() == []


def test_what_is_planned_can_be_seen(closed):
    [text] = closed.campus.says("/care")
    assert "5" in text
    closed.campus.says("/care stop")

    [text] = closed.campus.says("/care")
    assert text == say("care.none", closed.language)
