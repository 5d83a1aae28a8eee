"""Telling the student what was done about people, truthfully and once (law 8)."""

from __future__ import annotations

from datetime import datetime

from companion.campus import Campus
from companion.flows.sending import send
from companion.messages import OutboundKind
from companion.people.student import Student
from companion.risk import Kind, Level
from companion.safety.numbers import numbers_for
from companion.safety.wordings import wordings
from companion.staff.cases import Case
from companion.store import Draft, Transaction
from companion.texts import say


def tell_notified(tx: Transaction, case: Case, *, now: datetime) -> None:
    """Say that staff were alerted; nothing is known yet of whether they saw it."""
    if case.level < Level.MODERATE or case.is_drill:
        return
    student = tx.students.get(case.student_id)
    if _wants_quiet(student, case):
        return
    # Once for a case of several lines; the next talk says it again.
    opened = student.card_at or case.opened_at
    draft = Draft(
        kind=OutboundKind.NOTICE,
        text=say("delivery.told_staff", student.language),
        dedupe=f"told_staff:{case.id}:{opened:%Y-%m-%d}",
    )
    send(tx, tx.students.latest_account(student.id), draft, now=now)


def tell_nobody(tx: Transaction, case: Case, *, campus: Campus, now: datetime) -> None:
    """Say plainly that nobody has answered, with the numbers that answer now."""
    student = tx.students.get(case.student_id)
    if case.is_drill or _wants_quiet(student, case):
        return
    if not tx.cases.told_nobody(case.id, now=now):
        return
    language = student.language
    words = wordings(language)
    numbers = numbers_for(
        campus,
        language=language,
        now=now,
        words=words,
        kind=next(iter(case.kinds), Kind.SUICIDE),
    )
    emergency = words.say("lines", "or").join(numbers.emergency)
    key = "nobody_grave" if case.level >= Level.HIGH else "nobody_yet"
    # "Nobody has answered" is true only where somebody's channel took a page.
    truth = f"{key}_paged" if case.is_notified else "nobody_unreached"
    draft = Draft(
        kind=OutboundKind.CARD if case.level >= Level.HIGH else OutboundKind.NOTICE,
        text=say(
            f"delivery.{key}",
            language,
            truth=say(f"delivery.{truth}", language),
            emergency=emergency or say("delivery.emergency_unknown", language),
            lines="\n".join(numbers.rows),
        ),
        choices=numbers.choices,
        dedupe=f"nobody:{case.id}:{case.raised_at.isoformat()}:{truth}",
    )
    send(tx, tx.students.latest_account(student.id), draft, now=now)


def _wants_quiet(student: Student, case: Case) -> bool:
    """Whether the student has stopped us since, and no life is in danger."""
    is_stopped = student.stopped_at is not None and student.stopped_at >= case.opened_at
    return is_stopped and case.level < Level.HIGH
