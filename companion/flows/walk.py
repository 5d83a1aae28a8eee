"""Walking a student through an exercise: take a move in, keep it, say what is next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from companion.care.entries import Entry, EntryKind, EntryState
from companion.care.exercises import Exercise
from companion.care.runner import Move, Run, Turned, Verb, begin, step_of, turned
from companion.care.said import waits_for
from companion.care.shown import Reader, Shown, show, show_next
from companion.dialogue.reflection import is_told
from companion.flows.order import Order
from companion.flows.sending import send
from companion.flows.stay import HOLD
from companion.jobs import Job
from companion.messages import OutboundKind
from companion.store import Draft, Transaction
from companion.texts import say


def start(order: Order, exercise: Exercise) -> None:
    """Begin an exercise; what waited before is put off."""
    run = begin(exercise)
    entry = order.tx.care.entries.begin(
        order.student.id,
        EntryKind.EXERCISE,
        body_of(exercise, run),
        name=exercise.id,
        at=order.now,
        now=order.now,
    )
    opening = ""
    if exercise.careful is None:  # else all this was said with the note
        title, about = exercise.title[order.language], exercise.about[order.language]
        fields = {"title": title, "about": about, "minutes": exercise.minutes}
        opening = say("exercise.opening", order.language, **fields)
    _tell(order, show(exercise, run, entry, reader_of(order), before=opening))


def walk(order: Order, exercise: Exercise, entry: Entry, move: Move) -> None:
    """Take a move in and say what is next. Safe to run twice: a turn is taken once."""
    if move.verb in {Verb.LATER, Verb.STOP}:
        _leave(order, entry, move.verb)
        return
    if move.verb is Verb.BEGIN and reader_of(order).plays:
        say_where(order, exercise, entry, before="")  # its page plays the timer
        return
    done = turned(exercise, Run.from_json(entry.body), move, now=order.now)
    if done is None:
        say_where(order, exercise, entry, before=say("exercise.unfit", order.language))
        return
    if not keep(order.tx, exercise, entry, done, now=order.now):
        entry = order.tx.care.entries.find(order.student.id, entry.code) or entry
        say_where(order, exercise, entry, before=say("exercise.past", order.language))
        return
    shown = show_next(exercise, done, entry, reader_of(order), verb=move.verb)
    if _may_be_reflected(order, exercise, entry, move):
        _tell_later(order, shown)
    else:
        _tell(order, shown)
    if move.verb is Verb.BEGIN:
        order.tx.enqueue(Job.SHOW_TIMER, order.account.id, entry.id)


def say_where(order: Order, exercise: Exercise, entry: Entry, *, before: str) -> None:
    """Show the step that waits once more, after a word on why."""
    run = Run.from_json(entry.body)
    if entry.can_go_on and step_of(exercise, run) is not None:
        _tell(order, show(exercise, run, entry, reader_of(order), before=before))
    else:
        order.answer(say("exercise.gone", order.language))


def resume(order: Order, exercise: Exercise, entry: Entry) -> None:
    """Go on where somebody was; a timer that ran waits to be begun again."""
    before = Run.from_json(entry.body)
    run = replace(before, timer=None, turn=before.turn + 1)
    note = ""
    if step_of(exercise, run) is None:
        run = replace(begin(exercise), turn=before.turn + 1)
        note = say("exercise.changed", order.language)
    if keep(order.tx, exercise, entry, Turned(run), now=order.now):
        _tell(order, show(exercise, run, entry, reader_of(order), before=note))


def keep(tx: Transaction, exercise: Exercise, entry: Entry, done: Turned, *, now: datetime) -> bool:
    """Keep where somebody is now; False when the entry was changed meanwhile."""
    state = EntryState.DONE if done.run.is_over else EntryState.RUNNING
    body = body_of(exercise, done.run)
    return tx.care.entries.put(entry, body=body, state=state, now=now)


def body_of(exercise: Exercise, run: Run) -> Mapping[str, Any]:
    """Return what the entry keeps: the state, and what it waits for."""
    step = step_of(exercise, run)
    return {**run.as_json(), "waits": None if step is None else waits_for(step)}


def reader_of(order: Order) -> Reader:
    """Return who reads the answer, and where."""
    return Reader(language=order.language, plays=order.account.platform.is_mailbox)


def _leave(order: Order, entry: Entry, verb: Verb) -> None:
    is_stop = verb is Verb.STOP
    state = EntryState.STOPPED if is_stop else EntryState.LATER
    order.tx.care.entries.put(entry, state=state, now=order.now)
    order.answer(say("exercise.stopped" if is_stop else "exercise.put_off", order.language))


def _may_be_reflected(order: Order, exercise: Exercise, entry: Entry, move: Move) -> bool:
    """Whether a model may say a sentence to an answer: the step allows it, and there is one."""
    step = step_of(exercise, Run.from_json(entry.body))
    is_asked = step is not None and step.reflects and move.verb is Verb.SAY
    return is_asked and order.holds_questions and is_told(move.value)


def _tell_later(order: Order, shown: Shown) -> None:
    """Hold the next step back for a moment, so that a sentence may be put in front of it."""
    draft = Draft(
        kind=OutboundKind.NOTICE,
        text=shown.text,
        choices=shown.choices,
        dedupe=f"command:{order.message.id}",
        not_before=order.now + HOLD,
    )
    sent = send(order.tx, order.account, draft, now=order.now)
    if sent is not None:
        order.tx.enqueue(Job.REFLECT_ANSWER, sent, order.message.id)


def _tell(order: Order, shown: Shown) -> None:
    order.answer(shown.text, *shown.choices)
