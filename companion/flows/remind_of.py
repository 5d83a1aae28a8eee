"""Reminding a student of something: an exercise, a step of the plan; one reminder for each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from companion.campus import Campus
from companion.flows.schedule import reschedule
from companion.people.wishes import Pattern, Rhythm, Wish
from companion.store import Transaction
from companion.store.nudges import Reminder

#: More than this at once would be a second timetable.
MOST: Final = 10
_QUIET: Final = {Rhythm.ASKED, Rhythm.SILENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a reminder is about."""

    #: What it is, to us ("exercise:body-scan", "step:1a2b3c4d"): there is one reminder of it.
    key: str = field(repr=False)
    #: As the student reads it.
    what: str = field(repr=False)
    #: What its button sends; "": it has none.
    command: str = field(default="", repr=False)


def remind_of(
    tx: Transaction,
    student_id: UUID,
    about: About,
    pattern: Pattern,
    *,
    campus: Campus,
    now: datetime,
) -> Reminder | None:
    """Remind the student on the days of the pattern, instead of an earlier one of the same key.

    It is told in the one message of its day. None when there are too many already.
    """
    known = tx.care.reminders.of_student(student_id)
    told = {"what": about.what, "command": about.command}
    kept = tx.care.reminders.put(student_id, about.key, told, pattern)
    if len(known) >= MOST and kept.id not in {one.id for one in known}:
        tx.care.reminders.drop_key(student_id, about.key)
        return None
    wish = tx.care.nudges.wish(student_id, lock=True)
    if wish is None:
        wish = Wish(student_id=student_id, letter=False, looked_at=now)
    if wish.rhythm in _QUIET:
        # Somebody who asks to be reminded is there again; the other questions stay away.
        wish = replace(wish, rhythm=Rhythm.DAILY, minute=None, ignored=0)
    tx.care.nudges.put(wish, now=now)
    reschedule(tx, student_id, campus=campus, now=now)
    return kept


def drop_reminder(
    tx: Transaction, student_id: UUID, code: str, *, campus: Campus, now: datetime
) -> bool:
    """Remind of one thing no more, by its code or its key; False when there is none."""
    reminders = tx.care.reminders
    if not reminders.drop(student_id, code) and not reminders.drop_key(student_id, code):
        return False
    reschedule(tx, student_id, campus=campus, now=now)
    return True
