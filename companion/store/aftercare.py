"""What can be asked of the time after a case: caring contacts, tasks, emergency contacts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from companion.people.contact import EmergencyContact
from companion.staff.cases import Case
from companion.staff.follow_ups import FollowUp, FollowUpState, Task, TaskKind


class FollowUps(Protocol):
    """Caring contacts. Every change is one conditional statement."""

    def plan(self, case: Case, *, staff_id: UUID, times: Sequence[datetime]) -> int:
        """Plan contacts number 1, 2, … of a case; returns how many were not planned before."""

    def get(self, follow_up_id: UUID) -> FollowUp:
        """Raises UnknownRow."""

    def of_case(self, case_id: UUID) -> Sequence[FollowUp]:
        """Return the contacts of a case by number."""

    def of_student(self, student_id: UUID) -> Sequence[FollowUp]:
        """Return all contacts of a student, the earliest due first."""

    def due(self, *, now: datetime, limit: int) -> Sequence[FollowUp]:
        """Return planned contacts that may leave, the earliest first.

        Left out: students who stopped or paused the companion, who are erased, or who have an
        open case.
        """

    def waiting(self, *, sent_before: datetime, limit: int) -> Sequence[FollowUp]:
        """Return contacts that left before a moment and are still counted as sent."""

    def sent(self, follow_up_id: UUID, *, now: datetime) -> bool:
        """Note that a planned contact left; False when it was not planned any more."""

    def move(
        self, follow_up_id: UUID, state: FollowUpState, *, of: Collection[FollowUpState]
    ) -> bool:
        """Change the state if it is one of these now."""

    def heard(self, student_id: UUID, *, now: datetime) -> int:
        """Note that the student wrote: returns how many contacts that answers."""

    def stop(self, student_id: UUID, *, but: UUID | None = None) -> int:
        """Drop what is planned for a student, save for one case; returns how many."""


class Tasks(Protocol):
    """What staff must still do for a student whose case is closed."""

    def add(self, case_id: UUID, kind: TaskKind, *, now: datetime) -> UUID | None:
        """Make a task; None when the case has an open one of this kind."""

    def open(self) -> Sequence[Task]:
        """Return what nobody has ticked off, the oldest first."""

    def of_case(self, case_id: UUID) -> Sequence[Task]:
        """Return all tasks of a case, oldest first."""

    def get(self, task_id: UUID) -> Task:
        """Raises UnknownRow."""

    def tick(self, task_id: UUID, *, staff_id: UUID, now: datetime) -> bool:
        """Note that somebody did it; False when it was ticked off before."""


class Contacts(Protocol):
    """Emergency contacts, one per student, sealed with the student's key."""

    def get(self, student_id: UUID) -> EmergencyContact | None:
        """Return a student's contact; None when there is none."""

    def put(self, contact: EmergencyContact) -> None:
        """Keep a contact, in place of the one before; when it was used stays."""

    def drop(self, student_id: UUID) -> bool:
        """Forget the contact; False when there was none."""

    def use(self, student_id: UUID, *, now: datetime, unless_since: datetime | None) -> bool:
        """Note a use of the contact.

        False, and no change, when it was used after `unless_since` (None: whenever it was used).
        """


class Aftercare(Protocol):
    """The time after a case."""

    @property
    def follow_ups(self) -> FollowUps:
        """Caring contacts."""

    @property
    def tasks(self) -> Tasks:
        """What staff must still do."""

    @property
    def contacts(self) -> Contacts:
        """Emergency contacts."""
