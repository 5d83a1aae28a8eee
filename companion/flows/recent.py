"""What a reply may know of what a student did lately, in plain lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from companion.campus import Campus
from companion.care.entries import EntryKind
from companion.care.shelf import shelf
from companion.care.week import Week, monday_of
from companion.flows.moods import dip_seen, recent_moods
from companion.language import Language
from companion.messages import Message
from companion.mood.words import listed, said_day
from companion.people.student import Purpose, Student
from companion.risk import Level
from companion.store import Reading
from companion.texts import say

#: How far back exercises are spoken of, and how many of them.
_REMEMBERED: Final = timedelta(days=7)
_MOST: Final = 3


def recent_things(
    tx: Reading, student: Student, *, now: datetime, campus: Campus, language: Language
) -> tuple[str, ...]:
    """Return what is worth knowing in this talk; what should be noticed first comes first."""
    remembers = student.allows(Purpose.MEMORY)
    zone = campus.timezone
    moods = recent_moods(tx, student.id, remembers=remembers, now=now, zone=zone, language=language)
    if not remembers:
        return moods
    done = _exercises(tx, student, now=now, campus=campus, language=language)
    return (*moods, *done, *_plan(tx, student, now=now, zone=zone, language=language))


def _exercises(
    tx: Reading, student: Student, *, now: datetime, campus: Campus, language: Language
) -> Iterator[str]:
    known = shelf(campus)
    done = tx.care.entries.latest(
        student.id, EntryKind.EXERCISE, after=now - _REMEMBERED, limit=_MOST
    )
    for entry in done:
        if entry.name not in known:
            continue
        today = now.astimezone(campus.timezone).date()
        day = entry.at.astimezone(campus.timezone).date()
        when = say("recent.today", language)
        if day != today:
            when = said_day(day, today=today, language=language)
        rated = str(entry.body.get("helped") or "unrated")
        title = known[entry.name].title[language]
        yield say(f"recent.exercise_{rated}", language, when=when, title=title)


def _plan(
    tx: Reading, student: Student, *, now: datetime, zone: ZoneInfo, language: Language
) -> Iterator[str]:
    found = tx.care.entries.latest(student.id, EntryKind.WEEK, limit=1)
    weeks = [Week.from_json(entry.body) for entry in found]
    for week in weeks:
        if week.steps and week.monday == monday_of(now.astimezone(zone).date()):
            steps = listed(
                (
                    say("recent.step_done" if one.done else "recent.step", language, what=one.what)
                    for one in week.steps
                ),
                language,
            )
            yield say("recent.plan", language, steps=steps)


def watchfulness(tx: Reading, waiting: Sequence[Message], *, now: datetime) -> Level:
    """Return how watchful the answer has to be: as its lines are, and after a fall of the mood."""
    fell = dip_seen(tx, waiting[-1].student_id, now=now)
    lowest = Level.WATCH if fell else Level.NONE
    return max([lowest, *(message.level or Level.NONE for message in waiting)])
