"""What the repositories share inside one transaction: the session and the students' sealers."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, Executable, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from companion.errors import UnknownRow
from infra.store.columns import Row
from infra.store.tables import KeyRow, SystemKeyRow
from infra.vault import Sealer, Sealers, Unreadable, fingerprint


class Vaulted:
    """A database session that can open what it reads."""

    def __init__(self, session: Session, sealers: Sealers, *, lookup_key: bytes) -> None:
        self.session = session
        self.sealers = sealers
        self._lookup_key = lookup_key
        self._opened: dict[UUID, Sealer] = {}
        #: "sqlite" or "postgresql".
        self.dialect = session.get_bind().dialect.name

    def sealer(self, student_id: UUID) -> Sealer:
        """Return the student's sealer. Raises UnknownRow when the key was destroyed."""
        sealer = self._opened.get(student_id)
        if sealer is None:
            found = self.session.execute(
                select(KeyRow.master, KeyRow.wrapped).where(KeyRow.student_id == student_id)
            ).one_or_none()
            if found is None:
                raise UnknownRow
            sealer = self.adopt(student_id, master=found.master, wrapped=found.wrapped)
        return sealer

    def adopt(self, student_id: UUID, *, master: str, wrapped: bytes) -> Sealer:
        """Return the sealer for a key that was read along with something else."""
        sealer = self.sealers.of(str(student_id), master, wrapped)
        self._opened[student_id] = sealer
        return sealer

    def new_sealer(self, student_id: UUID) -> Sealer:
        """Make, store and return a key for a student that has none."""
        master, wrapped, sealer = self.sealers.fresh(str(student_id))
        self.session.add(KeyRow(student_id=student_id, master=master, wrapped=wrapped))
        self.session.flush()
        self._opened[student_id] = sealer
        return sealer

    @property
    def staff_sealer(self) -> Sealer:
        """The sealer of what staff wrote and of their secrets."""
        row = self.session.get(SystemKeyRow, "staff")
        if row is None:
            raise Unreadable("the staff key is missing: run `nuanyu keys check`")
        return self.sealers.of("system:staff", row.master, row.wrapped)

    def fingerprint(self, *parts: str) -> str:
        """Return the keyed hash that stands in look-up columns for a platform's ids."""
        return fingerprint(self._lookup_key, *parts)

    def changed(self, statement: Executable) -> int:
        """Run an UPDATE or DELETE and return how many rows it touched."""
        return cast("CursorResult[Any]", self.session.execute(statement)).rowcount

    def insert(self, table: type[Row]) -> Any:
        """Return an INSERT that can say ON CONFLICT, in the database's own dialect."""
        if self.dialect == "sqlite":
            return sqlite.insert(table)
        return postgresql.insert(table)
