"""Notes: drafts that save themselves, signed ones that stand, additions to them."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID, uuid5

from starlette.routing import Route

from bot.desk.deeds import Deed, view
from bot.desk.page import Desk
from companion.flows.case_records import keep_note, sign_note
from companion.flows.relay import LONGEST_LINE
from companion.staff.cases import Note

PARTS = ("risk", "protective", "actions", "told")
#: Characters of one part.
LONGEST_PART = LONGEST_LINE


def routes(_: Desk) -> list[Route]:
    """Return the address that keeps a note, and signs it when that button was pressed."""
    return [Route("/desk/cases/{number:int}/notes", view(keep), methods=["POST"])]


def keep(deed: Deed) -> str:
    """Keep a draft; with the field `sign` also lock it. Safe to run twice."""
    parts = {part: deed.text(part) for part in PARTS}
    kept, amends = _own_id(deed), deed.uuid("amends")
    fault = _fault(deed, parts) or _misplaced(deed, kept, amends)
    if fault:
        return fault
    note = Note(
        id=kept,
        case_id=deed.case.id,
        staff_id=deed.staff.id,
        at=deed.services.clock.now(),
        signed_at=None,
        amends=amends,
        **parts,
    )
    keep_note(note, services=deed.services)
    if not deed.text("sign"):
        return "note_kept"
    signed = sign_note(kept, case_id=deed.case.id, staff=deed.staff, services=deed.services)
    return "note_signed" if signed else "too_late"


def _fault(deed: Deed, parts: Mapping[str, str]) -> str:
    if deed.case.is_drill:  # there is no student whose key could seal it
        return "not_done"
    if not any(parts.values()):
        return "empty"
    return "too_long" if max(map(len, parts.values())) > LONGEST_PART else ""


def _misplaced(deed: Deed, kept: UUID, amends: UUID | None) -> str:
    """Say what is wrong with where a note should stand: it is locked, or adds to no signed one."""
    with deed.services.store.reading() as tx:
        notes = {note.id: note for note in tx.cases.notes(deed.case.id)}
    known = notes.get(kept)
    if known is not None and (known.signed_at or known.amends != amends):
        return "too_late"
    is_amended = amends is None or (amends in notes and notes[amends].signed_at is not None)
    return "" if is_amended else "not_done"


def _own_id(deed: Deed) -> UUID:
    """Return the id of the note a form speaks of.

    It is made of the form's own word, the case and the writer, so that no form can reach into a
    note of another case or person, and a form that is sent twice keeps one note.
    """
    return note_id(deed.case.id, deed.staff.id, deed.text("key"))


def note_id(case_id: UUID, staff_id: UUID, key: str) -> UUID:
    """Return the id of the note with a form's word in a case."""
    return uuid5(case_id, f"{staff_id}:{key}")
