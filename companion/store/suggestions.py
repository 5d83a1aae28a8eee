"""What can be asked of suggestions, and of the counts over all students."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from companion.care.suggested import Suggested
from companion.care.suggestions import Tally


class Suggestions(Protocol):
    """What was suggested to each student: one sealed row for each."""

    def get(self, student_id: UUID) -> Suggested:
        """Return what is kept, held until the transaction ends; empty for somebody new."""

    def put(self, student_id: UUID, suggested: Suggested, *, now: datetime) -> None:
        """Keep it in the place of what was kept."""


class Tallies(Protocol):
    """How often exercises helped, over all students; no row names anybody."""

    def of(self, situation: str) -> Mapping[str, Tally]:
        """Return the counts of one situation by exercise."""

    def count(self, exercise: str, situation: str, what: str) -> None:
        """Add one to "suggested", "begun", "helped" or "not_helped"."""
