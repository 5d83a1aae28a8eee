"""What students want to be reminded of: sealed with the student's key, found by a keyed hash."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from companion.people.wishes import Pattern
from companion.store.nudges import Reminder
from infra.store.care_tables import ReminderRow
from infra.store.session import Vaulted


class Reminders:
    """The repository behind companion.store.nudges.Reminders."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def of_student(self, student_id: UUID) -> Sequence[Reminder]:
        """Return a student's reminders by their hour."""
        rows = self._session.scalars(
            select(ReminderRow)
            .where(ReminderRow.student_id == student_id)
            .order_by(ReminderRow.minute, ReminderRow.id)
            .execution_options(populate_existing=True)
        )
        return [self._reminder(row) for row in rows]

    def put(
        self, student_id: UUID, key: str, about: Mapping[str, Any], pattern: Pattern
    ) -> Reminder:
        """Keep a reminder of `key` instead of the one before."""
        reminder_id = self._id(student_id, key)
        sealer = self._vaulted.sealer(student_id)
        text = json.dumps(dict(about), ensure_ascii=False)
        values = {
            "body": sealer.seal(text, place=f"reminders.body:{reminder_id}"),
            "weekdays": pattern.weekdays,
            "minute": pattern.minute,
            "until": pattern.until,
        }
        self._session.execute(
            self._vaulted.insert(ReminderRow)
            .values(id=reminder_id, student_id=student_id, **values)
            .on_conflict_do_update(index_elements=["id"], set_=values)
        )
        return _as_reminder(reminder_id, about, pattern)

    def drop(self, student_id: UUID, code: str) -> bool:
        """Erase one of the student's by its short code; False when there is none."""
        ids = self._session.scalars(
            select(ReminderRow.id).where(ReminderRow.student_id == student_id)
        )
        found = [one for one in ids if one.hex[:8] == code]
        return any(self._drop(student_id, one) for one in found[:1])

    def drop_key(self, student_id: UUID, key: str) -> bool:
        """Erase the one of this key; False when there is none."""
        return self._drop(student_id, self._id(student_id, key))

    def _drop(self, student_id: UUID, reminder_id: UUID) -> bool:
        mine = (ReminderRow.id == reminder_id, ReminderRow.student_id == student_id)
        return bool(self._vaulted.changed(delete(ReminderRow).where(*mine)))

    def _id(self, student_id: UUID, key: str) -> UUID:
        return UUID(self._vaulted.fingerprint("reminder", str(student_id), key)[:32])

    def _reminder(self, row: ReminderRow) -> Reminder:
        sealer = self._vaulted.sealer(row.student_id)
        about = json.loads(sealer.open(row.body, place=f"reminders.body:{row.id}"))
        return _as_reminder(row.id, about, Pattern(row.weekdays, row.minute, row.until))


def _as_reminder(reminder_id: UUID, about: Mapping[str, Any], pattern: Pattern) -> Reminder:
    return Reminder(
        id=reminder_id,
        what=about["what"],
        command=about.get("command", ""),
        pattern=pattern,
    )
