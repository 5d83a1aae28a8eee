"""An objection to sharing stops what is no emergency, tells what it stopped, and what it did not."""

from __future__ import annotations

import pytest

from companion.flows.case_work import claim, hand_on
from companion.jobs import Job
from companion.language import Language
from companion.messages import InboundKind
from companion.texts import say
from tests.conversations.aftercare import ALARM, NAME, Aftercare

MODERATE = {Language.ZH: "我有时候会想死", Language.EN: "sometimes I think about suicide"}
ENOUGH = {"hours": 30}


@pytest.fixture(params=Language)
def student(campus, request):
    return Aftercare(campus, request.param)


def objects(student):
    return student.campus.says("/object")[-1]


def watched(student):
    """Let time pass until every rung would be due; returns what staff were paged meanwhile."""
    before = len(student.campus.channels.pages)
    for _ in range(3):
        student.campus.clock.passes(**ENOUGH)
        student.campus.jobs.send(Job.WATCH_CASES)
        student.campus.run()
    return student.campus.channels.pages[before:]


def said(student, key, **fields):
    return say(f"object.{key}", student.language, number=student.case().number, **fields)


def test_the_ladder_of_a_moderate_case_stops_and_the_student_hears_so(student):
    student.campus.says(MODERATE[student.language])
    assert student.campus.channels.pages != []

    answer = objects(student)

    assert answer.startswith(say("object.done", student.language).strip())
    assert said(student, "case_told") in answer
    assert watched(student) == []
    assert not student.case().may_page
    assert student.actions()[-1] == "student.objected"
    [told] = student.campus.says("/privacy told", kind=InboundKind.CHOICE)
    assert say("told.stopped", student.language) in told


def test_where_nobody_was_reached_yet_nobody_will_be(student):
    student.campus.arrives(MODERATE[student.language])
    student.campus.run(only=set(Job) - {Job.PAGE})
    student.campus.jobs.sent.clear()  # they are lost: the broker went away

    answer = objects(student)

    assert said(student, "case_untold") in answer
    assert student.campus.channels.pages == []
    assert watched(student) == []


def test_a_page_on_its_way_through_the_queue_does_not_leave_after_it(student):
    student.campus.arrives(MODERATE[student.language])
    student.campus.run(only=set(Job) - {Job.RAISE, Job.PAGE})
    objects(student)

    student.campus.run()

    assert student.campus.channels.pages == []


def test_danger_of_life_goes_on_and_the_student_hears_so(student):
    student.campus.says(ALARM[student.language])

    answer = objects(student)

    level = say("page.level_imminent", student.language)
    assert said(student, "case_grave", level=level) in answer
    assert watched(student) != []


def test_new_danger_of_life_pages_although_the_student_objected_before(student):
    student.campus.says(MODERATE[student.language])
    objects(student)
    student.campus.says(ALARM[student.language])

    assert student.case().may_page
    assert len(student.campus.channels.pages) > 1


def test_who_has_taken_it_keeps_it_and_nobody_else_is_paged_when_it_is_given_back(student):
    student.campus.says(MODERATE[student.language])
    student.take()

    answer = objects(student)

    assert said(student, "case_held", name=NAME[student.language]) in answer
    case = student.case()
    assert case.owner_id == student.counsellor.id
    before = len(student.campus.channels.pages)
    hand_on(
        case.id, staff=student.counsellor, to=None, reason="下班", services=student.campus.services
    )
    student.campus.run()
    assert student.case().owner_id is None
    assert student.campus.channels.pages[before:] == []
    assert watched(student) == []
    assert claim(case.id, staff=student.counsellor, services=student.campus.services).ok


def test_who_asked_for_a_person_still_gets_one(student):
    student.campus.says("/human")

    answer = objects(student)

    assert said(student, "case_asked") in answer
    assert say("object.case_asked_cancel", student.language) in answer
    assert student.case().may_page
    student.take()
    assert said(student, "case_held_asked", name=NAME[student.language]) in objects(student)


def test_taken_back_the_ladder_begins_anew(student):
    student.campus.says(MODERATE[student.language])
    objects(student)
    student.campus.clock.passes(hours=1)
    student.campus.channels.telegram.sent.clear()

    answer = student.campus.says("/object undo", kind=InboundKind.CHOICE)[0]

    assert said(student, "case_begun") in answer
    assert student.campus.channels.pages != []
    assert student.case().raised_at == student.campus.clock.now()


def test_the_switch_under_privacy_does_the_same(student):
    student.campus.says(MODERATE[student.language])

    answer = student.campus.says("/consent staff_alert no", kind=InboundKind.CHOICE)[-1]

    assert said(student, "case_told") in answer
    assert watched(student) == []
    assert "student.objected" in student.actions()


def test_an_objection_said_twice_changes_nothing_more(student):
    student.campus.says(MODERATE[student.language])

    assert objects(student) == objects(student)
    assert watched(student) == []
