"""The end of a relay: the student is told that the companion speaks again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from companion.flows.sending import send
from companion.messages import OutboundKind
from companion.store import Draft, Transaction
from companion.store.relays import Relay
from companion.texts import say


def hand_back(tx: Transaction, case_id: UUID, *, now: datetime, key: str = "ended") -> Relay | None:
    """Close the relay that is open in a case and tell the student; None when none is.

    `key` names the wording ("relay.ended", or "relay.ended_by_student").

    Safe to run twice: it is closed, and announced, once.
    """
    case = tx.cases.get(case_id)
    relay = tx.relays.open_of(case.student_id)
    if relay is None or not tx.relays.close(relay.id, now=now):
        return None
    student = tx.students.get(case.student_id)
    draft = Draft(
        kind=OutboundKind.RELAY,
        text=say(f"relay.{key}", student.language, name=tx.members.get(relay.staff_id).name),
        dedupe=f"relay:end:{relay.id}",
    )
    send(tx, tx.students.latest_account(student.id), draft, now=now)
    return relay
