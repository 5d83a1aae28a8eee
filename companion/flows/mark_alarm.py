"""Saying of one alarm that it was false, and why; the review reads these marks."""

from __future__ import annotations

from uuid import UUID

from companion.flows.case_audit import audit
from companion.flows.services import Services
from companion.staff.actions import Action
from companion.staff.cases import FalseAlarm
from companion.staff.people import Staff


def mark_alarm(
    trigger_id: UUID,
    why: FalseAlarm | None,
    *,
    case_id: UUID,
    staff: Staff,
    services: Services,
) -> bool:
    """Mark an alarm of a case, open or closed; None takes the mark back.

    False when it is not of this case. Raises UnknownRow, StoreUnavailable. Safe to run twice.
    """
    now = services.clock.now()
    with services.store.transaction() as tx:
        case = tx.cases.get(case_id)
        found = [one for one in tx.cases.triggers(case_id) if one.id == trigger_id]
        if not found:
            return False
        if found[0].false_alarm is not why:
            tx.cases.mark(trigger_id, why, staff_id=staff.id, now=now)
            detail: dict[str, object] = {
                "trigger": str(trigger_id),
                "why": why.value if why else "",
            }
            audit(tx, Action.MARK, case, staff=staff, now=now, detail=detail)
    return True
