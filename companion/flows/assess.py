"""Every text is screened before anything answers it, by itself and in its context (law 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from companion.care.entries import Entry, EntryKind
from companion.dialogue.commands import Command, parse_command
from companion.flows import activities, stay
from companion.flows.escalate import escalate
from companion.flows.first_questions import introduce
from companion.flows.follow_up import not_closed
from companion.flows.hear_nudge import hear_nudge
from companion.flows.journal_write import page_command, page_so_far
from companion.flows.obey import obey
from companion.flows.order import Order
from companion.flows.own_contact import answer_to_contact
from companion.flows.relay import hear, relay_of
from companion.flows.scale_alarm import told_by_scales
from companion.flows.sending import speaking
from companion.flows.services import Services
from companion.flows.told import keep_words
from companion.jobs import Job
from companion.messages import InboundKind, Message, OutboundKind
from companion.people.contact import EmergencyContact
from companion.risk import SCREENING_FAILED, Level, Subject, Verdict
from companion.risk.screen import screen
from companion.safety.dialogue.levels import without_echo
from companion.safety.dialogue.machine import Turned
from companion.store import PastTurn, Reading, Transaction
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
        before = _before(tx, message_id, now=now)
    if (message := before.message).level is not None:
        return None
    command = _command_in(before, now=now)
    # What was said before does not make a command worrying: exit words take effect at once.
    verdict = judge(message.text, () if command else before.context)
    is_talk = command is None and _has_words(message)
    alone = judge(message.text, ()) if is_talk and before.had_safety_talk else verdict

    with services.store.transaction() as tx:
        _follow_language(tx, message)
        order = take_order(tx, message, services=services, command=command, now=now)
        turned = _take_in(order, verdict, alone=alone) if is_talk else None
        verdict = turned.verdict if turned else without_echo(verdict, alone)
        is_said = turned is not None and turned.said is not None
        needs_card = verdict.level.needs_card
        is_free = is_talk and not needs_card and not is_said
        doing = activities.awaiting(order) if is_free and not _is_held(order) else None
        owed = is_free and doing is None
        in_talk = needs_card or (is_talk and not _is_private(doing))
        first = tx.inbound.judge(message.id, verdict, owed=owed, in_talk=in_talk, now=now)
        if first:
            is_open = owed and not _is_held(order)
            hear_nudge(order, verdict, is_talk=is_open)
            _answer(order, verdict, turned, doing)
            is_asked = services.second_opinion and not _is_page(doing)
            if is_asked and _is_for_another_reader(order, verdict, turned):
                tx.enqueue(Job.ASK_OPINION, message.id)
    return verdict if first else None


def _own_words(past: Sequence[PastTurn]) -> Sequence[PastTurn]:
    """Leave out nudges: nobody began to talk by them, and the models never learned from any.

    With "It's the time you chose. How do you feel?" before it, they take "fine" for the worst.
    """
    return [turn for turn in past if turn.kind != OutboundKind.NUDGE]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """A message and what stands before it."""

    message: Message
    context: Sequence[Turn] = field(repr=False)
    had_safety_talk: bool
    contact: EmergencyContact | None
    #: The page, exercise or scale that waits for words.
    waiting: Entry | None


def _before(tx: Reading, message_id: UUID, *, now: datetime) -> _Before:
    message = tx.inbound.get(message_id)
    student_id = message.student_id
    turns = tx.talk.turns(student_id, limit=CONTEXT_TURNS)
    had_safety_talk = tx.safety.talks.latest(student_id) is not None
    if had_safety_talk:
        # Before the card that answered it, whose question is the last thing that was said.
        told = told_by_scales(tx, student_id, now=now)
        turns = sorted((*told, *turns), key=lambda turn: turn.at)
    waiting = tx.care.entries.running(student_id)
    past = _own_words(not_closed(tx, student_id, turns))
    return _Before(
        message=message,
        context=[*(turn.turn for turn in past), *page_so_far(waiting)],
        had_safety_talk=had_safety_talk,
        contact=tx.aftercare.contacts.get(student_id),
        waiting=waiting,
    )


def _command_in(before: _Before, *, now: datetime) -> Command | None:
    text = before.message.text
    if before.message.kind not in _SPOKEN:
        return None
    return (
        parse_command(text)
        or answer_to_contact(before.contact, text, now=now)
        or page_command(before.waiting, text)
    )


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
        holds_questions=services.holds_questions,
    )


def _take_in(order: Order, verdict: Verdict, *, alone: Verdict) -> Turned | None:
    """Return what the safety dialogue makes of a message; None while a person holds the talk."""
    if _is_held(order):
        stay.hush(order.tx, order.student.id, now=order.now)
        return None
    return stay.take_in(order, verdict, alone=alone)


def _is_held(order: Order) -> bool:
    """Whether a person holds the talk."""
    return relay_of(order.tx, order.student.id) is not None


def _is_private(doing: Entry | None) -> bool:
    """Whether the words are a page's, an exercise's or a scale's: not of the talk, in no prompt."""
    return doing is not None and doing.kind in {
        EntryKind.JOURNAL,
        EntryKind.EXERCISE,
        EntryKind.SCALE,
    }


def _is_page(doing: Entry | None) -> bool:
    """Whether the words are a page of the journal: no other reader is asked about it."""
    return doing is not None and doing.kind is EntryKind.JOURNAL


def _is_for_another_reader(order: Order, verdict: Verdict, turned: Turned | None) -> bool:
    is_understood = turned is not None and turned.is_understood
    is_talk = order.command is None and _has_words(order.message)
    return is_talk and verdict.level < Level.HIGH and not is_understood


def _answer(order: Order, verdict: Verdict, turned: Turned | None, doing: Entry | None) -> None:
    relay = relay_of(order.tx, order.student.id)
    if relay is not None and (order.command is None or verdict.level.needs_card):
        hear(order.tx, order.message, relay, now=order.now)
        if not verdict.level.needs_card:
            return
    if turned is not None:
        stay.go_on(order, turned)
    if verdict.level.needs_card:
        _answer_risk(order, verdict, turned)
    elif doing is not None:
        activities.go_on(order, doing)
    elif turned is None or turned.said is None:
        _answer_calmly(order)


def _answer_risk(order: Order, verdict: Verdict, turned: Turned | None) -> None:
    keep_words(order)
    activities.put_off(order)
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
