"""The turns of a talk that are the companion's to know: not what was written to a person."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from companion.store import PastTurn, Reading


def own_turns(tx: Reading, student_id: UUID, *, limit: int, after: int = 0) -> Sequence[PastTurn]:
    """Return the latest turns, oldest first, without those that a counsellor was written in.

    Screening reads all of them; only prompts and what is remembered leave these out.
    """
    written_to_a_person = tx.relays.positions(student_id, after=after)
    past = tx.talk.turns(student_id, limit=limit, after=after)
    return [turn for turn in past if turn.seq not in written_to_a_person]
