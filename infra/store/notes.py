"""Notes of staff: sealed with the student's key, locked once signed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from companion.staff.cases import Note
from infra.store.case_tables import NoteRow
from infra.store.session import Vaulted

_PARTS = ("risk", "protective", "actions", "told")


class Notes:
    """What `Cases` keeps of what staff wrote down."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def add(self, note: Note, *, student_id: UUID) -> None:
        """Keep a note, or a new version of one that is not signed."""
        sealer = self._vaulted.sealer(student_id)
        body = json.dumps({part: getattr(note, part) for part in _PARTS})
        sealed = sealer.seal(body, place=f"notes.body:{note.id}")
        self._session.execute(
            self._vaulted.insert(NoteRow)
            .values(
                id=note.id,
                case_id=note.case_id,
                student_id=student_id,
                staff_id=note.staff_id,
                body=sealed,
                at=note.at,
                signed_at=note.signed_at,
                amends=note.amends,
            )
            .on_conflict_do_update(
                index_elements=["id"],
                set_={"body": sealed, "at": note.at},
                where=NoteRow.signed_at.is_(None) & (NoteRow.staff_id == note.staff_id),
            )
        )

    def sign(self, note_id: UUID, *, staff_id: UUID, now: datetime) -> bool:
        """Lock one's own note; False when it is locked or another's."""
        return bool(
            self._vaulted.changed(
                update(NoteRow)
                .where(
                    NoteRow.id == note_id,
                    NoteRow.staff_id == staff_id,
                    NoteRow.signed_at.is_(None),
                )
                .values(signed_at=now)
            )
        )

    def of_case(self, case_id: UUID) -> Sequence[Note]:
        """Return the notes of a case, oldest first."""
        rows = self._session.scalars(
            select(NoteRow)
            .where(NoteRow.case_id == case_id)
            .order_by(NoteRow.at)
            .execution_options(populate_existing=True)
        )
        return [self._note(row) for row in rows]

    def _note(self, row: NoteRow) -> Note:
        sealer = self._vaulted.sealer(row.student_id)
        return Note(
            id=row.id,
            case_id=row.case_id,
            staff_id=row.staff_id,
            at=row.at,
            signed_at=row.signed_at,
            amends=row.amends,
            **json.loads(sealer.open(row.body, place=f"notes.body:{row.id}")),
        )
