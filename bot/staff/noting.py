"""A structured note out of a chat: asked for, kept, and locked by a button."""

from __future__ import annotations

from uuid import NAMESPACE_OID, UUID, uuid5

from bot.staff.acts import Act
from bot.staff.tags import tag
from bot.staff.turn import Turn
from companion.flows.case_work import keep_note, sign_note
from companion.messages import Choice
from companion.staff.cases import Note

_PARTS = ("risk", "protective", "actions", "told")
#: What ends a label: in Chinese and in English.
_COLONS = "：:"


def ask_note(turn: Turn) -> list[Act]:
    """Ask for a note; its lines may begin with the names of its parts."""
    case = turn.case()
    if case is None:
        return turn.tell("which_case")
    question = turn.say("ask_note", case=case.number)
    return turn.ask(f"{question}\n{tag('note', str(case.number))}")


def keep(turn: Turn) -> list[Act]:
    """Keep the note that was written; a repeated update keeps it once."""
    case = turn.case()
    if case is None:
        return turn.tell("no_case")
    if not turn.event.text.strip():
        return turn.tell("note_empty")
    note_id = uuid5(NAMESPACE_OID, f"staff-update:{turn.event.chat_id}:{turn.event.update_id}")
    parts = parts_of(turn.event.text, turn)
    note = Note(
        id=note_id,
        case_id=case.id,
        staff_id=turn.staff.id,
        at=turn.now,
        signed_at=None,
        amends=None,
        **parts,
    )
    keep_note(note, services=turn.services)
    sign = Choice(turn.say("button.sign"), f"sign:{case.number}:{note_id}")
    return turn.answer(turn.say("note_kept", case=case.number), sign)


def sign(turn: Turn) -> list[Act]:
    """Lock one's own note."""
    case, note_id = turn.case(), _uuid(turn.words[1] if len(turn.words) > 1 else "")
    if case is None or note_id is None:
        return turn.tell("no_case")
    signed = sign_note(note_id, case_id=case.id, staff=turn.staff, services=turn.services)
    return turn.tell("note_signed" if signed else "note_locked")


def parts_of(text: str, turn: Turn) -> dict[str, str]:
    """Return the parts of a note; what stands under no name is what was done."""
    labels = {turn.say(f"note.{part}").casefold(): part for part in _PARTS}
    found: dict[str, list[str]] = {part: [] for part in _PARTS}
    part = "actions"
    for line in text.strip().splitlines():
        words = line
        for colon in _COLONS:
            label, has_colon, rest = line.partition(colon)
            if has_colon and label.strip().casefold() in labels:
                part, words = labels[label.strip().casefold()], rest
                break
        found[part].append(words.strip())
    return {part: "\n".join(lines).strip() for part, lines in found.items()}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
