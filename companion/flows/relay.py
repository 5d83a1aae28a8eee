"""The relay: a person and a student write to each other through us; the companion is silent.

What the student writes goes to the counsellor line by line, in order; what the counsellor writes
is an outbound row like any other, marked as a person's. No model reads or writes in between.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from companion.errors import BadInput
from companion.flows.case_audit import audit
from companion.flows.case_work import note_contact
from companion.flows.hand_back import hand_back
from companion.flows.mark_delivery import owe_mark
from companion.flows.sending import send
from companion.flows.services import Services
from companion.jobs import Job
from companion.messages import InboundKind, Message, OutboundKind
from companion.people.student import Student
from companion.staff.actions import Action
from companion.staff.cases import Case, CaseState
from companion.staff.people import Staff
from companion.store import Draft, Reading, Transaction
from companion.store.relays import Relay, Through
from companion.texts import say

#: Characters of one message of a counsellor: with its header it fits one Telegram message.
LONGEST_LINE = 3500
#: What a counsellor cannot be shown; the student is told so.
_NOT_PASSED_ON = {InboundKind.PHOTO, InboundKind.VOICE, InboundKind.OTHER}


def open_relay(case_id: UUID, *, staff: Staff, through: str, services: Services) -> bool:
    """Begin to write with the student of one's own case, from the desk or a chat.

    A reply in the making is dropped, and the student is told that a person is here now. Opening
    one's own open relay again only moves it to where one writes from. False when the case is not
    one's own, or is closed. Raises UnknownRow, StoreUnavailable. Safe to run twice.
    """
    now, where = services.clock.now(), Through(through)
    with services.store.transaction() as tx:
        case = tx.cases.get(case_id)
        if case.owner_id != staff.id or not case.is_open:
            return False
        running = tx.relays.open_of(case.student_id)
        if running is not None and running.staff_id == staff.id:
            tx.relays.move(running.id, where)
            _pass_on_what_waits(tx, running.id, where)
            return True
        if running is not None:
            # Left open by somebody whose case it no longer is: the next person comes now.
            tx.relays.close(running.id, now=now)
        relay = tx.relays.open(
            case_id, student_id=case.student_id, staff_id=staff.id, through=where, now=now
        )
        if relay is None:
            return False
        _begin(tx, relay, case, staff=staff, now=now)
    return True


def say_to_student(
    case_id: UUID,
    text: str,
    *,
    staff: Staff,
    services: Services,
    once: str | None = None,
) -> UUID | None:
    """Send what a counsellor wrote, marked as a person's; returns the outbound row.

    `once` names the message where its sender may repeat it. None when no relay of theirs is open
    in this case. Raises BadInput for a blank text, or one above `LONGEST_LINE` characters;
    UnknownRow, StoreUnavailable.
    """
    if not text.strip() or len(text) > LONGEST_LINE:
        raise BadInput(f"a message has 1 to {LONGEST_LINE} characters")
    now = services.clock.now()
    with services.store.transaction() as tx:
        case = tx.cases.get(case_id)
        relay = tx.relays.open_of(case.student_id)
        if relay is None or relay.staff_id != staff.id or relay.case_id != case_id:
            return None
        student = tx.students.get(case.student_id)
        dedupe = f"relay:say:{relay.id}:{once or uuid4()}"
        words = say("relay.header", student.language, name=staff.name) + f"\n{text.strip()}"
        draft = Draft(kind=OutboundKind.RELAY, text=words, dedupe=dedupe)
        account = tx.students.latest_account(student.id)
        sent = send(tx, account, draft, now=now)
        if sent is None:
            found = tx.outbound.find(student.id, dedupe)
            return None if found is None else found.id
        tx.cases.seen(case_id, staff_id=staff.id, now=now)
        if case.state is CaseState.CLAIMED:
            note_contact(tx, case_id, staff=staff, now=now)
        if account.platform.is_mailbox:
            owe_mark(tx, sent)  # it is there already: nobody hands it over any more
        audit(tx, Action.RELAY_SAY, case, staff=staff, now=now)
    return sent


def close_relay(case_id: UUID, *, staff: Staff, services: Services) -> bool:
    """Hand back: the student is told, and the companion answers again; False when none is open.

    Whoever holds the relay, or by now the case, may. Raises UnknownRow, StoreUnavailable.
    Safe to run twice.
    """
    now = services.clock.now()
    with services.store.transaction() as tx:
        case = tx.cases.get(case_id)
        relay = tx.relays.open_of(case.student_id)
        if relay is None or staff.id not in {relay.staff_id, case.owner_id}:
            return False
        if hand_back(tx, case_id, now=now) is None:
            return False
        audit(tx, Action.RELAY_CLOSE, case, staff=staff, now=now)
    return True


def relay_of(tx: Reading, student_id: UUID) -> Relay | None:
    """Return the relay that is open for a student: while there is one, the companion is silent."""
    return tx.relays.open_of(student_id)


def hear(tx: Transaction, message: Message, relay: Relay, *, now: datetime) -> None:
    """Owe what a student wrote to the counsellor instead of answering it.

    Called for every message that is no command, after it was screened. Safe to run twice.
    """
    relayed_id = tx.relays.add(relay.id, message.id, now=now)
    tx.inbound.answer([message.id], by=message.id)
    if relayed_id is None:
        return
    if relay.through is Through.TELEGRAM:
        tx.enqueue(Job.RELAY, relayed_id)
    tx.ring(relay.student_id, "relay")
    if message.kind in _NOT_PASSED_ON:
        _say_what_was_not_passed_on(tx, message, relay, now=now)


def _begin(tx: Transaction, relay: Relay, case: Case, *, staff: Staff, now: datetime) -> None:
    student = tx.students.get(case.student_id)
    # First of all a row of the student's: it makes a reply that is being finished wait, and see.
    sent = _announce(tx, student, relay, "opened", name=staff.name, now=now)
    # A reply in the making did not know of this; it must not appear beside the person's words.
    tx.outbound.cancel_replies(student.id, now=now)
    # What the student wrote to the companion before was not written to a person: it stays here.
    waiting = [message.id for message in tx.inbound.waiting(student.id)]
    tx.inbound.answer(waiting, by=sent or relay.id)
    tx.cases.seen(case.id, staff_id=staff.id, now=now)
    audit(tx, Action.RELAY_OPEN, case, staff=staff, now=now)


def _announce(
    tx: Transaction, student: Student, relay: Relay, key: str, *, name: str, now: datetime
) -> UUID | None:
    draft = Draft(
        kind=OutboundKind.RELAY,
        text=say(f"relay.{key}", student.language, name=name),
        dedupe=f"relay:{key}:{relay.id}",
    )
    return send(tx, tx.students.latest_account(student.id), draft, now=now)


def _say_what_was_not_passed_on(
    tx: Transaction, message: Message, relay: Relay, *, now: datetime
) -> None:
    student = tx.students.get(message.student_id)
    key = "photo" if message.kind is InboundKind.PHOTO else "voice"
    key = "other" if message.kind is InboundKind.OTHER else key
    name = tx.members.get(relay.staff_id).name
    draft = Draft(
        kind=OutboundKind.RELAY,
        text=say(f"relay.not_passed_on_{key}", student.language, name=name),
        dedupe=f"relay:cannot:{message.id}",
    )
    send(tx, tx.students.account(message.account_id), draft, now=now)


def _pass_on_what_waits(tx: Transaction, relay_id: UUID, where: Through) -> None:
    """Start with the first line that the place written from before did not show."""
    first = tx.relays.next_owed(relay_id)
    if first is not None and where is Through.TELEGRAM:
        tx.enqueue(Job.RELAY, first)
