"""Relays: who holds whose talk, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from companion.errors import UnknownRow
from companion.store.relays import Relay, Through
from infra.store.case_tables import EscalationRow, RelayedRow, RelayRow
from infra.store.relayed import RelayedLines
from infra.store.tables import InboundRow, OutboundRow

_IS_OPEN = RelayRow.closed_at.is_(None)


class Relays(RelayedLines):
    """The repository behind companion.store.relays.Relays."""

    def open(
        self, case_id: UUID, *, student_id: UUID, staff_id: UUID, through: Through, now: datetime
    ) -> Relay | None:
        """Open a relay; None when one is open for this student, or the case is closed."""
        is_open = select(EscalationRow.id).where(
            EscalationRow.id == case_id, EscalationRow.closed_at.is_(None)
        )
        if self._session.scalar(is_open.with_for_update()) is None:
            return None
        row = RelayRow(
            id=uuid4(),
            case_id=case_id,
            student_id=student_id,
            staff_id=staff_id,
            opened_at=now,
            through=through.value,
        )
        try:
            with self._session.begin_nested():
                self._session.add(row)
        except IntegrityError:
            return None
        return _relay(row)

    def close(self, relay_id: UUID, *, now: datetime) -> bool:
        """Close it; False when it is closed."""
        return bool(
            self._vaulted.changed(
                update(RelayRow).where(RelayRow.id == relay_id, _IS_OPEN).values(closed_at=now)
            )
        )

    def move(self, relay_id: UUID, through: Through) -> None:
        """Let the counsellor go on writing from somewhere else."""
        self._session.execute(
            update(RelayRow).where(RelayRow.id == relay_id).values(through=through.value)
        )

    def get(self, relay_id: UUID) -> Relay:
        """Raises UnknownRow."""
        row = self._session.get(RelayRow, relay_id, populate_existing=True)
        if row is None:
            raise UnknownRow
        return _relay(row)

    def open_of(self, student_id: UUID) -> Relay | None:
        """Return the relay that is open for a student."""
        row = self._session.scalar(
            select(RelayRow)
            .where(RelayRow.student_id == student_id, _IS_OPEN)
            .execution_options(populate_existing=True)
        )
        return None if row is None else _relay(row)

    def of_case(self, case_id: UUID) -> Sequence[Relay]:
        """Return the relays of a case, oldest first."""
        return self._relays(RelayRow.case_id == case_id)

    def of_staff(self, staff_id: UUID) -> Sequence[Relay]:
        """Return the open relays somebody holds, oldest first."""
        return self._relays(RelayRow.staff_id == staff_id, _IS_OPEN)

    def lately(self, student_id: UUID, *, after: datetime) -> Sequence[Relay]:
        """Return the relays of a student that were open after a moment, oldest first."""
        still = or_(_IS_OPEN, RelayRow.closed_at > after)
        return self._relays(RelayRow.student_id == student_id, still)

    def idle(self, *, before: datetime, limit: int) -> Sequence[tuple[Relay, datetime]]:
        """Return open relays in which the student waits since before, and since when."""
        said = (
            select(func.coalesce(func.max(OutboundRow.seq), 0))
            .where(
                OutboundRow.student_id == RelayRow.student_id,
                OutboundRow.dedupe.startswith("relay:say:"),
            )
            .correlate(RelayRow)
            .scalar_subquery()
        )
        since = func.min(RelayedRow.created_at)
        rows = self._session.execute(
            select(RelayRow, since)
            .join(RelayedRow, RelayedRow.relay_id == RelayRow.id)
            .join(InboundRow, InboundRow.id == RelayedRow.message_id)
            .where(_IS_OPEN, InboundRow.seq > said)
            .group_by(RelayRow.id)
            .having(since < before)
            .order_by(since)
            .limit(limit)
        )
        return [(_relay(row), at) for row, at in rows]

    def _relays(self, *conditions: ColumnElement[bool]) -> list[Relay]:
        rows = self._session.scalars(
            select(RelayRow)
            .where(*conditions)
            .order_by(RelayRow.opened_at)
            .execution_options(populate_existing=True)
        )
        return [_relay(row) for row in rows]


def _relay(row: RelayRow) -> Relay:
    return Relay(
        id=row.id,
        case_id=row.case_id,
        student_id=row.student_id,
        staff_id=row.staff_id,
        through=Through(row.through),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )
