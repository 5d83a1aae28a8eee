"""The audit log: appended, never changed; each line carries a hash over itself and the one before.

Whoever changes, removes or inserts a line has to change every line after it, and the hash of the
last line is told to operators (`nuanyu staff audit --verify`), who can keep it elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, text

from companion.store.staffing import Entry
from infra.store.session import Vaulted
from infra.store.staff_tables import AuditRow

#: What the first line is chained to.
_BEGINNING = "0" * 64
_LOCK = 7_340_113  # any number of our own: one line at a time on PostgreSQL


class Audit:
    """The repository behind companion.store.Audit."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def add(  # noqa: PLR0913 - who, what, when, to whom, why
        self,
        *,
        actor: str,
        action: str,
        now: datetime,
        case_id: UUID | None = None,
        student_id: UUID | None = None,
        detail: Mapping[str, object] | None = None,
        reason: str | None = None,
    ) -> int:
        """Append one line; returns its number."""
        if self._vaulted.dialect == "postgresql":
            self._session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        number, before = self.last()
        row = AuditRow(
            number=number + 1,
            at=now,
            actor=actor,
            action=action,
            case_id=case_id,
            student_id=student_id,
            detail=dict(detail or {}),
            reason_body=None if reason is None else self._seal(number + 1, reason),
        )
        row.hash = _hash(row, before)
        self._session.add(row)
        self._session.flush()
        return row.number

    def lines(self, *, before: int | None = None, limit: int = 100) -> Sequence[Entry]:
        """Return lines, the newest first."""
        asked = select(AuditRow).order_by(AuditRow.number.desc()).limit(limit)
        if before is not None:
            asked = asked.where(AuditRow.number < before)
        return [self._entry(row) for row in self._session.scalars(asked)]

    def of_case(self, case_id: UUID) -> Sequence[Entry]:
        """Return what was done in a case, oldest first."""
        return self._where(AuditRow.case_id == case_id)

    def of_student(self, student_id: UUID) -> Sequence[Entry]:
        """Return what was read and done about a student, oldest first."""
        return self._where(AuditRow.student_id == student_id)

    def broken_at(self) -> int | None:
        """Return the number of the first line that does not fit its chain; None when all do."""
        expected, before = 1, _BEGINNING
        asked = select(AuditRow).order_by(AuditRow.number).execution_options(yield_per=500)
        with closing(self._session.scalars(asked)) as rows:
            for row in rows:
                if row.number != expected or row.hash != _hash(row, before):
                    return expected
                expected, before = expected + 1, row.hash
        return None

    def last(self) -> tuple[int, str]:
        """Return the number and the hash of the last line; 0 and zeros of an empty log."""
        row = self._session.execute(
            select(AuditRow.number, AuditRow.hash).order_by(AuditRow.number.desc()).limit(1)
        ).one_or_none()
        return (0, _BEGINNING) if row is None else (row.number, row.hash)

    def hash_of(self, number: int) -> str | None:
        """Return the hash of a line, to compare with one that was kept elsewhere."""
        return self._session.scalar(select(AuditRow.hash).where(AuditRow.number == number))

    def _where(self, condition: ColumnElement[bool]) -> list[Entry]:
        rows = self._session.scalars(select(AuditRow).where(condition).order_by(AuditRow.number))
        return [self._entry(row) for row in rows]

    def _seal(self, number: int, reason: str) -> bytes:
        return self._vaulted.staff_sealer.seal(reason, place=f"audit.reason:{number}")

    def _entry(self, row: AuditRow) -> Entry:
        sealed = row.reason_body
        reason = sealed and self._vaulted.staff_sealer.open(
            sealed, place=f"audit.reason:{row.number}"
        )
        return Entry(
            number=row.number,
            at=row.at,
            actor=row.actor,
            action=row.action,
            case_id=row.case_id,
            student_id=row.student_id,
            detail=row.detail,
            reason=reason or None,
        )


def _hash(row: AuditRow, before: str) -> str:
    said = {
        "number": row.number,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": row.actor,
        "action": row.action,
        "case": str(row.case_id),
        "student": str(row.student_id),
        "detail": row.detail,
        "reason": None if row.reason_body is None else row.reason_body.hex(),
        "before": before,
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
