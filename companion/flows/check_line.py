"""Writing down that somebody dialled a helpline to check it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from companion.errors import BadInput
from companion.flows.services import Services
from companion.risk.hotlines import registry
from companion.staff.people import Staff
from companion.store.figures import CHECKED, CheckResult


def check_line(
    line_id: str,
    result: CheckResult,
    *,
    on: date,
    by: UUID,
    staff: Staff,
    services: Services,
) -> None:
    """Write a check into the audit log; what students are shown does not change by it.

    `on` is a day of the campus. Raises BadInput for an unknown line, an emergency number or a day
    to come, UnknownRow, StoreUnavailable.
    """
    now = services.clock.now()
    if on > now.astimezone(services.campus.timezone).date():
        raise BadInput("a check cannot lie in the future")
    line = next((line for line in registry().lines if line.id == line_id), None)
    if line is None:
        raise BadInput("there is no such line in the registry")
    if not line.may_be_dialled:
        raise BadInput("an emergency number is not dialled to check it")
    with services.store.transaction() as tx:
        detail: dict[str, object] = {
            "line": line_id,
            "result": result.value,
            "on": on.isoformat(),
            "by": str(tx.members.get(by).id),
        }
        tx.audit.add(actor=str(staff.id), action=CHECKED, now=now, detail=detail)
