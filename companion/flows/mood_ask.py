"""Asking how somebody feels; the same question for a command and for a nudge."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from companion.care.entries import Entry, EntryKind, EntryState
from companion.flows.order import Order
from companion.language import Language
from companion.messages import Choice
from companion.mood.moods import FACES, MOOD_STATES, MoodBody, mood_in
from companion.mood.when import moment_of
from companion.mood.words import said_day
from companion.people.student import Purpose, Student
from companion.store import Transaction
from companion.texts import say, wording

#: A question that nobody answered is forgotten after this long; its buttons begin a new one.
UNANSWERED: Final = timedelta(days=2)
#: A mood may be added to, and taken back by its button, this long.
OPEN: Final = timedelta(days=7)
#: "Take it back", without a button, is about a mood that was noted within this time.
JUST_NOW: Final = timedelta(hours=2)


def ask_mood(order: Order, *, day: date | None = None) -> tuple[Entry, str, tuple[Choice, ...]]:
    """Begin a mood and return it with the question and its buttons; what waited waits for later."""
    today = order.now.astimezone(order.zone).date()
    late = None if day == today else day
    at = order.now if late is None else moment_of(late, now=order.now, zone=order.zone)
    entry = _begin(order.tx, order.student, late, at=at, state=EntryState.RUNNING, now=order.now)
    language = order.language
    more: tuple[Choice, ...] = ()
    if late is None:
        text = say("mood.ask", language)
        more = (
            Choice(say("mood.yesterday_button", language), "/mood yesterday"),
            Choice(say("mood.late_button", language), "/mood late"),
        )
    else:
        text = say("mood.ask_day", language, day=said_day(late, today=today, language=language))
    if not order.student.allows(Purpose.STORAGE):
        text = f"{text}\n{say('mood.unstored', language)}"
    return entry, text, (*face_choices(entry, language), *more)


def mood_question(
    tx: Transaction, student: Student, *, language: Language, now: datetime
) -> tuple[str, tuple[Choice, ...]]:
    """Begin a mood for a nudge and return the question with its buttons.

    What the student is in the middle of stays so: then the question waits for its buttons only.
    """
    waits = tx.care.entries.running(student.id) is not None
    state = EntryState.LATER if waits else EntryState.RUNNING
    entry = _begin(tx, student, None, at=now, state=state, now=now)
    return say("mood.ask", language), face_choices(entry, language)


def face_choices(entry: Entry, language: Language) -> tuple[Choice, ...]:
    """Return the five faces as buttons of one question, the lowest first."""
    labels: list[str] = wording("mood.buttons", language)
    return tuple(
        Choice(label, f"/mood set {entry.code} {face}")
        for face, label in zip(FACES, labels, strict=True)
    )


def kept_mood(order: Order, code: str) -> Entry | None:
    """Return the mood a button is about; None when it is gone, untold, or long ago."""
    entry = order.tx.care.entries.find(order.student.id, code) if code else None
    if entry is None or mood_in(entry) is None or order.now - entry.updated_at >= OPEN:
        return None
    return entry


def just_noted(order: Order) -> Entry | None:
    """Return the mood that was noted just now; None when none was."""
    entries = order.tx.care.entries.latest(
        order.student.id, EntryKind.MOOD, states=MOOD_STATES, after=order.now - OPEN
    )
    told = [
        entry
        for entry in entries
        if mood_in(entry) is not None and order.now - entry.updated_at < JUST_NOW
    ]
    return max(told, key=lambda entry: entry.updated_at, default=None)


def _begin(
    tx: Transaction,
    student: Student,
    day: date | None,
    *,
    at: datetime,
    state: EntryState,
    now: datetime,
) -> Entry:
    _forget_unanswered(tx, student, now=now)
    body = MoodBody(day=day).as_json()
    return tx.care.entries.begin(student.id, EntryKind.MOOD, body, state=state, at=at, now=now)


def _forget_unanswered(tx: Transaction, student: Student, *, now: datetime) -> None:
    waiting = (EntryState.RUNNING, EntryState.LATER)
    for entry in tx.care.entries.latest(student.id, EntryKind.MOOD, states=waiting, limit=50):
        is_told = MoodBody.read(entry.body).face is not None
        if not is_told and now - entry.updated_at >= UNANSWERED:
            tx.care.entries.drop(student.id, entry.id)
