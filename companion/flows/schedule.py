"""Keeping a student's next moment right when something around it changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from companion.campus import Campus
from companion.people.nudges import scheduled
from companion.people.student import Student
from companion.people.wishes import Rules
from companion.store import Reading, Transaction


def rules_of(campus: Campus) -> Rules:
    """Return what the campus says about being written to."""
    return Rules(zone=campus.timezone, special=campus.holidays, quiet=campus.quiet)


def reschedule(tx: Transaction, student_id: UUID, *, campus: Campus, now: datetime) -> None:
    """Work out anew when something is due: a reminder changed, or a pause ended."""
    wish = tx.care.nudges.wish(student_id, lock=True)
    if wish is not None:
        patterns = [one.pattern for one in tx.care.reminders.of_student(student_id)]
        later = scheduled(wish, patterns, after=now, rules=rules_of(campus))
        tx.care.nudges.put(later, now=now)


def hold(tx: Transaction, student_id: UUID, *, until: datetime | None, now: datetime) -> None:
    """Call off what is planned or has not left; nothing is planned before `until` (None: ever)."""
    tx.care.nudges.call_off(student_id, now=now)
    wish = tx.care.nudges.wish(student_id, lock=True)
    if wish is not None:
        # Planning looks again at the end of a pause, and works out the moment then.
        tx.care.nudges.put(replace(wish, next_at=until), now=now)


def is_held(tx: Reading, student: Student) -> bool:
    """Whether staff have an open case of the student, or hold the talk."""
    in_case = tx.cases.open_of(student.id) is not None
    return in_case or tx.relays.open_of(student.id) is not None
