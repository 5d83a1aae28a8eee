"""What can be asked of wishes to be asked, nudges and reminders; the adapter is in infra/store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from companion.people.wishes import Around, NudgeState, Part, Pattern, Plan, Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Ripe:
    """A wish whose moment has come, with all that planning it takes."""

    wish: Wish
    reminders: tuple[Pattern, ...]
    around: Around


@dataclass(frozen=True, slots=True, kw_only=True)
class Nudge:
    """One nudge, and how far it has got. It holds no words."""

    id: UUID
    student_id: UUID
    #: The day it takes, in the student's own zone.
    day: date
    parts: frozenset[Part]
    state: NudgeState
    due_at: datetime
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """Something a student wants to be reminded of."""

    id: UUID
    #: What it is about, as the student reads it.
    what: str = field(repr=False)
    #: What its button sends; "": it has none.
    command: str = field(default="", repr=False)
    pattern: Pattern

    @property
    def code(self) -> str:
        """A short name for buttons."""
        return self.id.hex[:8]


class Nudges(Protocol):
    """Wishes to be asked, and what was made of them. Every change is one conditional statement."""

    def wish(self, student_id: UUID, *, lock: bool = False) -> Wish | None:
        """Return what the student wishes; None when they were never asked.

        With `lock` nobody else changes it until the end of the transaction.
        """

    def put(self, wish: Wish, *, now: datetime) -> None:
        """Keep a wish instead of the one before: changing replaces, it never adds."""

    def ripe(self, *, now: datetime, limit: int) -> Sequence[Ripe]:
        """Return wishes whose moment has come, the earliest first, and lock them.

        Two planners at once get different ones.
        """

    def planned(self, plans: Sequence[tuple[Ripe, Plan]], *, now: datetime) -> int:
        """Keep many plans at once; returns for how many a nudge is to be made.

        A wish that somebody changed meanwhile keeps its change; a student whose day is taken
        gets no second nudge.
        """

    def waiting(self, *, limit: int) -> Sequence[Nudge]:
        """Return planned nudges, the earliest due first."""

    def move(
        self,
        nudge_id: UUID,
        state: NudgeState,
        *,
        of: NudgeState = NudgeState.PLANNED,
        outbound_id: UUID | None = None,
        now: datetime,
    ) -> bool:
        """Say what became of a nudge; False when it is not in the state `of` any more."""

    def call_off(self, student_id: UUID, *, now: datetime) -> int:
        """Skip what is planned for a student, and cancel what has not left: they stopped, paused.

        Returns how many were planned.
        """

    def answered(self, student_id: UUID, *, after: datetime) -> int:
        """Note that the student wrote: what was made since a moment is answered by it."""

    def refused(self, outbound_id: UUID) -> bool:
        """Note that the platform did not take the message of a nudge."""

    def owed(self, student_id: UUID, *, after: datetime) -> Nudge | None:
        """Return the latest nudge since a moment that could not be delivered, once.

        Whoever gets it tells the student; nobody gets it, or an earlier one, again.
        """

    def written_at(self, student_id: UUID, *, after: datetime) -> Sequence[datetime]:
        """Return the moments a student wrote at."""

    def forget(self, *, before: datetime) -> int:
        """Delete nudges that were due before a moment; returns how many."""


class Reminders(Protocol):
    """What students want to be reminded of."""

    def of_student(self, student_id: UUID) -> Sequence[Reminder]:
        """Return a student's reminders by their hour."""

    def put(
        self, student_id: UUID, key: str, about: Mapping[str, Any], pattern: Pattern
    ) -> Reminder:
        """Keep a reminder of `key` (such as "exercise:body-scan") instead of the one before.

        `about` holds "what" (how the student reads it) and, if it has a button, "command".
        """

    def drop(self, student_id: UUID, code: str) -> bool:
        """Erase one of the student's by its short code; False when there is none."""

    def drop_key(self, student_id: UUID, key: str) -> bool:
        """Erase the one of this key; False when there is none."""
