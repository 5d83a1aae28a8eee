"""Putting one sentence of the model in front of the next step of an exercise, where it may stand.

Only for answers that their step lets a model see. The row holds the whole step and leaves by itself
at its moment, so a job that is lost costs the sentence and no more.
"""

from __future__ import annotations

from uuid import UUID

from companion.care.entries import EntryKind, EntryState
from companion.care.runner import Run
from companion.care.shelf import shelf
from companion.flows.reflect import Answered, put_in_front
from companion.flows.services import Services
from companion.language import Language
from companion.store import Reading


def reflect_answer(outbound_id: UUID, message_id: UUID, *, services: Services) -> None:
    """Let the next step of an exercise go, with a sentence on the answer before it in front.

    Raises UnknownRow, StoreUnavailable. Safe to run twice: a row is let go once.
    """
    with services.store.reading() as tx:
        outbound = tx.outbound.get(outbound_id)
        account = tx.students.account(outbound.account_id)
        message = tx.inbound.get(message_id)
        language = tx.students.get(outbound.student_id).language
        asked = _asked(tx, outbound.student_id, services, language=language)
        is_taken = tx.relays.open_of(outbound.student_id) is not None
    if not outbound.is_held or message.student_id != outbound.student_id:
        return
    answered = None if asked is None or is_taken else Answered(message.text, asked, ())
    put_in_front(outbound, account, answered, language=language, services=services)


def _asked(tx: Reading, student_id: UUID, services: Services, *, language: Language) -> str | None:
    """Return the question that was answered last; None when no model may see the answer."""
    states = (EntryState.RUNNING, EntryState.DONE)
    found = tx.care.entries.latest(student_id, EntryKind.EXERCISE, states=states, limit=1)
    exercise = shelf(services.campus).get(found[0].name) if found else None
    trail = Run.from_json(found[0].body).trail if found else ()
    if exercise is None or not trail:
        return None
    step = exercise.steps.get(trail[-1])
    return step.text[language] if step is not None and step.reflects else None
