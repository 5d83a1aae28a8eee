"""Pacing a student through a timer: one message, changed phase by phase, a short job for each.

Which phase it is follows from the row and the time. A job that is lost stops the pacing, no more:
the student has a button to go on.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from companion.care.entries import Entry, EntryState
from companion.care.exercises import Exercise
from companion.care.runner import Move, Run, Verb, step_of, turned
from companion.care.shelf import shelf
from companion.care.shown import Reader, show_next
from companion.care.timers import beat, beat_text
from companion.flows.sending import send
from companion.flows.services import Services
from companion.flows.stay import is_in_safety_talk
from companion.flows.walk import body_of, keep
from companion.jobs import Job
from companion.messages import OutboundKind
from companion.people.student import Account
from companion.store import Draft, Reading, Transaction

#: Platforms let one message be changed about once in this time (seconds).
_SHORTEST_STEP: Final = 1.0


def show_timer(account_id: UUID, entry_id: UUID, *, services: Services) -> None:
    """Show where a timer is and come back for what is next; at its end, say what follows it.

    Raises UnknownRow, StoreUnavailable. Safe to run twice: the end is taken once.
    """
    now = services.clock.now()
    with services.store.reading() as tx:
        account = tx.students.account(account_id)
        student = tx.students.get(account.student_id)
        entry = _running(tx, student.id, entry_id, now=now)
    exercise = None if entry is None else shelf(services.campus).get(entry.name)
    if entry is None or exercise is None:
        return
    run = Run.from_json(entry.body)
    step = step_of(exercise, run)
    if step is None or run.timer is None:
        return
    found = beat(step, run.timer, now=now)
    shown = _show(beat_text(step, found, student.language), run.timer.shown, account, services)
    with services.store.transaction() as tx:
        if found is None:
            _end(tx, exercise, entry, account, now=now)
        elif _note_shown(tx, exercise, entry, shown, now=now):
            after = max(_SHORTEST_STEP, found.left.total_seconds())
            tx.enqueue(Job.SHOW_TIMER, account_id, entry_id, after=after)


def _running(tx: Reading, student_id: UUID, entry_id: UUID, *, now: datetime) -> Entry | None:
    """Return the exercise if it still waits and nothing graver does."""
    entry = tx.care.entries.find(student_id, entry_id.hex)
    is_held = tx.relays.open_of(student_id) is not None
    if entry is None or entry.state is not EntryState.RUNNING or is_held:
        return None
    return None if is_in_safety_talk(tx, student_id, now=now) else entry


def _show(text: str, shown: str | None, account: Account, services: Services) -> str | None:
    """Show a text in the message of the timer; returns the platform's id for it."""
    sender = services.senders.get(account.platform)
    return None if sender is None else sender.show_timer(account.address, text, shown=shown)


def _note_shown(
    tx: Transaction, exercise: Exercise, entry: Entry, shown: str | None, *, now: datetime
) -> bool:
    """Keep which message shows the timer; False when the student went on meanwhile."""
    run = Run.from_json(entry.body)
    if run.timer is None or shown is None or shown == run.timer.shown:
        return True
    run = replace(run, timer=replace(run.timer, shown=shown))
    return tx.care.entries.put(entry, body=body_of(exercise, run), now=now)


def _end(
    tx: Transaction, exercise: Exercise, entry: Entry, account: Account, *, now: datetime
) -> None:
    """Go on with what follows the timer, unless the student did already."""
    done = turned(exercise, Run.from_json(entry.body), Move(Verb.NEXT), now=now)
    if done is None or not keep(tx, exercise, entry, done, now=now):
        return
    language = tx.students.get(account.student_id).language
    reader = Reader(language=language, plays=account.platform.is_mailbox)
    shown = show_next(exercise, done, entry, reader, verb=Verb.NEXT)
    draft = Draft(
        kind=OutboundKind.NOTICE,
        text=shown.text,
        choices=shown.choices,
        dedupe=f"timer:{entry.id}:{done.run.turn}",
    )
    send(tx, account, draft, now=now)
