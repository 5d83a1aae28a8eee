"""Putting something on its way: a row first, the job after COMMIT."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from companion.jobs import Job
from companion.language import Language
from companion.messages import Message, OutboundKind
from companion.people.student import Account, Student
from companion.store import Draft, Transaction

#: Workers' clocks differ a little; a row that is tried too early would wait for the sweeper.
_NOT_TOO_EARLY = 0.3  # seconds


def send(tx: Transaction, account: Account, draft: Draft, *, now: datetime) -> UUID | None:
    """Make the row and start its delivery; None when it was made before."""
    outbound = tx.outbound.add(account, draft, now=now)
    if outbound is None:
        return None
    if draft.not_before is not None:
        after = (draft.not_before - now).total_seconds() + _NOT_TOO_EARLY
        tx.enqueue(Job.DELIVER_URGENT, outbound.id, after=after)
        return outbound.id
    start_delivery(tx, account, outbound.id, kind=draft.kind)
    return outbound.id


def start_delivery(
    tx: Transaction,
    account: Account,
    outbound_id: UUID,
    *,
    kind: OutboundKind,
    is_held: bool = False,
) -> None:
    """Start the delivery of a row after COMMIT; a mailbox has it already and only rings.

    `is_held`: the row may be one that was held back, and that no mailbox has yet.
    """
    if account.platform.is_mailbox and not is_held:
        tx.ring(account.student_id, "message")
    else:
        tx.enqueue(Job.DELIVER_URGENT if kind.is_urgent else Job.DELIVER, outbound_id)


def speaking(student: Student, message: Message) -> Language:
    """Return the language to answer in: the chosen one, else that of the text, else the last."""
    if student.language_chosen or message.language is None:
        return student.language
    return message.language


def let_go(tx: Transaction, student_id: UUID, *, now: datetime) -> None:
    """Let what was held back leave as it is: something newer is about to follow it."""
    for outbound in tx.outbound.held(student_id):
        if tx.outbound.let_go(outbound.id, now=now):
            account = tx.students.account(outbound.account_id)
            start_delivery(tx, account, outbound.id, kind=outbound.kind)
