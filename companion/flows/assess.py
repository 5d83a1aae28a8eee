"""Every text is screened before anything answers it, by itself and in its context (law 3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from companion.dialogue.commands import Command, parse_command
from companion.flows import stay
from companion.flows.escalate import escalate
from companion.flows.first_questions import introduce
from companion.flows.follow_up import not_closed
from companion.flows.obey import obey
from companion.flows.order import Order
from companion.flows.own_contact import answer_to_contact
from companion.flows.relay import hear, relay_of
from companion.flows.sending import speaking
from companion.flows.services import Services
from companion.flows.told import keep_words
from companion.jobs import Job
from companion.messages import InboundKind, Message
from companion.people.contact import EmergencyContact
from companion.risk import SCREENING_FAILED, Level, Subject, Verdict
from companion.risk.screen import screen
from companion.safety.dialogue.levels import without_echo
from companion.safety.dialogue.machine import Turned
from companion.store import Transaction
from companion.texts import say
from companion.turns import Turn

#: Turns that give a text its context.
CONTEXT_TURNS = 12

_SPOKEN = {InboundKind.TEXT, InboundKind.EDIT, InboundKind.CHOICE}


def assess(message_id: UUID, *, services: Services) -> Verdict | None:
    """Screen one message, start what its level obliges us to do, and return the verdict.

    None when a verdict stands already. Raises UnknownRow, StoreUnavailable. Safe to run twice:
    the first verdict stands.
    """
    now = services.clock.now()
    with services.store.reading() as tx:
        message = tx.inbound.get(message_id)
        turns = tx.talk.turns(message.student_id, limit=CONTEXT_TURNS)
        past = not_closed(tx, message.student_id, turns)
        contact = tx.aftercare.contacts.get(message.student_id)
        had_safety_talk = tx.safety.talks.latest(message.student_id) is not None
    if message.level is not None:
        return None
    command = _command_in(message, contact, now=now)
    # What was said before does not make a command worrying: exit words take effect at once.
    verdict = judge(message.text, () if command else [turn.turn for turn in past])
    is_talk = command is None and _has_words(message)
    alone = judge(message.text, ()) if is_talk and had_safety_talk else verdict

    with services.store.transaction() as tx:
        _follow_language(tx, message)
        order = take_order(tx, message, services=services, command=command, now=now)
        turned = _take_in(order, verdict, alone=alone) if is_talk else None
        verdict = turned.verdict if turned else without_echo(verdict, alone)
        is_said = turned is not None and turned.said is not None
        needs_card = verdict.level.needs_card
        first = tx.inbound.judge(
            message.id,
            verdict,
            owed=is_talk and not needs_card and not is_said,
            in_talk=is_talk or needs_card,
            now=now,
        )
        if first:
            _answer(order, verdict, turned)
            if services.second_opinion and _is_for_another_reader(order, verdict, turned):
                tx.enqueue(Job.ASK_OPINION, message.id)
    return verdict if first else None


def _command_in(
    message: Message, contact: EmergencyContact | None, *, now: datetime
) -> Command | None:
    if message.kind not in _SPOKEN:
        return None
    return parse_command(message.text) or answer_to_contact(contact, message.text, now=now)


def judge(text: str, history: Sequence[Turn]) -> Verdict:
    """Screen a text; a screen that breaks counts as worrying, not as safe (law 4)."""
    try:
        return screen(text, history=history)
    except Exception as error:  # noqa: BLE001 - the student must not be the one to miss out
        # The name of the error says what to mend; its message might quote the text.
        evidence = f"{SCREENING_FAILED} ({type(error).__name__})"
        return Verdict(
            level=Level.MODERATE, subject=Subject.UNCLEAR, score=0.5, evidence=(evidence,)
        )


def broken_by(verdict: Verdict) -> str | None:
    """Return the name of the error that broke the screening; None when it worked."""
    phrase = verdict.evidence[0] if verdict.evidence else ""
    if not phrase.startswith(SCREENING_FAILED):
        return None
    return phrase.removeprefix(f"{SCREENING_FAILED} (").rstrip(")")


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
        channels=services.channels,
        now=now,
    )


def _take_in(order: Order, verdict: Verdict, *, alone: Verdict) -> Turned | None:
    """Return what the safety dialogue makes of a message; None while a person holds the talk."""
    if relay_of(order.tx, order.student.id) is not None:
        stay.hush(order.tx, order.student.id, now=order.now)
        return None
    return stay.take_in(order, verdict, alone=alone)


def _is_for_another_reader(order: Order, verdict: Verdict, turned: Turned | None) -> bool:
    is_understood = turned is not None and turned.is_understood
    is_talk = order.command is None and _has_words(order.message)
    return is_talk and verdict.level < Level.HIGH and not is_understood


def _answer(order: Order, verdict: Verdict, turned: Turned | None) -> None:
    relay = relay_of(order.tx, order.student.id)
    if relay is not None and (order.command is None or verdict.level.needs_card):
        hear(order.tx, order.message, relay, now=order.now)
        if not verdict.level.needs_card:
            return
    if turned is not None:
        stay.go_on(order, turned)
    if verdict.level.needs_card:
        _answer_risk(order, verdict, turned)
    elif turned is None or turned.said is None:
        _answer_calmly(order)


def _answer_risk(order: Order, verdict: Verdict, turned: Turned | None) -> None:
    keep_words(order)
    if turned is None:
        answer_risk(order, verdict)
    elif turned.said is None:
        stay.begin(order, verdict)


def _answer_calmly(order: Order) -> None:
    if order.command is not None:
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
    if relay_of(order.tx, order.student.id) is not None:
        escalate(order, verdict)  # A person is in the talk: they hear of it, and we are silent.
        return
    turned = stay.take_in(order, verdict, alone=verdict)
    if turned is None:
        stay.begin(order, verdict, part=part)
    else:
        stay.go_on(order, turned, part=part)


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
