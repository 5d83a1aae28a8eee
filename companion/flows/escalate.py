"""What staff must hear of becomes a case; its ladder starts after COMMIT."""

from __future__ import annotations

from uuid import UUID

from companion.flows.follow_up import name_earlier
from companion.flows.order import Order
from companion.jobs import Job
from companion.people.student import Purpose
from companion.risk import Level, Verdict


def escalate(order: Order, verdict: Verdict, *, asked_for: bool = False) -> UUID | None:
    """Open the student's case, or raise the open one, and start its ladder when the clocks begin.

    `asked_for`: the student asks for a person. Returns the case; None when this message was
    recorded at this level before.
    """
    # In danger of life staff are told in any case; the notice says so before the first talk.
    # Who asks for a person has allowed it by asking.
    may_page = asked_for or verdict.level >= Level.HIGH or order.student.allows(Purpose.STAFF_ALERT)
    recorded = order.tx.cases.record(
        order.student.id,
        message_id=None if asked_for else order.message.id,
        verdict=verdict,
        asked_for=asked_for,
        may_page=may_page,
        now=order.now,
    )
    if recorded is None:
        return None
    case_id, starts = recorded
    name_earlier(order.tx, case_id, now=order.now)
    if starts and may_page:
        order.tx.enqueue(Job.RAISE, case_id)
    return case_id
