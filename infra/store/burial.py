"""When the empty row of an erased student may go."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Delete, and_, delete, exists, or_

from companion.messages import OutboundState, Platform
from companion.store.cases import PageState
from infra.store.case_counts import IS_ERASED
from infra.store.case_tables import EscalationRow, PageRow
from infra.store.tables import AccountRow, InboundRow, OutboundRow, StudentRow


def may_be_buried(before: datetime) -> ColumnElement[bool]:
    """Return the condition for erased students who did not come back.

    They go once their receipt was settled; on a page, which fetches its receipt by itself, once
    it is older than `before`.
    """
    waits = exists().where(
        OutboundRow.student_id == StudentRow.id,
        OutboundRow.state.in_([OutboundState.PENDING, OutboundState.SENDING]),
    )
    has_case = exists().where(EscalationRow.student_id == StudentRow.id)
    came_back = exists().where(InboundRow.student_id == StudentRow.id)
    has_page = exists().where(
        AccountRow.student_id == StudentRow.id, AccountRow.platform == Platform.WEB
    )
    return and_(
        StudentRow.erased_at.is_not(None),
        ~came_back,
        or_(StudentRow.erased_at < before, and_(~waits, ~has_page, ~has_case)),
    )


def erased_cases() -> Delete:
    """Return the DELETE of what is left of erased cases once staff were told (or could not be)."""
    waits = exists().where(
        PageRow.case_id == EscalationRow.id,
        PageRow.state.in_([PageState.OWED.value, PageState.SENDING.value]),
    )
    return delete(EscalationRow).where(IS_ERASED, ~waits)
