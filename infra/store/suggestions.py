"""Suggestions, sealed with the student's key, and counts over all students."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from companion.care.suggested import Suggested
from companion.care.suggestions import Tally
from infra.store.care_tables import SuggestionRow, TallyRow
from infra.store.session import Vaulted

_COUNTS: Final = ("suggested", "begun", "helped", "not_helped")


class Suggestions:
    """The repository behind companion.store.suggestions.Suggestions."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def get(self, student_id: UUID) -> Suggested:
        """Return what is kept, held until the transaction ends; empty for somebody new."""
        row = self._session.scalar(
            select(SuggestionRow)
            .where(SuggestionRow.id == self._id(student_id))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if row is None:
            return Suggested()
        sealer = self._vaulted.sealer(student_id)
        return Suggested.from_json(json.loads(sealer.open(row.body, place=_place(row.id))))

    def put(self, student_id: UUID, suggested: Suggested, *, now: datetime) -> None:
        """Keep it in the place of what was kept."""
        row_id = self._id(student_id)
        text = json.dumps(suggested.as_json(), ensure_ascii=False)
        values = {
            "body": self._vaulted.sealer(student_id).seal(text, place=_place(row_id)),
            "at": now,
        }
        self._session.execute(
            self._vaulted.insert(SuggestionRow)
            .values(id=row_id, student_id=student_id, **values)
            .on_conflict_do_update(index_elements=["id"], set_=values)
        )

    def _id(self, student_id: UUID) -> UUID:
        return UUID(self._vaulted.fingerprint("suggestions", str(student_id))[:32])


class Tallies:
    """The repository behind companion.store.suggestions.Tallies."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def of(self, situation: str) -> Mapping[str, Tally]:
        """Return the counts of one situation by exercise."""
        rows = self._session.execute(
            select(TallyRow.exercise, TallyRow.helped, TallyRow.not_helped).where(
                TallyRow.situation == situation
            )
        )
        return {exercise: Tally(helped, not_helped) for exercise, helped, not_helped in rows}

    def count(self, exercise: str, situation: str, what: str) -> None:
        """Add one to "suggested", "begun", "helped" or "not_helped"."""
        if what not in _COUNTS:
            raise ValueError(what)
        first = {name: int(name == what) for name in _COUNTS}
        self._session.execute(
            self._vaulted.insert(TallyRow)
            .values(exercise=exercise, situation=situation, **first)
            .on_conflict_do_update(
                index_elements=["exercise", "situation"],
                set_={what: getattr(TallyRow, what) + 1},
            )
        )


def _place(row_id: UUID) -> str:
    return f"suggestions.body:{row_id}"
