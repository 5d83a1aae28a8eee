"""The emergency contact: given with consent, used by a named person's press, on record."""

from __future__ import annotations

from dataclasses import replace

import pytest

from companion.errors import BadInput
from companion.flows.contact import contact_automatically, use_contact
from companion.language import Language
from companion.messages import InboundKind
from companion.people.contact import Relation
from companion.ports import Refused
from companion.risk import Level
from companion.staff.people import ChannelKind, Role
from companion.texts import say
from tests.conversations.aftercare import ALARM, NAME, Aftercare

ANSWERS = {
    Language.ZH: ("妈妈", "张敏", "555 0142 000", "小雨"),
    Language.EN: ("friend", "Ann Lee", "ann@example.com", "Robin"),
}


@pytest.fixture(params=Language)
def student(campus, request):
    return Aftercare(campus, request.param)


@pytest.fixture
def alarmed(student):
    """A student with a contact whose case is claimed."""
    give(student)
    student.alarm()
    return student


def give(student, answers=None):
    student.campus.says("/contact change", kind=InboundKind.CHOICE)
    told = []
    for text in answers or ANSWERS[student.language]:
        told = student.campus.says(text)
    return told


def to_contact(campus):
    """Who was paged because a contact could not be told."""
    campus.run()
    said = say("page.contact", Language.ZH, case="1001").partition("\n")[0]
    return [chat for chat, text in campus.channels.telegram.sent if text.body.startswith(said)]


def use(student, reason="", *, write=False, staff=None):
    return use_contact(
        student.case().id,
        staff=staff or student.counsellor,
        reason=reason,
        services=student.campus.services,
        write=write,
    )


def kept(student):
    with student.campus.store.reading() as tx:
        return tx.aftercare.contacts.get(student.student_id)


# ------------------------------------------------------------ the dialogue


def test_the_purpose_comes_before_the_questions(student):
    [text] = student.campus.says("/contact")

    assert text == say("contact.purpose", student.language, automatic="").strip()
    assert set(student.campus.buttons().values()) == {"/contact change", "/contact no"}
    assert kept(student) is None


def test_the_contact_is_given_question_by_question_and_shown(student):
    [text] = give(student)

    _, name, reach, called = ANSWERS[student.language]
    assert all(
        word in text for word in (say("contact.kept", student.language), name, reach, called)
    )
    contact = kept(student)
    assert contact.details.name == name
    assert contact.draft is None
    assert contact.consent_at == student.campus.clock.now()
    assert "contact.given" in student.actions()
    [again] = student.campus.says("/contact")
    assert reach in again


def test_who_they_are_may_be_pressed(student):
    student.campus.says("/contact change", kind=InboundKind.CHOICE)
    pressed = f"/contact answer {Relation.PARTNER}"
    assert pressed in student.campus.buttons().values()

    [text] = student.campus.says(pressed, kind=InboundKind.CHOICE)

    assert text == say("contact.ask_name", student.language)


def test_half_a_number_is_asked_for_again(student):
    who, name, *_ = ANSWERS[student.language]

    [text] = give(student, (who, name, "55501"))

    assert text == say("contact.half", student.language)
    assert kept(student).details is None


def test_talk_in_the_middle_of_the_questions_is_talk(student):
    give(student, ANSWERS[student.language][:1])
    talk = {Language.ZH: "我今天跟室友吵架了", Language.EN: "I had a fight with my roommate"}

    answers = student.campus.says(talk[student.language])

    assert say("contact.ask_reach", student.language) not in answers
    [text] = student.campus.says(ANSWERS[student.language][1])
    assert text == say("contact.ask_reach", student.language)


def test_the_answers_are_no_part_of_the_talk_that_a_model_reads(student):
    give(student)

    with student.campus.store.reading() as tx:
        said = [past.turn.text for past in tx.talk.turns(student.student_id, limit=50)]
    assert not set(ANSWERS[student.language]) & set(said)


def test_a_contact_can_also_be_given_in_the_middle_of_a_crisis(student):
    student.campus.says(ALARM[student.language])

    [text] = give(student)

    assert say("contact.kept", student.language) in text


def test_it_can_be_stopped_changed_and_deleted(student):
    give(student, ANSWERS[student.language][:2])
    student.campus.says("/contact cancel", kind=InboundKind.CHOICE)
    assert kept(student) is None

    give(student)
    give(student, ANSWERS[student.language][:2])
    student.campus.says("/contact cancel", kind=InboundKind.CHOICE)
    assert kept(student).details.reach == ANSWERS[student.language][2]

    [text] = student.campus.says("/contact delete", kind=InboundKind.CHOICE)
    assert (text, kept(student)) == (say("contact.deleted", student.language), None)


def test_erasing_everything_erases_it(student):
    give(student)
    student.campus.says("/delete confirm", kind=InboundKind.CHOICE)

    assert kept(student) is None


# ------------------------------------------------------------ its use


