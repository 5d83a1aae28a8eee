"""Writing down what somebody did or read in a case."""

from __future__ import annotations

from datetime import datetime

from companion.errors import BadInput
from companion.staff.actions import Action
from companion.staff.cases import Case
from companion.staff.people import Staff
from companion.store import Transaction


def audit(  # noqa: PLR0913 - what, in which case, by whom, when, how, why
    tx: Transaction,
    action: Action,
    case: Case,
    *,
    staff: Staff,
    now: datetime,
    detail: dict[str, object] | None = None,
    reason: str | None = None,
) -> None:
    """Append one line to the audit log. `detail` holds codes and counts, never words."""
    tx.audit.add(
        actor=str(staff.id),
        action=action.value,
        now=now,
        case_id=case.id,
        student_id=case.student_id,
        detail=detail,
        reason=reason,
    )


def needed(reason: str) -> str:
    """Return a reason without the space around it. Raises BadInput for a blank one."""
    if not reason.strip():
        raise BadInput("a reason is needed")
    return reason.strip()
