"""The first words and the first questions: the notice, the age, a yes or no for each purpose."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from companion.flows.objection import apply_objection
from companion.flows.order import Order
from companion.messages import Choice
from companion.people.onboarding import next_question
from companion.people.student import AgeBand, Purpose, Student
from companion.store import Transaction
from companion.texts import say


def introduce(order: Order) -> None:
    """Say what Nuanyu is, and ask what was not asked yet."""
    order.answer(say("notice.text", order.language), part=":notice")
    order.tx.students.update(order.student.id, notice_at=order.now)
    _ask_next(order, order.student)


def _ask_next(order: Order, student: Student) -> bool:
    question = next_question(student, language=order.language, minimum_age=order.campus.minimum_age)
    if question is not None:
        order.answer(question.text, *question.choices, part=":ask")
    return question is not None


def answer_age(order: Order) -> None:
    """Note whether the student is old enough; nothing more exact is asked or kept."""
    known = {band.value: band for band in AgeBand}
    band = known.get(order.argument)
    if band is None:
        order.answer_unknown()
        return
    order.tx.students.update(order.student.id, age_band=band)
    if band is AgeBand.UNDER_MINIMUM:
        minimum = order.campus.minimum_age
        order.answer(say("onboarding.under_minimum", order.language, minimum=minimum))
    elif not _ask_next(order, replace(order.student, age_band=band)):
        order.answer(say("onboarding.done", order.language))


def answer_consent(order: Order) -> None:
    """Note a yes or no to one purpose, and ask for the next."""
    name, _, word = order.argument.partition(" ")
    known = {purpose.value: purpose for purpose in Purpose}
    if name not in known or word not in {"yes", "no"}:
        order.answer_unknown()
        return
    purpose, granted = known[name], word == "yes"
    was_onboarded = order.student.onboarded
    set_consent(order.tx, order.student.id, purpose, granted=granted, now=order.now)
    student = replace(order.student, consents={**order.student.consents, purpose: granted})
    if was_onboarded:
        key = "consent_on" if granted else f"consent_off_{purpose}"
        text = order.say(key, purpose=order.say(f"privacy_{purpose}"))
        if purpose is Purpose.STAFF_ALERT:
            text = f"{text.strip()}\n\n{apply_objection(order, is_back=granted)}"
        order.answer(text, *consent_switches(order, student))
        return
    if not _ask_next(order, student):
        order.answer(say("onboarding.done", order.language))


def consent_switches(order: Order, student: Student) -> list[Choice]:
    """Return a button for each purpose that turns it the other way."""
    found = []
    for purpose in Purpose:
        turn, word = ("off", "no") if student.allows(purpose) else ("on", "yes")
        label = order.say(f"privacy_turn_{turn}", purpose=order.say(f"privacy_{purpose}"))
        found.append(Choice(label, f"/consent {purpose} {word}"))
    return found


def set_consent(
    tx: Transaction, student_id: UUID, purpose: Purpose, *, granted: bool, now: datetime
) -> None:
    """Record a yes or no, and let it take effect at once."""
    tx.students.consent(student_id, purpose, granted=granted, now=now)
    if purpose is Purpose.MEMORY and not granted:
        tx.talk.forget(student_id)