def test_a_named_person_sees_the_number_once_a_day_or_with_a_reason(alarmed):
    used = use(alarmed)
    assert used.details.reach == ANSWERS[alarmed.language][2]
    assert used.wrote is None

    again = use(alarmed)
    assert again.details is None
    assert again.used_at == alarmed.campus.clock.now()

    assert use(alarmed, "第一次没有接通").details is not None
    alarmed.campus.clock.passes(hours=25)
    assert use(alarmed).details is not None


def test_each_use_is_on_record_and_the_student_sees_it(alarmed):
    use(alarmed)

    with alarmed.campus.store.reading() as tx:
        [entry] = [
            one for one in tx.audit.of_case(alarmed.case().id) if one.action == "contact.use"
        ]
    assert (entry.actor, entry.student_id) == (str(alarmed.counsellor.id), alarmed.student_id)
    [text] = alarmed.campus.says("/privacy told", kind=InboundKind.CHOICE)
    at = "2026-11-22 10:00"
    name = NAME[alarmed.language]
    assert say("told.contact_shown", alarmed.language, at=at, name=name) in text


def test_the_letter_asks_to_get_in_touch_and_holds_nothing_of_the_talk(campus):
    student = Aftercare(campus, Language.EN)
    give(student)
    student.alarm()

    used = use(student, write=True)

    assert used.wrote
    [(address, text)] = campus.channels.email.sent
    assert address == "ann@example.com"
    assert all(word in text.body for word in ("Robin", "Ms Wang", "示范大学", "Example University"))
    assert "Robin" in text.subject
    said = text.body + text.subject
    assert not any(word in said.lower() for word in ("kill", "suicid", "自杀", "tonight", "high"))
    assert (text.url, text.buttons) == (None, ())


def test_a_letter_that_does_not_leave_becomes_a_task(campus):
    student = Aftercare(campus, Language.EN)
    give(student)
    student.alarm()
    campus.channels.email.faults.append(Refused("no_such_mailbox", unreachable=True))

    assert use(student, write=True).wrote is False
    assert student.tasks() == ["contact"]
    assert "contact.failed" in student.actions()
    assert to_contact(campus) == ["wang-private"]


def test_nobody_writes_to_a_number_and_nobody_without_the_right_uses_a_contact(campus):
    student = Aftercare(campus)
    give(student)
    student.alarm()

    with pytest.raises(BadInput):
        use(student, write=True)
    with pytest.raises(BadInput):
        use(student, staff=replace(student.counsellor, role=Role.ADMIN))
    assert kept(student).used_at is None


def test_without_a_contact_there_is_nothing_to_use(student):
    student.alarm()

    assert use(student).details is None


# ------------------------------------------------------------ by itself, only where ordered


def ordered(student, level=Level.IMMINENT):
    campus = replace(student.campus.services.campus, contact_automatically_at=level)
    student.campus.services = replace(student.campus.services, campus=campus)


def test_nothing_is_sent_by_itself_unless_the_campus_orders_it(campus):
    student = Aftercare(campus, Language.EN)
    give(student)
    student.alarm()

    assert contact_automatically(services=campus.services) == 0
    assert campus.channels.email.sent == []


def test_where_it_is_ordered_one_letter_leaves_per_case_and_staff_do_the_calling(campus):
    student = Aftercare(campus, Language.EN)
    ordered(student, Level.HIGH)
    [purpose] = campus.says("/contact")
    assert "by the university's rules" in purpose
    give(student)
    student.alarm()

    assert [contact_automatically(services=campus.services) for _ in range(3)] == [1, 0, 0]
    campus.clock.passes(days=2)
    assert contact_automatically(services=campus.services) == 0
    assert len(campus.channels.email.sent) == 1
    [text] = campus.says("/privacy told", kind=InboundKind.CHOICE)
    assert "by itself" in text


def test_a_number_becomes_one_task_for_a_person(campus):
    student = Aftercare(campus)
    ordered(student, Level.HIGH)
    give(student)
    student.alarm()

    for _ in range(3):
        contact_automatically(services=campus.services)
    assert student.tasks() == ["contact"]
    assert campus.channels.email.sent == []
    assert to_contact(campus) == ["wang-private"]  # who has the case


def test_a_letter_that_fails_by_itself_pages_who_has_the_case_or_closed_it(campus):
    student = Aftercare(campus, Language.EN)
    ordered(student, Level.HIGH)
    give(student)
    student.alarm()
    campus.channels.email.faults.append(Refused("no_such_mailbox", unreachable=True))

    assert contact_automatically(services=campus.services) == 0

    assert to_contact(campus) == ["wang-private"]


def test_where_nobody_has_the_case_the_whole_staff_are_told(campus):
    student = Aftercare(campus, Language.EN)
    ordered(student, Level.HIGH)
    give(student)
    campus.says(ALARM[Language.EN])
    campus.channels.off.add(ChannelKind.EMAIL)

    contact_automatically(services=campus.services)

    assert to_contact(campus) == ["staff-group"]
    assert student.tasks() == ["contact"]
