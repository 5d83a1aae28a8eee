"""What staff write down in a case and read of it: notes, the excerpt, the whole talk. Audited."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from companion.errors import UnknownRow
from companion.flows.case_audit import audit, needed
from companion.flows.journal_pages import private_lines
from companion.flows.services import Services
from companion.staff.actions import Action
from companion.staff.cases import Note
from companion.staff.people import Staff
from companion.store import Line, Transaction

#: Lines before and after a trigger that its excerpt shows.
_BEFORE, _AFTER = 3, 2
#: The latest triggers whose surroundings an excerpt shows.
_TRIGGERS = 3
#: Lines that break-glass reading shows, the latest ones.
_WHOLE_TALK = 500


def keep_note(note: Note, *, services: Services) -> None:
    """Keep a note, or a new version of one's own that is not signed.

    Raises UnknownRow, StoreUnavailable. Safe to run twice.
    """
    now = services.clock.now()
    with services.store.transaction() as tx:
        case = tx.cases.get(note.case_id)
        staff = tx.members.get(note.staff_id)
        tx.cases.add_note(note, student_id=case.student_id)
        detail: dict[str, object] = {"note": str(note.id)}
        audit(tx, Action.NOTE, case, staff=staff, now=now, detail=detail)
        tx.cases.seen(case.id, staff_id=staff.id, now=now)


def sign_note(note_id: UUID, *, case_id: UUID, staff: Staff, services: Services) -> bool:
    """Lock one's own note; False when it is locked or another's.

    Raises UnknownRow, StoreUnavailable. Safe to run twice.
    """
    now = services.clock.now()
    with services.store.transaction() as tx:
        case = tx.cases.get(case_id)
        signed = tx.cases.sign(note_id, staff_id=staff.id, now=now)
        if signed:
            detail: dict[str, object] = {"note": str(note_id)}
            audit(tx, Action.SIGN, case, staff=staff, now=now, detail=detail)
    return signed


def open_talk(case_id: UUID, *, staff: Staff, reason: str, services: Services) -> Sequence[Line]:
    """Read the whole talk (break-glass): for a reason, audited, and visible to the student.

    Raises BadInput for a blank reason, UnknownRow, StoreUnavailable.
    """
    why = needed(reason)
    now = services.clock.now()
    with services.store.transaction() as tx:
        case = tx.cases.get(case_id)
        private = private_lines(tx, case.student_id)
        said = tx.talk.lines(case.student_id, limit=_WHOLE_TALK)
        lines = [line for line in said if line.id not in private]
        detail: dict[str, object] = {"lines": len(lines)}
        audit(tx, Action.TALK, case, staff=staff, now=now, detail=detail, reason=why)
    return lines


def excerpt(case_id: UUID, *, staff: Staff, services: Services) -> Sequence[Line]:
    """Return the few lines around the latest triggers, oldest first; the reading is audited.

    Raises UnknownRow, StoreUnavailable.
    """
    now = services.clock.now()
    with services.store.transaction() as tx:
        case = tx.cases.get(case_id)
        private = private_lines(tx, case.student_id)
        lines: dict[int, Line] = {}
        for seq in _trigger_places(tx, case_id):
            around = tx.talk.lines(
                case.student_id, after=seq - _BEFORE - 1, limit=_BEFORE + 1 + _AFTER
            )
            lines.update((line.seq, line) for line in around if line.id not in private)
        detail: dict[str, object] = {"lines": len(lines)}
        audit(tx, Action.EXCERPT, case, staff=staff, now=now, detail=detail)
    return [lines[seq] for seq in sorted(lines)]


def _trigger_places(tx: Transaction, case_id: UUID) -> list[int]:
    """Return where in the talk the latest triggers stand; those that were deleted are left out."""
    places = []
    for trigger in tx.cases.triggers(case_id)[-_TRIGGERS:]:
        if trigger.message_id is not None:
            try:
                places.append(tx.inbound.get(trigger.message_id).seq)
            except UnknownRow:
                continue
    return places
