"""Every text is screened before anything answers it, by itself and in its context (law 3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from companion.campus import Campus
from companion.dialogue.commands import Command, parse_command
from companion.flows.first_questions import introduce
from companion.flows.obey import obey
from companion.flows.order import Order
from companion.flows.sending import send, speaking
from companion.flows.services import Services
from companion.jobs import Job
from companion.language import Language
from companion.messages import InboundKind, Message, OutboundKind
from companion.people.student import Purpose, Student
from companion.risk import Level, Subject, Verdict
from companion.risk.screen import screen
from companion.safety.card import Card, crisis_card
from companion.store import Draft, Transaction
from companion.texts import say
from companion.turns import Turn

#: Turns that give a text its context.
CONTEXT_TURNS = 12
#: After this much silence a worrying text begins with the card again.
TALK_GAP = timedelta(hours=6)

_SPOKEN = {InboundKind.TEXT, InboundKind.EDIT, InboundKind.CHOICE}


def assess(message_id: UUID, *, services: Services) -> None:
    """Screen one message and start what its level obliges us to do.

    Raises UnknownRow, StoreUnavailable. Safe to run twice: the first verdict stands.
    """
    now = services.clock.now()
    with services.store.reading() as tx:
        message = tx.inbound.get(message_id)
        past = tx.talk.turns(message.student_id, limit=CONTEXT_TURNS)
    if message.level is not None:
        return
    verdict = judge(message.text, [turn.turn for turn in past])
    command = parse_command(message.text) if message.kind in _SPOKEN else None
    is_talk = command is None and _has_words(message)
    needs_card = verdict.level.needs_card

    with services.store.transaction() as tx:
        first = tx.inbound.judge(
            message.id,
            verdict,
            owed=is_talk and not needs_card,
            in_talk=is_talk or needs_card,
            now=now,
        )
        if first:
            _answer(message, verdict, command, tx=tx, services=services, now=now)


def judge(text: str, history: Sequence[Turn]) -> Verdict:
    """Screen a text; a screen that breaks counts as worrying, not as safe (law 4)."""
    try:
        return screen(text, history=history)
    except Exception:  # noqa: BLE001 - whatever broke, the student must not be the one to miss out
        return Verdict(
            level=Level.MODERATE, subject=Subject.UNCLEAR, score=0.5, evidence=("screening failed",)
        )


def next_safety_text(
    verdict: Verdict, *, student: Student, language: Language, campus: Campus, now: datetime
) -> tuple[Card, int]:
    """Return the card, or the staying text that follows it within one talk.

    The number counts the safety texts since the card, which is 0. A level above that of the
    card brings the card again.
    """
    repeat = 0
    if student.card_at is not None and now - student.card_at < TALK_GAP:
        repeat = student.card_repeats + 1 if verdict.level <= student.card_level else 0
    card = crisis_card(verdict, campus=campus, language=language, now=now, repeat=repeat)
    return card, repeat


def _answer(
    message: Message,
    verdict: Verdict,
    command: Command | None,
    *,
    tx: Transaction,
    services: Services,
    now: datetime,
) -> None:
    student = _follow_language(tx, message)
    account = tx.students.account(message.account_id)
    order = Order(
        command=command,
        message=message,
        student=student,
        account=account,
        language=speaking(student, message),
        tx=tx,
        campus=services.campus,
        has_pager=services.pager.is_configured,
        now=now,
    )
    if verdict.level.needs_card:
        _answer_risk(order, verdict)
    elif command is not None:
        obey(order)
    elif not _has_words(message):
        _answer_wordless(order)
    else:
        if student.notice_at is None:
            introduce(order)
        tx.enqueue(Job.REPLY, student.id)


def _answer_risk(order: Order, verdict: Verdict) -> None:
    tx, student, message, now = order.tx, order.student, order.message, order.now
    card, repeat = next_safety_text(
        verdict, student=student, language=order.language, campus=order.campus, now=now
    )
    # A reply in the making did not know of this; it must not appear under the card.
    tx.outbound.cancel_replies(student.id, now=now)
    sent = send(
        tx,
        order.account,
        Draft(
            kind=OutboundKind.CARD,
            text=card.text,
            choices=card.choices,
            dedupe=f"card:{message.id}",
        ),
        now=now,
    )
    waiting = [other.id for other in tx.inbound.waiting(student.id)]
    tx.inbound.answer(waiting, by=sent or message.id)
    level = max(verdict.level, student.card_level) if repeat else verdict.level
    tx.students.update(student.id, card_at=now, card_level=level, card_repeats=repeat)
    _escalate(order, verdict)


def _escalate(order: Order, verdict: Verdict) -> None:
    # In danger of life staff are told in any case; the notice says so before the first talk.
    allowed = verdict.level >= Level.HIGH or order.student.allows(Purpose.STAFF_ALERT)
    escalation = order.tx.escalations.open(
        order.student.id,
        message_id=order.message.id,
        verdict=verdict,
        page_state="owed" if allowed else "not_allowed",
        now=order.now,
    )
    if escalation is not None and allowed:
        order.tx.enqueue(Job.PAGE, escalation)


def _answer_wordless(order: Order) -> None:
    message = order.message
    key = "empty" if message.kind in _SPOKEN else message.kind.value
    emoji = f" {message.text}" if message.kind is InboundKind.STICKER and message.text else ""
    order.answer(say(f"inbound.{key}", order.language, emoji=emoji))


def _follow_language(tx: Transaction, message: Message) -> Student:
    student = tx.students.get(message.student_id)
    if message.language is None or student.language_chosen or student.language is message.language:
        return student
    tx.students.update(student.id, language=message.language)
    return tx.students.get(student.id)


def _has_words(message: Message) -> bool:
    """Whether there is something to answer: words, or a caption under a picture."""
    can_carry = message.kind in _SPOKEN or message.kind is InboundKind.PHOTO
    return can_carry and any(
        letter.isprintable() and not letter.isspace() for letter in message.text
    )
