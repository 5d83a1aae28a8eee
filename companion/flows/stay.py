"""Staying with a student at risk: the card, then the safety dialogue, question by question.

While a question waits, what the student writes belongs to it and no model answers. When nothing
is asked any more the talk goes on as usual, with the card in its context; a new alarm takes the
dialogue up where it stood.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from companion.dialogue.reflection import is_told
from companion.flows.escalate import escalate
from companion.flows.order import Order
from companion.flows.people_there import alert_about, people_there
from companion.flows.sending import let_go, send
from companion.jobs import Job
from companion.messages import InboundKind, OutboundKind
from companion.people.student import AgeBand
from companion.risk import Kind, Level, Verdict
from companion.safety.card import Card, crisis_card, numbers_card
from companion.safety.dialogue.branches import Branch
from companion.safety.dialogue.machine import Heard, Turned, advance, open_dialogue
from companion.safety.dialogue.speech import Scene
from companion.safety.dialogue.state import State
from companion.safety.numbers import numbers_for
from companion.safety.people import Reach
from companion.safety.plan import SafetyPlan
from companion.safety.wordings import wordings
from companion.store import Draft, Reading, Transaction

#: So long a question may wait for a sentence of the model.
HOLD = timedelta(seconds=3)
#: After this much silence a safety talk is over; a new alarm begins another one.
TALK_GAP = timedelta(hours=6)
#: Branches in which other numbers, or the police, come first.
_KIND_OF = {Branch.ABUSE: Kind.ABUSE, Branch.HARM_TO_OTHERS: Kind.HARM_TO_OTHERS}


def is_in_safety_talk(tx: Reading, student_id: UUID, *, now: datetime) -> bool:
    """Whether a question of the safety dialogue waits: reminders, nudges and games wait too."""
    state = running(tx, student_id, now=now)
    return state is not None and state.is_asking


def running(tx: Reading, student_id: UUID, *, now: datetime) -> State | None:
    """Return the safety talk that has not fallen silent; None when there is none."""
    state = tx.safety.talks.get(student_id)
    return None if state is None or now - state.updated_at >= TALK_GAP else state


def take_in(order: Order, verdict: Verdict, *, alone: Verdict) -> Turned | None:
    """Return what the running safety talk makes of a message; None when none runs.

    `alone` is the screen's word on the text without the talk around it. Nothing is sent yet. A
    talk that fell silent is ended.
    """
    state = running(order.tx, order.student.id, now=order.now)
    if state is None:
        order.tx.safety.talks.end(order.student.id, now=order.now)
        return None
    heard = Heard(text=order.message.text, verdict=verdict, alone=alone, is_minor=_is_minor(order))
    return advance(state, heard, scene=_scene(order, state), now=order.now)


def go_on(order: Order, turned: Turned, *, part: str = "") -> None:
    """Keep where the talk is, say what is next, and start the page that a level obliges to."""
    tx, student = order.tx, order.student
    tx.safety.talks.put(student.id, turned.state)
    _keep_plan(order, turned)
    if turned.said is not None:
        card = Card(turned.said.text, turned.said.choices)
        hold = HOLD if _waits_for_a_sentence(order, turned) else None
        _send(order, card, level=turned.state.level, part=part, hold=hold)
    if turned.verdict.level.needs_card:
        escalate(order, turned.verdict)


def begin(order: Order, verdict: Verdict, *, part: str = "") -> None:
    """Send the card, whose last line is the first question, and start the page of its verdict."""
    before = order.tx.safety.talks.latest(order.student.id)
    state = open_dialogue(
        verdict,
        now=order.now,
        text=order.message.text,
        is_minor=_is_minor(order),
        round=before.round + 1 if before else 0,
    )
    order.tx.safety.talks.put(order.student.id, state)
    people = people_there(order, verdict)
    card = crisis_card(
        verdict,
        campus=order.campus,
        language=order.language,
        now=order.now,
        people=people,
        state=state,
    )
    _send(order, card, level=verdict.level, part=part)
    case_id = escalate(order, verdict) if verdict.level.needs_card else None
    if case_id is not None and people.reach is Reach.UNREACHED:
        order.tx.cases.told_nobody(case_id, now=order.now)


def raise_only(order: Order, verdict: Verdict) -> bool:
    """Raise the running talk's level without a word; False when no question waits.

    For a second reader: what it worries about was answered in the talk already.
    """
    state = running(order.tx, order.student.id, now=order.now)
    if state is None or not state.is_asking:
        return False
    risen = replace(state, level=max(state.level, verdict.level))
    order.tx.safety.talks.put(order.student.id, risen)
    escalate(order, verdict)
    return True


def show_numbers(order: Order) -> None:
    """Answer /sos: the card with its first question, or the numbers alone while one waits."""
    if not is_in_safety_talk(order.tx, order.student.id, now=order.now):
        begin(order, Verdict(level=Level.NONE))
        return
    card = numbers_card(
        campus=order.campus,
        language=order.language,
        now=order.now,
        people=people_there(order, Verdict(level=Level.NONE)),
    )
    order.answer(card.text, *card.choices, kind=OutboundKind.CARD)


def hush(tx: Transaction, student_id: UUID, *, now: datetime) -> None:
    """Ask nothing more for now: the student has left."""
    state = running(tx, student_id, now=now)
    if state is not None and state.is_asking:
        tx.safety.talks.put(student_id, replace(state, pending=None))


def _scene(order: Order, state: State) -> Scene:
    numbers = numbers_for(
        order.campus,
        language=order.language,
        now=order.now,
        words=wordings(order.language),
        kind=_KIND_OF.get(state.branch, Kind.SUICIDE),
        for_minor=_is_minor(order),
    )
    return Scene(language=order.language, numbers=numbers, reach=alert_about(order))


def _waits_for_a_sentence(order: Order, turned: Turned) -> bool:
    is_written = order.message.kind is InboundKind.TEXT and is_told(order.message.text)
    return order.holds_questions and turned.may_be_reflected and is_written


def _send(
    order: Order, card: Card, *, level: Level, part: str, hold: timedelta | None = None
) -> None:
    tx, student, message = order.tx, order.student, order.message
    let_go(tx, student.id, now=order.now)
    # A reply in the making did not know of this; it must not appear under a safety text.
    tx.outbound.cancel_replies(student.id, now=order.now)
    draft = Draft(
        kind=OutboundKind.CARD,
        text=card.text,
        choices=card.choices,
        dedupe=f"card:{message.id}{part}",
        not_before=order.now + hold if hold else None,
    )
    sent = send(tx, order.account, draft, now=order.now)
    if sent is not None and hold:
        tx.enqueue(Job.REFLECT, sent)
    waiting = [other.id for other in tx.inbound.waiting(student.id)]
    tx.inbound.answer(waiting, by=sent or message.id)
    tx.students.update(student.id, card_at=order.now, card_level=level)


def _keep_plan(order: Order, turned: Turned) -> None:
    """Put what was written for the safety plan into it, and heed who may see it."""
    plans, student_id = order.tx.safety.plans, order.student.id
    if turned.kept is not None:
        plan = plans.get(student_id) or SafetyPlan()
        plans.put(student_id, plan.with_line(*turned.kept), now=order.now)
    share = turned.state.answers.get("share")
    if share is not None and turned.answered == "share":
        plans.share(student_id, shared=share == "yes", now=order.now)


def _is_minor(order: Order) -> bool:
    return order.student.age_band is AgeBand.UNDER_MINIMUM
