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
_BROKE = "screening failed"


def assess(message_id: UUID, *, services: Services) -> Verdict | None:
    """Screen one message, start what its level obliges us to do, and return the verdict.

    None when a verdict stands already. Raises UnknownRow, StoreUnavailable. Safe to run twice:
    the first verdict stands.
    """
    now = services.clock.now()
    with services.store.reading() as tx:
        message = tx.inbound.get(message_id)
        past = tx.talk.turns(message.student_id, limit=CONTEXT_TURNS)
    if message.level is not None:
        return None
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
            _follow_language(tx, message)
            _answer(take_order(tx, message, services=services, command=command, now=now), verdict)
            if is_talk and verdict.level < Level.HIGH and services.second_opinion is not None:
                tx.enqueue(Job.ASK_OPINION, message.id)
    return verdict if first else None


def judge(text: str, history: Sequence[Turn]) -> Verdict:
    """Screen a text; a screen that breaks counts as worrying, not as safe (law 4)."""
    try:
        return screen(text, history=history)
    except Exception as error:  # noqa: BLE001 - the student must not be the one to miss out
        # The name of the error says what to mend; its message might quote the text.
        evidence = f"{_BROKE} ({type(error).__name__})"
        return Verdict(
            level=Level.MODERATE, subject=Subject.UNCLEAR, score=0.5, evidence=(evidence,)
        )


def broken_by(verdict: Verdict) -> str | None:
    """Return the name of the error that broke the screening; None when it worked."""
    phrase = verdict.evidence[0] if verdict.evidence else ""
    return phrase.removeprefix(f"{_BROKE} (").rstrip(")") if phrase.startswith(_BROKE) else None


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


def take_order(
    tx: Transaction,
    message: Message,
    *,
    services: Services,
    command: Command | None,
    now: datetime,
) -> Order:
    """Return a message with everything that answering it takes."""
    student = tx.students.get(message.student_id)
    return Order(
        command=command,
        message=message,
        student=student,
        account=tx.students.account(message.account_id),
        language=speaking(student, message),
        tx=tx,
        campus=services.campus,
        has_pager=services.pager.is_configured,
        now=now,
    )


def _answer(order: Order, verdict: Verdict) -> None:
    if verdict.level.needs_card:
        answer_risk(order, verdict)
    elif order.command is not None:
        obey(order)
    elif not _has_words(order.message):
        _answer_wordless(order)
    else:
        if order.student.notice_at is None:
            introduce(order)
        order.tx.enqueue(Job.REPLY, order.student.id)


def answer_risk(order: Order, verdict: Verdict, *, part: str = "") -> None:
    """Send the safety text of a verdict at MODERATE or above, and start its page.

    `part` tells a second safety text for the same message apart from the first.
    """
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
            dedupe=f"card:{message.id}{part}",
        ),
        now=now,
    )
    waiting = [other.id for other in tx.inbound.waiting(student.id)]
    tx.inbound.answer(waiting, by=sent or message.id)
    level = max(verdict.level, student.card_level) if repeat else verdict.level
    tx.students.update(student.id, card_at=now, card_level=level, card_repeats=repeat)
    escalate(order, verdict)


def escalate(order: Order, verdict: Verdict) -> None:
    """Open what staff must hear of, or raise what this message opened before; start its page."""
    # In danger of life staff are told in any case; the notice says so before the first talk.
    allowed = verdict.level >= Level.HIGH or order.student.allows(Purpose.STAFF_ALERT)
    page_state = "owed" if allowed else "not_allowed"
    escalation = order.tx.escalations.open(
        order.student.id,
        message_id=order.message.id,
        verdict=verdict,
        page_state=page_state,
        now=order.now,
    ) or order.tx.escalations.raise_level(order.message.id, verdict, page_state=page_state)
    if escalation is not None and allowed:
        order.tx.enqueue(Job.PAGE, escalation)


def _answer_wordless(order: Order) -> None:
    message = order.message
    key = "empty" if message.kind in _SPOKEN else message.kind.value
    emoji = f" {message.text}" if message.kind is InboundKind.STICKER and message.text else ""
    order.answer(say(f"inbound.{key}", order.language, emoji=emoji))


def _follow_language(tx: Transaction, message: Message) -> None:
    student = tx.students.get(message.student_id)
    if message.language not in {None, student.language} and not student.language_chosen:
        tx.students.update(student.id, language=message.language)


def _has_words(message: Message) -> bool:
    """Whether there is something to answer: words, or a caption under a picture."""
    can_carry = message.kind in _SPOKEN or message.kind is InboundKind.PHOTO
    return can_carry and any(
        letter.isprintable() and not letter.isspace() for letter in message.text
    )
