"""The time after a case: caring contacts, tasks, emergency contacts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from companion.errors import UnknownRow
from companion.people.contact import Details, EmergencyContact, Relation
from companion.staff.follow_ups import Task, TaskKind
from infra.store.case_tables import EmergencyContactRow, TaskRow
from infra.store.follow_ups import FollowUps
from infra.store.session import Vaulted


class Aftercare:
    """The repositories behind companion.store.Aftercare."""

    def __init__(self, vaulted: Vaulted) -> None:
        self.follow_ups = FollowUps(vaulted)
        self.tasks = Tasks(vaulted)
        self.contacts = Contacts(vaulted)


class Tasks:
    """The repository behind companion.store.aftercare.Tasks."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def add(self, case_id: UUID, kind: TaskKind, *, now: datetime) -> UUID | None:
        """Make a task; None when the case has an open one of this kind."""
        same = [TaskRow.case_id == case_id, TaskRow.kind == kind.value]
        if self._session.scalar(select(TaskRow.id).where(*same, TaskRow.done_at.is_(None))):
            return None
        before = self._session.scalar(select(func.count()).select_from(TaskRow).where(*same)) or 0
        # The id is made of what the task is about: two workers at once make one task.
        made: UUID | None = self._session.scalar(
            self._vaulted.insert(TaskRow)
            .values(
                id=uuid5(case_id, f"task:{kind}:{before + 1}"),
                case_id=case_id,
                kind=kind.value,
                created_at=now,
            )
            .on_conflict_do_nothing(index_elements=["id"])
            .returning(TaskRow.id)
        )
        return made

    def open(self) -> Sequence[Task]:
        """Return what nobody has ticked off, the oldest first."""
        return self._where(TaskRow.done_at.is_(None))

    def of_case(self, case_id: UUID) -> Sequence[Task]:
        """Return all tasks of a case, oldest first."""
        return self._where(TaskRow.case_id == case_id)

    def get(self, task_id: UUID) -> Task:
        """Raises UnknownRow."""
        found = self._where(TaskRow.id == task_id)
        if not found:
            raise UnknownRow
        return found[0]

    def tick(self, task_id: UUID, *, staff_id: UUID, now: datetime) -> bool:
        """Note that somebody did it; False when it was ticked off before."""
        return bool(
            self._vaulted.changed(
                update(TaskRow)
                .where(TaskRow.id == task_id, TaskRow.done_at.is_(None))
                .values(done_at=now, done_by=staff_id)
            )
        )

    def _where(self, condition: ColumnElement[bool]) -> list[Task]:
        rows = self._session.scalars(
            select(TaskRow)
            .where(condition)
            .order_by(TaskRow.created_at, TaskRow.id)
            .execution_options(populate_existing=True)
        )
        return [
            Task(
                id=row.id,
                case_id=row.case_id,
                kind=TaskKind(row.kind),
                created_at=row.created_at,
                done_at=row.done_at,
                done_by=row.done_by,
            )
            for row in rows
        ]


class Contacts:
    """The repository behind companion.store.aftercare.Contacts."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def get(self, student_id: UUID) -> EmergencyContact | None:
        """Return a student's contact; None when there is none."""
        row = self._session.get(EmergencyContactRow, student_id, populate_existing=True)
        if row is None:
            return None
        sealer = self._vaulted.sealer(student_id)
        said = json.loads(sealer.open(row.body, place=f"emergency_contacts.body:{student_id}"))
        return EmergencyContact(
            student_id=student_id,
            consent_at=row.consent_at,
            used_at=row.used_at,
            details=_details(said["details"]),
            draft=_details(said["draft"]),
            asked_at=said["asked_at"] and datetime.fromisoformat(said["asked_at"]),
        )

    def put(self, contact: EmergencyContact) -> None:
        """Keep a contact, in place of the one before; when it was used stays."""
        student_id = contact.student_id
        said = {
            "details": contact.details and asdict(contact.details),
            "draft": contact.draft and asdict(contact.draft),
            "asked_at": contact.asked_at and contact.asked_at.isoformat(),
        }
        sealed = self._vaulted.sealer(student_id).seal(
            json.dumps(said), place=f"emergency_contacts.body:{student_id}"
        )
        changed = {"body": sealed, "consent_at": contact.consent_at}
        self._session.execute(
            self._vaulted.insert(EmergencyContactRow)
            .values(student_id=student_id, **changed)
            .on_conflict_do_update(index_elements=["student_id"], set_=changed)
        )

    def drop(self, student_id: UUID) -> bool:
        """Forget the contact; False when there was none."""
        return bool(
            self._vaulted.changed(
                delete(EmergencyContactRow).where(EmergencyContactRow.student_id == student_id)
            )
        )

    def use(self, student_id: UUID, *, now: datetime, unless_since: datetime | None) -> bool:
        """Note a use of the contact; False when it was used too lately."""
        change = update(EmergencyContactRow).where(EmergencyContactRow.student_id == student_id)
        if unless_since is not None:
            used_at = EmergencyContactRow.used_at
            change = change.where(or_(used_at.is_(None), used_at <= unless_since))
        return bool(self._vaulted.changed(change.values(used_at=now)))


def _details(said: dict[str, Any] | None) -> Details | None:
    if said is None:
        return None
    relation = said["relation"]
    return Details(**{**said, "relation": relation and Relation(relation)})
