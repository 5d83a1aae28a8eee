"""The notes of a case as one member of staff sees them: others' drafts stay theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.desk.notes import note_id
from bot.desk.words import Words
from companion.errors import UnknownRow
from companion.staff.cases import Case, Note
from companion.staff.people import Staff
from companion.store import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteForm:
    """A form to write in: a draft of one's own, or an empty one."""

    #: The word that this form's note is found by, again and again, until it is signed.
    key: str
    #: What it adds to; None for a note of its own.
    amends: UUID | None
    draft: Note | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signed note with what was added to it."""

    note: Note
    author: str
    at: str
    additions: tuple[Signed, ...]
    form: NoteForm | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesView:
    """What is signed, a form for a new one, and who else is writing."""

    signed: Sequence[Signed]
    form: NoteForm
    others: Sequence[str]


def notes_view(
    tx: Reading,
    case: Case,
    *,
    staff: Staff,
    names: Mapping[UUID, str],
    w: Words,
    at: Callable[[datetime], str],
) -> NotesView:
    """Return the notes of a case; none where the student erased everything."""
    try:
        notes = tx.cases.notes(case.id)
    except UnknownRow:
        notes = ()
    somebody: str = w["case"]["somebody"]
    authors = {note.staff_id: names.get(note.staff_id, somebody) for note in notes}
    maker = _Maker(case=case, staff=staff, notes=notes, authors=authors, at=at)
    drafting = {note.staff_id for note in notes if note.signed_at is None} - {staff.id}
    return NotesView(
        signed=maker.signed(None),
        form=maker.form(None),
        others=sorted(authors[one] for one in drafting),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    """Puts the notes of one reading in their places."""

    case: Case
    staff: Staff
    notes: Sequence[Note]
    authors: Mapping[UUID, str]
    at: Callable[[datetime], str]

    def signed(self, amends: UUID | None) -> tuple[Signed, ...]:
        return tuple(
            Signed(
                note=note,
                author=self.authors[note.staff_id],
                at=self.at(note.signed_at),
                additions=self.signed(note.id),
                form=self.form(note.id) if amends is None else None,
            )
            for note in self.notes
            if note.amends == amends and note.signed_at is not None
        )

    def form(self, amends: UUID | None) -> NoteForm:
        """Return the form of one's own draft; its word changes when that draft is signed."""
        mine = [note for note in self.notes if note.staff_id == self.staff.id]
        done = sum(note.amends == amends and note.signed_at is not None for note in mine)
        key = f"{amends or 'note'}:{done}"
        wanted = note_id(self.case.id, self.staff.id, key)
        draft = next((note for note in mine if note.id == wanted), None)
        return NoteForm(key=key, amends=amends, draft=draft)
