"""Caring contacts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, exists, or_, select, update

from companion.errors import UnknownRow
from companion.staff.cases import Case
from companion.staff.follow_ups import FollowUp, FollowUpState
from infra.store.case_tables import EscalationRow, FollowUpRow
from infra.store.session import Vaulted
from infra.store.tables import StudentRow

_PLANNED = FollowUpRow.state == FollowUpState.PLANNED.value
_UNANSWERED = [FollowUpState.SENT.value, FollowUpState.SILENT.value]


class FollowUps:
    """The repository behind companion.store.aftercare.FollowUps."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def plan(self, case: Case, *, staff_id: UUID, times: Sequence[datetime]) -> int:
        """Plan contacts number 1, 2, … of a case; returns how many were not planned before."""
        planned = 0
        for number, due_at in enumerate(times, start=1):
            # The id is made of what the contact is: planning twice plans once.
            made = self._session.scalar(
                self._vaulted.insert(FollowUpRow)
                .values(
                    id=uuid5(case.id, f"follow_up:{number}"),
                    case_id=case.id,
                    student_id=case.student_id,
                    staff_id=staff_id,
                    number=number,
                    due_at=due_at,
                    state=FollowUpState.PLANNED.value,
                )
                .on_conflict_do_nothing(index_elements=["id"])
                .returning(FollowUpRow.id)
            )
            planned += made is not None
        return planned

    def get(self, follow_up_id: UUID) -> FollowUp:
        """Raises UnknownRow."""
        row = self._session.get(FollowUpRow, follow_up_id, populate_existing=True)
        if row is None:
            raise UnknownRow
        return _follow_up(row)

    def of_case(self, case_id: UUID) -> Sequence[FollowUp]:
        """Return the contacts of a case by number."""
        return self._where(FollowUpRow.case_id == case_id, order=FollowUpRow.number)

    def of_student(self, student_id: UUID) -> Sequence[FollowUp]:
        """Return all contacts of a student, the earliest due first."""
        return self._where(FollowUpRow.student_id == student_id, order=FollowUpRow.due_at)

    def due(self, *, now: datetime, limit: int) -> Sequence[FollowUp]:
        """Return planned contacts that may leave, the earliest first."""
        has_open_case = exists().where(
            EscalationRow.student_id == FollowUpRow.student_id, EscalationRow.closed_at.is_(None)
        )
        wants_none = exists().where(
            StudentRow.id == FollowUpRow.student_id,
            or_(
                StudentRow.stopped_at.is_not(None),
                StudentRow.paused_until > now,
                StudentRow.erased_at.is_not(None),
            ),
        )
        return self._where(
            _PLANNED,
            FollowUpRow.due_at <= now,
            ~has_open_case,
            ~wants_none,
            order=FollowUpRow.due_at,
            limit=limit,
        )

    def waiting(self, *, sent_before: datetime, limit: int) -> Sequence[FollowUp]:
        """Return contacts that left before a moment and are still counted as sent."""
        return self._where(
            FollowUpRow.state == FollowUpState.SENT.value,
            FollowUpRow.sent_at < sent_before,
            order=FollowUpRow.sent_at,
            limit=limit,
        )

    def sent(self, follow_up_id: UUID, *, now: datetime) -> bool:
        """Note that a planned contact left; False when it was not planned any more."""
        return self._changed(
            FollowUpRow.id == follow_up_id,
            _PLANNED,
            state=FollowUpState.SENT.value,
            sent_at=now,
        )

    def move(
        self, follow_up_id: UUID, state: FollowUpState, *, of: Collection[FollowUpState]
    ) -> bool:
        """Change the state if it is one of these now."""
        return self._changed(
            FollowUpRow.id == follow_up_id,
            FollowUpRow.state.in_([one.value for one in of]),
            state=state.value,
        )

    def heard(self, student_id: UUID, *, now: datetime) -> int:
        """Note that the student wrote: returns how many contacts that answers."""
        return self._vaulted.changed(
            update(FollowUpRow)
            .where(FollowUpRow.student_id == student_id, FollowUpRow.state.in_(_UNANSWERED))
            .values(state=FollowUpState.ANSWERED.value, answered_at=now)
        )

    def stop(self, student_id: UUID, *, but: UUID | None = None) -> int:
        """Drop what is planned for a student, save for one case; returns how many."""
        change = update(FollowUpRow).where(FollowUpRow.student_id == student_id, _PLANNED)
        if but is not None:
            change = change.where(FollowUpRow.case_id != but)
        return self._vaulted.changed(change.values(state=FollowUpState.STOPPED.value))

    def _changed(self, *conditions: ColumnElement[bool], **values: Any) -> bool:
        return bool(self._vaulted.changed(update(FollowUpRow).where(*conditions).values(**values)))

    def _where(
        self, *conditions: ColumnElement[bool], order: Any, limit: int = 100
    ) -> list[FollowUp]:
        rows = self._session.scalars(
            select(FollowUpRow)
            .where(*conditions)
            .order_by(order, FollowUpRow.id)
            .limit(limit)
            .execution_options(populate_existing=True)
        )
        return [_follow_up(row) for row in rows]


def _follow_up(row: FollowUpRow) -> FollowUp:
    return FollowUp(
        id=row.id,
        case_id=row.case_id,
        student_id=row.student_id,
        staff_id=row.staff_id,
        number=row.number,
        due_at=row.due_at,
        state=FollowUpState(row.state),
        sent_at=row.sent_at,
        answered_at=row.answered_at,
    )
