"""The student that is nobody: what a drill's case hangs on."""

from __future__ import annotations

from datetime import datetime

from companion.language import Language
from companion.risk import Level
from companion.staff.drills import NOBODY
from infra.store.session import Vaulted
from infra.store.tables import StudentRow


class Drills:
    """The repository behind companion.store.Drills."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted

    def prepare(self, *, language: Language, now: datetime) -> None:
        """Make the student that is nobody, unless it is there."""
        made = self._vaulted.session.scalar(
            self._vaulted.insert(StudentRow)
            .values(
                id=NOBODY,
                created_at=now,
                language=language.value,
                language_chosen=True,
                consents={},
                card_level=int(Level.NONE),
                last_seq=0,
                summary_seq=0,
            )
            .on_conflict_do_nothing(index_elements=["id"])
            .returning(StudentRow.id)
        )
        if made is not None:  # the notes of a drill are sealed like any others
            self._vaulted.new_sealer(NOBODY)
