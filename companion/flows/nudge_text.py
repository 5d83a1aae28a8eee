"""What a nudge says, and the buttons under it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from companion.campus import Campus
from companion.flows.letter import letter
from companion.flows.mood_ask import mood_question
from companion.flows.schedule import rules_of
from companion.language import Language
from companion.messages import Choice
from companion.people.student import Student
from companion.people.usual_time import better_minute
from companion.people.wishes import Part, Wish, zone_of
from companion.staff.term import DayKind, kind_of
from companion.store import Transaction
from companion.store.nudges import Nudge
from companion.texts import say, wording

#: How far back the hours somebody writes at are looked at.
_LOOKED_BACK: Final = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Said:
    """A text with its buttons."""

    text: str = field(repr=False)
    choices: tuple[Choice, ...]


def nudge_text(
    tx: Transaction,
    nudge: Nudge,
    wish: Wish,
    student: Student,
    *,
    campus: Campus,
    now: datetime,
) -> Said | None:
    """Return what a nudge says; None when there is nothing to say after all."""
    if Part.GO_ON in nudge.parts:
        return _go_on(student.language)
    pieces = [
        *_letter(tx, nudge, wish, student, campus=campus, now=now),
        *_reminders(tx, nudge, student.language),
        *_mood(tx, nudge, student, campus=campus, now=now),
    ]
    if not pieces:
        return None
    pieces += _fewer(nudge, student.language)
    pieces += _time(tx, nudge, wish, student, campus=campus, now=now)
    settings = Choice(say("nudge.settings", student.language), "/remind")
    choices = [choice for piece in pieces for choice in piece.choices]
    return Said("\n\n".join(piece.text.strip() for piece in pieces), (*choices, settings))


def _go_on(language: Language) -> Said:
    return Said(
        say("nudge.go_on", language),
        tuple(Choice(*choice) for choice in wording("nudge.go_on_choices", language)),
    )


def _letter(
    tx: Transaction, nudge: Nudge, wish: Wish, student: Student, *, campus: Campus, now: datetime
) -> list[Said]:
    if Part.LETTER not in nudge.parts:
        return []
    zone = zone_of(wish, rules_of(campus))
    text = letter(tx, student.id, now=now, zone=zone, language=student.language)
    return [Said(text, ())] if text else []


def _reminders(tx: Transaction, nudge: Nudge, language: Language) -> list[Said]:
    """Everything the student wanted to hear of on this day, in one message."""
    if Part.REMINDER not in nudge.parts:
        return []
    due = [
        one
        for one in tx.care.reminders.of_student(nudge.student_id)
        if one.pattern.is_on(nudge.day)
    ]
    if not due:
        return []
    what = "\n".join(say("nudge.reminded_of", language, what=one.what) for one in due)
    key = "nudge.begin" if len(due) == 1 else "nudge.begin_this"
    choices = tuple(
        Choice(say(key, language, what=one.what), one.command) for one in due if one.command
    )
    return [Said(say("nudge.reminder", language, what=what), choices)]


def _mood(
    tx: Transaction, nudge: Nudge, student: Student, *, campus: Campus, now: datetime
) -> list[Said]:
    if Part.MOOD not in nudge.parts:
        return []
    question, faces = mood_question(tx, student, language=student.language, now=now)
    is_exam = kind_of(nudge.day, campus.holidays) is DayKind.EXAMS
    leads = wording("nudge.exam_leads" if is_exam else "nudge.leads", student.language)
    lead = leads[nudge.day.toordinal() % len(leads)]
    return [Said(f"{lead}\n{question}", faces)]


def _fewer(nudge: Nudge, language: Language) -> list[Said]:
    if Part.FEWER not in nudge.parts:
        return []
    daily = Choice(say("nudge.daily_again", language), "/remind daily")
    return [Said(say("nudge.fewer", language), (daily,))]


def _time(
    tx: Transaction, nudge: Nudge, wish: Wish, student: Student, *, campus: Campus, now: datetime
) -> list[Said]:
    """Offer another hour, if the student usually writes at another one. It is never moved alone."""
    if Part.TIME not in nudge.parts or wish.minute is None:
        return []
    usual = better_minute(
        tx.care.nudges.written_at(student.id, after=now - _LOOKED_BACK),
        wished=wish.minute,
        zone=zone_of(wish, rules_of(campus)),
        quiet=campus.quiet,
    )
    if usual is None:
        return []
    at, language = clock(usual), student.language
    accept = Choice(say("nudge.other_time_yes", language, at=at), f"/remind {at}")
    return [Said(say("nudge.other_time", language, at=at), (accept,))]


def clock(minute: int) -> str:
    """Return minutes after midnight as people write them: "22:05"."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
