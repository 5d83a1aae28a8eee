"""What a student kept of themselves: one sealed entry for each mood, exercise, page or scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class EntryKind(StrEnum):
    """What an entry is."""

    MOOD = "mood"  #: A mood check-in.
    EXERCISE = "exercise"  #: A guided exercise.
    GAME = "game"  #: A small game that teaches.
    SCALE = "scale"  #: A self-report scale.
    JOURNAL = "journal"  #: A page of the journal.
    WEEK = "week"  #: What a student means to do this week.


class EntryState(StrEnum):
    """How far it has got."""

    RUNNING = "running"  #: It waits for the student's next text or button; one at most.
    LATER = "later"  #: Put off; it can be taken up where it stood.
    DONE = "done"
    STOPPED = "stopped"  #: Ended by the student before its end.
    UNDONE = "undone"  #: Taken back: it counts nowhere.


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing a student kept of themselves."""

    id: UUID
    student_id: UUID
    kind: EntryKind
    #: Which exercise, game or scale; "" for moods and pages.
    name: str
    state: EntryState
    #: When it happened, or began; aware. A late mood is of the hour it tells of.
    at: datetime
    updated_at: datetime
    #: What is particular to the kind, as JSON; sealed where it is kept.
    body: Mapping[str, Any] = field(repr=False)

    @property
    def code(self) -> str:
        """A short name for buttons: unlikely to be that of another entry of the same student."""
        return self.id.hex[:8]

    @property
    def can_go_on(self) -> bool:
        """Whether it can be taken up where it stood."""
        return self.state in {EntryState.RUNNING, EntryState.LATER}
