"""What staff were told, who has read what: the student sees it, adds to it, and may object."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import pytest

from companion.flows.case_work import excerpt, open_talk
from companion.flows.export import export_file
from companion.flows.told import words_of
from companion.language import Language
from companion.messages import InboundKind
from companion.people.student import Purpose
from companion.safety.plan import SafetyPlan
from companion.texts import say
from tests.conversations.aftercare import NAME, Aftercare

AT = "2026-11-22 10:00"
REASON = "需要知道前因"
WORDS = {Language.ZH: "那天我其实是在念歌词", Language.EN: "I was quoting a song that day"}
ADD = {Language.ZH: "补充：", Language.EN: "add: "}
MODERATE = {Language.ZH: "我有时候会想死", Language.EN: "sometimes I think about suicide"}


@pytest.fixture(params=Language)
def student(campus, request):
    return Aftercare(campus, request.param)


def told(student):
    [text] = student.campus.says("/privacy told", kind=InboundKind.CHOICE)
    return text


def line(student, key, **fields):
    return say(f"told.{key}", student.language, at=AT, **fields)


def test_before_anything_happened_it_says_so(student):
    student.campus.says("/privacy")
    assert "/privacy told" in student.campus.buttons().values()

    assert told(student) == say("told.none", student.language)


def test_what_staff_were_told_and_when(student):
    student.alarm()

    text = told(student)

    level = say("page.level_imminent", student.language)
    assert str(student.case().number) in text
    assert level in text
    assert say("page.kind_suicide", student.language) in text
    assert line(student, "paged") in text
    assert line(student, "claimed", name=NAME[student.language]) in text
    assert say("told.open", student.language) in text
    student.close()
    assert line(student, "closed", name=NAME[student.language]) in told(student)


def test_every_reading_is_shown_with_who_and_when(student):
    student.alarm()
    case = student.case()
    services, staff = student.campus.services, student.counsellor
    excerpt(case.id, staff=staff, services=services)
    open_talk(case.id, staff=staff, reason=REASON, services=services)
    student.campus.clock.passes(minutes=30)
    open_talk(case.id, staff=staff, reason=REASON, services=services)

    text = told(student)

    name = NAME[student.language]
    assert line(student, "talk", name=name) in text
    assert say("told.talk", student.language, at="2026-11-22 10:30", name=name) in text
    assert line(student, "excerpt", name=name, times="").rstrip() in text
    assert REASON not in text
    shows = replace(student.campus.services.campus, show_reading_reasons=True)
    student.campus.services = replace(student.campus.services, campus=shows)
    assert REASON in told(student)


def test_a_student_adds_words_of_their_own(student):
    student.alarm()

    [answer] = student.campus.says(ADD[student.language] + WORDS[student.language])

    assert answer == say("told.added", student.language, number=student.case().number)
    with student.campus.store.reading() as tx:
        [words] = words_of(tx, student.case().id)
    assert words.text == WORDS[student.language]
    assert WORDS[student.language] in told(student)


def test_words_that_worry_are_kept_all_the_same(student):
    student.alarm()
    worrying = {Language.ZH: "我说想死是开玩笑的", Language.EN: "I want to kill myself was a joke"}

    student.campus.says(ADD[student.language] + worrying[student.language])

    with student.campus.store.reading() as tx:
        assert [one.text for one in words_of(tx, student.case().id)] == [worrying[student.language]]


def test_there_is_nothing_to_add_to_without_a_case(student):
    [answer] = student.campus.says(ADD[student.language] + WORDS[student.language])

    assert answer == say("told.nothing_to_add", student.language)


@pytest.mark.parametrize("word", ["/object", "异议", "object"])
def test_an_objection_stops_alerts_but_not_in_danger_of_life(student, word):
    [answer] = student.campus.says(word)

    assert answer == say("object.done", student.language).strip()
    with student.campus.store.reading() as tx:
        assert not tx.students.get(student.student_id).allows(Purpose.STAFF_ALERT)
    student.campus.says(MODERATE[student.language])
    assert student.campus.channels.pages == []
    assert say("told.objected", student.language) in told(student)

    student.alarm()
    assert len(student.campus.channels.pages) > 0


def test_an_objection_can_be_taken_back(student):
    student.campus.says("/object")
    assert student.campus.buttons()[say("object.undo", student.language)] == "/object undo"

    [answer] = student.campus.says("/object undo", kind=InboundKind.CHOICE)

    assert answer == say("object.undone", student.language)
    with student.campus.store.reading() as tx:
        assert tx.students.get(student.student_id).allows(Purpose.STAFF_ALERT)
    assert {"student.objected", "student.agreed"} <= set(student.actions())


def test_the_export_holds_the_cases_the_contact_and_the_follow_ups(student):
    student.campus.says("/contact change", kind=InboundKind.CHOICE)
    for answer in ("/contact answer friend", "Lee", "555 0142 000", "Robin"):
        student.campus.says(answer)
    student.alarm()
    open_talk(
        student.case().id, staff=student.counsellor, reason=REASON, services=student.campus.services
    )
    student.campus.says(ADD[student.language] + WORDS[student.language])
    student.close()
    with student.campus.store.transaction() as tx:
        plan = SafetyPlan().with_line("places", "图书馆")
        tx.safety.plans.put(student.student_id, plan, now=student.campus.clock.now())

    packed = export_file(student.student_id, services=student.campus.services)

    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        data = json.loads(archive.read("nuanyu.json"))
        page = archive.read("nuanyu.html").decode()
    [case] = data["cases"]
    assert case["number"] == student.case().number
    assert case["outcome"] == "safe_with_plan"
    assert {"talk.read", "case.claim", "case.close"} <= {one["what"] for one in case["done"]}
    assert {one["by"] for one in case["done"]} <= {NAME[student.language], "you", "system"}
    assert [one["text"] for one in case["your_words"]] == [WORDS[student.language]]
    assert len(case["follow_ups"]) == 5
    assert data["safety_plan"]["places"] == ["图书馆"]
    assert "图书馆" in page
    assert data["emergency_contact"]["reach"] == "555 0142 000"
    assert REASON not in json.dumps(data, ensure_ascii=False)
    assert WORDS[student.language] in page
    assert "555 0142 000" in page
