"""Which transactions change what the staff's pages show: they ring after COMMIT."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Delete, Insert, Table, Update, event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, sessionmaker

from infra.store.case_tables import (
    EmergencyContactRow,
    EscalationRow,
    FollowUpRow,
    NoteRow,
    PageRow,
    RelayedRow,
    RelayRow,
    SafetyPlanRow,
    TaskRow,
    TriggerRow,
)
from infra.store.columns import Row
from infra.store.staff_tables import AuditRow, ShiftRow, StaffRow

_SHOWN: Final[frozenset[str]] = frozenset(
    table.__tablename__
    for table in (
        AuditRow,
        EmergencyContactRow,
        EscalationRow,
        FollowUpRow,
        NoteRow,
        PageRow,
        RelayRow,
        RelayedRow,
        SafetyPlanRow,
        ShiftRow,
        StaffRow,
        TaskRow,
        TriggerRow,
    )
)
_CHANGED: Final = "shown_changed"


def notice_changes(sessions: sessionmaker[Session]) -> None:
    """Let every session of these remember whether it wrote to what the staff's pages show."""
    event.listen(sessions, "do_orm_execute", _executed)
    event.listen(sessions, "after_flush", _flushed)


def has_changed(session: Session) -> bool:
    """Whether this session wrote to what the staff's pages show."""
    return _CHANGED in session.info


def _executed(state: ORMExecuteState) -> None:
    statement = state.statement
    if isinstance(statement, Insert | Update | Delete):
        table = statement.table
        if isinstance(table, Table) and table.name in _SHOWN:
            state.session.info[_CHANGED] = True


def _flushed(session: Session, _: UOWTransaction) -> None:
    rows = (*session.new, *session.dirty, *session.deleted)
    if any(isinstance(row, Row) and row.__tablename__ in _SHOWN for row in rows):
        session.info[_CHANGED] = True
