"""What students do for themselves: sealed with the student's key."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select, update

from companion.care.entries import Entry, EntryKind, EntryState
from infra.store.care_tables import CareEntryRow
from infra.store.nudges import Nudges
from infra.store.reminders import Reminders
from infra.store.session import Vaulted
from infra.store.suggestions import Suggestions, Tallies

#: Entries looked through for a short code.
_LOOKED_THROUGH = 200


class CareEntries:
    """The repository behind companion.store.care.CareEntries."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def begin(  # noqa: PLR0913 - each names one thing that is kept
        self,
        student_id: UUID,
        kind: EntryKind,
        body: Mapping[str, Any],
        *,
        name: str = "",
        state: EntryState = EntryState.RUNNING,
        at: datetime,
        now: datetime,
    ) -> Entry:
        """Keep a new entry; one that waits puts off the one that waited before."""
        if state is EntryState.RUNNING:
            self._put_off(student_id, now=now)
        entry = Entry(
            id=uuid4(),
            student_id=student_id,
            kind=kind,
            name=name,
            state=state,
            at=at,
            updated_at=now,
            body=body,
        )
        self._session.add(
            CareEntryRow(
                id=entry.id,
                student_id=student_id,
                kind=kind.value,
                name=name,
                state=state.value,
                at=at,
                updated_at=now,
                body=self._sealed(entry.id, student_id, body),
            )
        )
        self._session.flush()
        return entry

    def put(
        self,
        entry: Entry,
        *,
        body: Mapping[str, Any] | None = None,
        state: EntryState | None = None,
        at: datetime | None = None,
        now: datetime,
    ) -> bool:
        """Change an entry; False when it was changed by somebody else since it was read."""
        values: dict[str, Any] = {"updated_at": now}
        if body is not None:
            values["body"] = self._sealed(entry.id, entry.student_id, body)
        if state is not None:
            values["state"] = state.value
        if at is not None:
            values["at"] = at
        if state is EntryState.RUNNING and entry.state is not EntryState.RUNNING:
            self._put_off(entry.student_id, now=now)
        return bool(
            self._vaulted.changed(
                update(CareEntryRow)
                .where(
                    CareEntryRow.id == entry.id,
                    CareEntryRow.updated_at == entry.updated_at,
                    CareEntryRow.state == entry.state.value,
                )
                .values(values)
            )
        )

    def running(self, student_id: UUID) -> Entry | None:
        """Return the entry that waits for the student; None when none does."""
        rows = self._read(
            CareEntryRow.student_id == student_id,
            CareEntryRow.state == EntryState.RUNNING.value,
            limit=1,
        )
        return rows[0] if rows else None

    def find(self, student_id: UUID, code: str) -> Entry | None:
        """Return the latest entry of the student with this id, or short code."""
        ids = self._session.scalars(
            select(CareEntryRow.id)
            .where(CareEntryRow.student_id == student_id)
            .order_by(CareEntryRow.updated_at.desc())
            .limit(_LOOKED_THROUGH)
        )
        wanted = code.replace("-", "").lower()
        found = next((one for one in ids if wanted in {one.hex, one.hex[:8]}), None)
        if found is None:
            return None
        return next(iter(self._read(CareEntryRow.id == found, limit=1)), None)

    def latest(  # noqa: PLR0913 - each narrows what is read
        self,
        student_id: UUID,
        kind: EntryKind,
        *,
        name: str | None = None,
        states: Collection[EntryState] | None = (EntryState.DONE,),
        after: datetime | None = None,
        before: datetime | None = None,
        limit: int = 500,
    ) -> Sequence[Entry]:
        """Return entries, newest first; `after` and `before` bound `at`; `states` None: all."""
        where = [CareEntryRow.student_id == student_id, CareEntryRow.kind == kind.value]
        if states is not None:
            where.append(CareEntryRow.state.in_([state.value for state in states]))
        if name is not None:
            where.append(CareEntryRow.name == name)
        if after is not None:
            where.append(CareEntryRow.at >= after)
        if before is not None:
            where.append(CareEntryRow.at < before)
        return self._read(*where, limit=limit)

    def counts(self, student_id: UUID) -> Mapping[EntryKind, int]:
        """Return how many entries of each kind there are, those taken back or stopped left out."""
        gone = [EntryState.UNDONE.value, EntryState.STOPPED.value]
        rows = self._session.execute(
            select(CareEntryRow.kind, func.count())
            .where(CareEntryRow.student_id == student_id, CareEntryRow.state.not_in(gone))
            .group_by(CareEntryRow.kind)
        )
        return {EntryKind(kind): count for kind, count in rows}

    def drop(self, student_id: UUID, entry_id: UUID) -> bool:
        """Erase one entry of the student; False when there is none."""
        mine = (CareEntryRow.id == entry_id, CareEntryRow.student_id == student_id)
        return bool(self._vaulted.changed(delete(CareEntryRow).where(*mine)))

    def drop_all(self, student_id: UUID, kind: EntryKind) -> int:
        """Erase all entries of one kind; returns how many went."""
        mine = (CareEntryRow.student_id == student_id, CareEntryRow.kind == kind.value)
        return self._vaulted.changed(delete(CareEntryRow).where(*mine))

    def _put_off(self, student_id: UUID, *, now: datetime) -> None:
        self._session.execute(
            update(CareEntryRow)
            .where(
                CareEntryRow.student_id == student_id,
                CareEntryRow.state == EntryState.RUNNING.value,
            )
            .values(state=EntryState.LATER.value, updated_at=now)
        )

    def _read(self, *where: Any, limit: int) -> list[Entry]:
        rows = self._session.scalars(
            select(CareEntryRow)
            .where(*where)
            .order_by(CareEntryRow.at.desc(), CareEntryRow.updated_at.desc())
            .limit(limit)
            .execution_options(populate_existing=True)
        )
        return [self._entry(row) for row in rows]

    def _entry(self, row: CareEntryRow) -> Entry:
        sealer = self._vaulted.sealer(row.student_id)
        return Entry(
            id=row.id,
            student_id=row.student_id,
            kind=EntryKind(row.kind),
            name=row.name,
            state=EntryState(row.state),
            at=row.at,
            updated_at=row.updated_at,
            body=json.loads(sealer.open(row.body, place=f"care_entries.body:{row.id}")),
        )

    def _sealed(self, entry_id: UUID, student_id: UUID, body: Mapping[str, Any]) -> bytes:
        text = json.dumps(dict(body), ensure_ascii=False)
        return self._vaulted.sealer(student_id).seal(text, place=f"care_entries.body:{entry_id}")


class Care:
    """The repository behind companion.store.care.Care."""

    def __init__(self, vaulted: Vaulted) -> None:
        self.entries = CareEntries(vaulted)
        self.nudges = Nudges(vaulted)
        self.reminders = Reminders(vaulted)
        self.suggestions = Suggestions(vaulted)
        self.tallies = Tallies(vaulted)
