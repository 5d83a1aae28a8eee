"""Putting something on its way: a row first, the job after COMMIT."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from companion.jobs import Job
from companion.language import Language
from companion.messages import Message, OutboundKind
from companion.people.student import Account, Student
from companion.store import Draft, Transaction


def send(tx: Transaction, account: Account, draft: Draft, *, now: datetime) -> UUID | None:
    """Make the row and start its delivery; None when it was made before."""
    outbound = tx.outbound.add(account, draft, now=now)
    if outbound is None:
        return None
    start_delivery(tx, account, outbound.id, kind=draft.kind)
    return outbound.id


def start_delivery(
    tx: Transaction, account: Account, outbound_id: UUID, *, kind: OutboundKind
) -> None:
    """Start the delivery of a row after COMMIT; a mailbox has it already and only rings."""
    if account.platform.is_mailbox:
        tx.ring(account.student_id, "message")
    else:
        tx.enqueue(Job.DELIVER_URGENT if kind.is_urgent else Job.DELIVER, outbound_id)


def speaking(student: Student, message: Message) -> Language:
    """Return the language to answer in: the chosen one, else that of the text, else the last."""
    if student.language_chosen or message.language is None:
        return student.language
    return message.language
