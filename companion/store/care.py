"""What can be asked of what students do for themselves; the adapters are in infra/store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from companion.care.entries import Entry, EntryKind, EntryState
from companion.store.nudges import Nudges, Reminders
from companion.store.suggestions import Suggestions, Tallies


class CareEntries(Protocol):
    """Moods, exercises, pages, scales: what a student kept of themselves."""

    def begin(  # noqa: PLR0913 - each names one thing that is kept
        self,
        student_id: UUID,
        kind: EntryKind,
        body: Mapping[str, Any],
        *,
        name: str = "",
        state: EntryState = EntryState.RUNNING,
        at: datetime,
        now: datetime,
    ) -> Entry:
        """Keep a new entry; one that waits puts off the one that waited before."""

    def put(
        self,
        entry: Entry,
        *,
        body: Mapping[str, Any] | None = None,
        state: EntryState | None = None,
        at: datetime | None = None,
        now: datetime,
    ) -> bool:
        """Change an entry; False when it was changed by somebody else since it was read."""

    def running(self, student_id: UUID) -> Entry | None:
        """Return the entry that waits for the student; None when none does."""

    def find(self, student_id: UUID, code: str) -> Entry | None:
        """Return the latest entry of the student with this id, or short code."""

    def latest(  # noqa: PLR0913 - each narrows what is read
        self,
        student_id: UUID,
        kind: EntryKind,
        *,
        name: str | None = None,
        states: Collection[EntryState] | None = (EntryState.DONE,),
        after: datetime | None = None,
        before: datetime | None = None,
        limit: int = 500,
    ) -> Sequence[Entry]:
        """Return entries, newest first; `after` and `before` bound `at`; `states` None: all."""

    def counts(self, student_id: UUID) -> Mapping[EntryKind, int]:
        """Return how many entries of each kind there are, those taken back or stopped left out."""

    def drop(self, student_id: UUID, entry_id: UUID) -> bool:
        """Erase one entry of the student; False when there is none."""

    def drop_all(self, student_id: UUID, kind: EntryKind) -> int:
        """Erase all entries of one kind; returns how many went."""


class Care(Protocol):
    """What students do for themselves."""

    @property
    def entries(self) -> CareEntries:
        """What they kept."""

    @property
    def nudges(self) -> Nudges:
        """When they want to be asked, and what was made of it."""

    @property
    def reminders(self) -> Reminders:
        """What they want to be reminded of."""

    @property
    def suggestions(self) -> Suggestions:
        """What was suggested to them."""

    @property
    def tallies(self) -> Tallies:
        """What helped whom, as counts."""
