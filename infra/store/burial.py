"""When the empty row of an erased student may go."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Delete, and_, delete, exists, or_

from companion.messages import OutboundState, Platform
from infra.store.tables import AccountRow, InboundRow, OutboundRow, StudentRow


def burial(before: datetime) -> Delete:
    """Return the DELETE of erased students who did not come back.

    They go once their receipt was settled; on a page, which fetches its receipt by itself, once
    it is older than `before`.
    """
    waits = exists().where(
        OutboundRow.student_id == StudentRow.id,
        OutboundRow.state.in_([OutboundState.PENDING, OutboundState.SENDING]),
    )
    came_back = exists().where(InboundRow.student_id == StudentRow.id)
    has_page = exists().where(
        AccountRow.student_id == StudentRow.id, AccountRow.platform == Platform.WEB
    )
    return delete(StudentRow).where(
        StudentRow.erased_at.is_not(None),
        ~came_back,
        or_(StudentRow.erased_at < before, and_(~waits, ~has_page)),
    )
