"""What goes at once when a student erases everything."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select, update

from companion.staff.cases import CaseState
from companion.store.cases import PageReason
from infra.store.care_tables import (
    CareEntryRow,
    NudgeRow,
    NudgeWishRow,
    ReminderRow,
    SuggestionRow,
)
from infra.store.case_tables import (
    EmergencyContactRow,
    EscalationRow,
    FollowUpRow,
    NoteRow,
    PageRow,
    RelayRow,
    SafetyPlanRow,
    SafetyTalkRow,
    TaskRow,
    TriggerRow,
)
from infra.store.session import Vaulted
from infra.store.tables import ConsentRow, FactRow, InboundRow, OutboundRow

#: Where a student's words or traces stand, the cases themselves left out.
WORDS = (
    InboundRow,
    OutboundRow,
    FactRow,
    ConsentRow,
    NoteRow,
    RelayRow,
    SafetyTalkRow,
    SafetyPlanRow,
    FollowUpRow,
    EmergencyContactRow,
    CareEntryRow,
    NudgeRow,
    NudgeWishRow,
    ReminderRow,
    SuggestionRow,
)
_OF_CASES = (TriggerRow, TaskRow)


def erase_words(vaulted: Vaulted, student_id: UUID, *, now: datetime) -> dict[str, int]:
    """Delete a student's words, traces and cases; returns how many rows of each kind went."""
    mine = EscalationRow.student_id == student_id
    cases = select(EscalationRow.id).where(mine)
    counts = {
        table.__tablename__: vaulted.changed(delete(table).where(table.case_id.in_(cases)))
        for table in _OF_CASES
    }
    counts |= {
        table.__tablename__: vaulted.changed(delete(table).where(table.student_id == student_id))
        for table in WORDS
    }
    # Staff are told that everything went: the bare row of that case stays until its page was
    # sent (see burial.erased_cases), because the page must not be lost with it.
    is_told_of = exists().where(
        PageRow.case_id == EscalationRow.id, PageRow.why == PageReason.ERASED.value
    )
    counts[EscalationRow.__tablename__] = vaulted.changed(
        delete(EscalationRow).where(mine, ~is_told_of)
    )
    vaulted.session.execute(
        update(EscalationRow)
        .where(mine)
        .values(
            kinds=[],
            asked_for=False,
            state=CaseState.CLOSED.value,
            outcome=None,
            closed_at=now,
            next_rung_at=None,
        )
    )
    return counts
