"""The roster."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from companion.staff.duty import Duty, Shift
from infra.store.session import Vaulted
from infra.store.staff_tables import ShiftRow


class Shifts:
    """The repository behind companion.store.Shifts."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def add(self, shift: Shift) -> None:
        """Keep a shift."""
        self._session.add(
            ShiftRow(
                id=shift.id,
                staff_id=shift.staff_id,
                duty=shift.duty.value,
                starts_at=shift.starts_at,
                ends_at=shift.ends_at,
                note=shift.note,
            )
        )
        self._session.flush()

    def remove(self, shift_id: UUID) -> bool:
        """Take a shift out; False when it is not there."""
        return bool(self._vaulted.changed(delete(ShiftRow).where(ShiftRow.id == shift_id)))

    def give(self, shift_id: UUID, *, to: UUID) -> bool:
        """Give a shift to somebody else (a swap is two of these)."""
        return bool(
            self._vaulted.changed(
                update(ShiftRow).where(ShiftRow.id == shift_id).values(staff_id=to)
            )
        )

    def between(self, starts_at: datetime, ends_at: datetime) -> Sequence[Shift]:
        """Return shifts that touch a stretch of time, the earliest first."""
        rows = self._session.scalars(
            select(ShiftRow)
            .where(ShiftRow.starts_at < ends_at, ShiftRow.ends_at > starts_at)
            .order_by(ShiftRow.starts_at, ShiftRow.id)
            .execution_options(populate_existing=True)
        )
        return [
            Shift(
                id=row.id,
                staff_id=row.staff_id,
                duty=Duty(row.duty),
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                note=row.note,
            )
            for row in rows
        ]
