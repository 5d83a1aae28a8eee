"""Somebody leaves the staff: their account and its ways out, their cases back to the queue."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from companion.flows.hand_back import hand_back
from companion.jobs import Job
from companion.staff.actions import Action
from companion.staff.cases import Case
from companion.store import Transaction


def leave(tx: Transaction, staff_id: UUID, *, by: str, now: datetime) -> int:
    """Take an account out of use with its channels and codes, and put its cases back.

    `by` is who did it, as the audit log names them. Returns how many cases wait in the queue
    again. Raises UnknownRow. Safe to run twice.
    """
    tx.members.get(staff_id)
    tx.members.disable(staff_id, now=now)
    return put_back(tx, staff_id, by=by, now=now)


def put_back(tx: Transaction, staff_id: UUID, *, by: str, now: datetime) -> int:
    """Put somebody's open cases back to the queue, each ladder begun anew, and end their relays.

    The students hear that the companion speaks again. Returns how many cases it were.
    Safe to run twice.
    """
    cases = [one for one in tx.cases.owned_by(staff_id) if _put_back(tx, one, by=by, now=now)]
    for relay in tx.relays.of_staff(staff_id):  # left open in a case that is somebody else's now
        hand_back(tx, relay.case_id, now=now)
    return len(cases)


def _put_back(tx: Transaction, case: Case, *, by: str, now: datetime) -> bool:
    if not tx.cases.give(case.id, owner=case.owner_id, to=None, now=now):
        return False
    hand_back(tx, case.id, now=now)
    tx.audit.add(
        actor=by,
        action=Action.HAND_ON,
        now=now,
        case_id=case.id,
        student_id=case.student_id,
        detail={"to": "queue", "from_account": str(case.owner_id)},
    )
    tx.enqueue(Job.RAISE, case.id)
    return True
