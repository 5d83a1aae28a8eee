"""Cases as they are read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, cast, exists, func, or_, select

from companion.errors import UnknownRow
from companion.risk import SCREENING_FAILED, Kind, Level, Subject
from companion.staff.cases import Case, CaseState, FalseAlarm, Outcome, Trigger
from infra.store.case_tables import EscalationRow, PageRow, TriggerRow
from infra.store.session import Vaulted

IS_OPEN = EscalationRow.closed_at.is_(None)


class CaseReads:
    """The half of companion.store.Cases that changes nothing."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def get(self, case_id: UUID) -> Case:
        """Raises UnknownRow."""
        row = self._session.get(EscalationRow, case_id, populate_existing=True)
        if row is None:
            raise UnknownRow
        return _case(row)

    def find(self, number: int) -> Case | None:
        """Find a case by the number people say to each other."""
        row = self._session.scalar(select(EscalationRow).where(EscalationRow.number == number))
        return None if row is None else _case(row)

    def of_message(self, message_id: UUID) -> UUID | None:
        """Return the case that a message opened or raised."""
        return self._session.scalar(
            select(TriggerRow.case_id).where(TriggerRow.message_id == message_id)
        )

    def open_of(self, student_id: UUID) -> Case | None:
        """Return the student's open case."""
        row = self._open_row(student_id)
        return None if row is None else _case(row)

    def all_of(self, student_id: UUID) -> Sequence[Case]:
        """Return every case of a student, the newest first."""
        return self._cases(EscalationRow.student_id == student_id)

    def triggers(self, case_id: UUID) -> Sequence[Trigger]:
        """Return what opened and raised a case, oldest first."""
        rows = self._session.scalars(
            select(TriggerRow).where(TriggerRow.case_id == case_id).order_by(TriggerRow.at)
        )
        return [_trigger(row) for row in rows]

    def queue(self) -> Sequence[Case]:
        """Return the open cases: the gravest first, then the longest waiting."""
        rows = self._session.scalars(
            select(EscalationRow)
            .where(IS_OPEN)
            .order_by(EscalationRow.level.desc(), EscalationRow.raised_at)
            .execution_options(populate_existing=True)
        )
        return [_case(row) for row in rows]

    def owned_by(self, staff_id: UUID) -> Sequence[Case]:
        """Return the open cases somebody holds."""
        return self._cases(IS_OPEN, EscalationRow.owner_id == staff_id)

    def closed(self, *, after: datetime, limit: int = 100) -> Sequence[Case]:
        """Return cases closed since a moment, the newest first."""
        return self._cases(EscalationRow.closed_at >= after, limit=limit)

    def claimed(self) -> Sequence[Case]:
        """Return the cases that somebody holds without having spoken with the student."""
        return self._cases(IS_OPEN, EscalationRow.state == CaseState.CLAIMED.value, limit=1_000)

    def due(self, *, now: datetime, limit: int) -> Sequence[UUID]:
        """Return unclaimed cases whose next rung is due, the gravest first."""
        return self._session.scalars(
            select(EscalationRow.id)
            .where(EscalationRow.next_rung_at <= now, IS_OPEN)
            .order_by(EscalationRow.level.desc(), EscalationRow.next_rung_at)
            .limit(limit)
        ).all()

    def unscreened(self, *, after: datetime) -> Sequence[Case]:
        """Return open cases raised since a moment by a screening that broke, by their number."""
        broke = exists().where(
            TriggerRow.case_id == EscalationRow.id,
            TriggerRow.at >= EscalationRow.raised_at,
            cast(TriggerRow.evidence, Text).contains(f"{SCREENING_FAILED} ("),
        )
        found = self._cases(IS_OPEN, EscalationRow.raised_at >= after, broke, limit=1_000)
        return sorted(found, key=lambda case: case.number)

    def unnotified(self, *, grave_before: datetime, before: datetime) -> int:
        """Count cases that reached nobody since they rose, though somebody should have been."""
        is_grave = EscalationRow.level >= int(Level.HIGH)
        was_tried = exists().where(
            PageRow.case_id == EscalationRow.id, PageRow.created_at >= EscalationRow.raised_at
        )
        is_overdue = or_(
            EscalationRow.next_rung_at.is_(None),
            EscalationRow.next_rung_at < before,
            EscalationRow.rung > 0,
            was_tried,
        )
        counted = self._session.scalar(
            select(func.count()).where(
                IS_OPEN,
                EscalationRow.may_page,
                ~EscalationRow.is_drill,
                EscalationRow.owner_id.is_(None)
                | (EscalationRow.owner_seen_at < EscalationRow.raised_at),
                EscalationRow.notified_at.is_(None)
                | (EscalationRow.notified_at < EscalationRow.raised_at),
                or_(
                    and_(is_grave, EscalationRow.raised_at < grave_before),
                    and_(~is_grave, EscalationRow.raised_at < before, is_overdue),
                ),
            )
        )
        return int(counted or 0)

    def _open_row(self, student_id: UUID) -> EscalationRow | None:
        return self._session.scalar(
            select(EscalationRow)
            .where(EscalationRow.student_id == student_id, IS_OPEN)
            .execution_options(populate_existing=True)
            .with_for_update()
        )

    def _cases(self, *conditions: ColumnElement[bool], limit: int = 100) -> list[Case]:
        rows = self._session.scalars(
            select(EscalationRow)
            .where(*conditions)
            .order_by(EscalationRow.opened_at.desc())
            .limit(limit)
            .execution_options(populate_existing=True)
        )
        return [_case(row) for row in rows]


def _case(row: EscalationRow) -> Case:
    return Case(
        id=row.id,
        number=row.number,
        student_id=row.student_id,
        level=Level(row.level),
        kinds=tuple(Kind(kind) for kind in row.kinds),
        subject=Subject(row.subject),
        state=CaseState(row.state),
        asked_for=row.asked_for,
        is_drill=row.is_drill,
        may_page=row.may_page,
        opened_at=row.opened_at,
        raised_at=row.raised_at,
        notified_at=row.notified_at,
        claimed_at=row.claimed_at,
        contact_at=row.contact_at,
        closed_at=row.closed_at,
        owner_id=row.owner_id,
        owner_seen_at=row.owner_seen_at,
        rung=row.rung,
        next_rung_at=row.next_rung_at,
        told_nobody_at=row.told_nobody_at,
        outcome=Outcome(row.outcome) if row.outcome else None,
        closed_by=row.closed_by,
    )


def _trigger(row: TriggerRow) -> Trigger:
    return Trigger(
        id=row.id,
        message_id=row.message_id,
        level=Level(row.level),
        kinds=tuple(Kind(kind) for kind in row.kinds),
        subject=Subject(row.subject),
        score=row.score,
        evidence=tuple(row.evidence),
        at=row.at,
        false_alarm=FalseAlarm(row.false_alarm) if row.false_alarm else None,
    )
