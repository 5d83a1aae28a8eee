"""Exercises in the student's hands: choose one, begin it, go on with it, leave it, rate it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from companion.care.entries import Entry, EntryKind, EntryState
from companion.care.exercises import Exercise
from companion.care.runner import Move, Run, Verb
from companion.care.said import move_in
from companion.care.shelf import shelf
from companion.care.shown import HELPED
from companion.flows.choose_exercise import choose_exercise
from companion.flows.order import Order
from companion.flows.rated import learn_from
from companion.flows.walk import resume, say_where, start, walk
from companion.language import Language
from companion.messages import Choice
from companion.texts import say

#: An exercise that was left this long ago is begun anew rather than taken up.
_KEPT_WAITING: Final = timedelta(days=14)


def exercise(order: Order) -> None:
    """Carry out /exercise: the list, one of them by its id, or a button of one under way."""
    first, *rest = order.argument.split() or [""]
    known = shelf(order.campus)
    if first in known:
        _open(order, known[first], begins="now" in rest)
        return
    entry = order.tx.care.entries.find(order.student.id, first) if _is_code(first) else None
    if entry is not None and entry.kind is EntryKind.EXERCISE:
        _press(order, known.get(entry.name), entry, rest)
    elif _is_code(first):
        order.answer(say("exercise.gone", order.language))
    else:
        choose_exercise(order, known, waiting=_waiting(order))


def takes(entry: Entry, text: str, language: Language) -> bool:  # noqa: ARG001 - any language will do
    """Whether a text answers the step that waits. Pure."""
    waits = entry.body.get("waits")
    return waits is not None and move_in(waits, text) is not None


def answer_exercise(order: Order, entry: Entry) -> None:
    """Take what the student wrote into the exercise that waits."""
    found = shelf(order.campus).get(entry.name)
    move = move_in(entry.body["waits"], order.message.text)
    if found is None or move is None:
        order.answer(say("exercise.unknown", order.language))
    else:
        walk(order, found, entry, move)


def rated(order: Order, entry: Entry, helped: str) -> None:
    """Keep whether an exercise helped: "yes", "little" or "no".

    What suggestions learn from it is noted here.
    """
    run = replace(Run.from_json(entry.body), helped=helped)
    order.tx.care.entries.put(entry, body={**entry.body, **run.as_json()}, now=order.now)
    learn_from(order, entry.name, helped)


def _open(order: Order, found: Exercise, *, begins: bool) -> None:
    waiting = _waiting(order, name=found.id)
    title, language = found.title[order.language], order.language
    if waiting is not None and not begins:
        code = waiting.code
        order.answer(
            say("exercise.waiting", language, title=title),
            Choice(say("exercise.resume", language), f"/exercise {code} go"),
            Choice(say("exercise.anew", language), f"/exercise {found.id} now"),
        )
    elif found.careful is not None and not begins:
        about, careful = found.about[language], found.careful[language]
        fields = {"title": title, "minutes": found.minutes, "about": about, "careful": careful}
        order.answer(
            say("exercise.careful", language, **fields),
            Choice(say("exercise.start", language), f"/exercise {found.id} now"),
            Choice(say("exercise.look_around", language), "/exercise needs"),
        )
    else:
        start(order, found)


def _press(order: Order, found: Exercise | None, entry: Entry, rest: list[str]) -> None:
    match rest:
        case ["helped", helped] if helped in HELPED:
            _rate(order, entry, helped)
        case _ if found is None:
            order.answer(say("exercise.unknown", order.language))
        case ["go"] if entry.can_go_on:
            resume(order, found, entry)
        case [turn, verb, *value] if entry.can_go_on and verb in set(Verb):
            move = Move(Verb(verb), " ".join(value))
            _press_step(order, found, entry, move, turn=turn)
        case _:
            order.answer(say("exercise.gone", order.language))


def _press_step(order: Order, found: Exercise, entry: Entry, move: Move, *, turn: str) -> None:
    """Take a button of a step; one of an earlier step does nothing but show where we are."""
    is_leaving = move.verb in {Verb.LATER, Verb.STOP}
    if turn != str(entry.body["turn"]) and not is_leaving:
        say_where(order, found, entry, before=say("exercise.past", order.language))
    else:
        walk(order, found, entry, move)


def _rate(order: Order, entry: Entry, helped: str) -> None:
    if entry.body.get("helped") is not None or entry.state is not EntryState.DONE:
        order.answer(say("exercise.rated", order.language))
        return
    rated(order, entry, helped)
    order.answer(say(f"exercise.thanks_{helped}", order.language))


def _waiting(order: Order, *, name: str | None = None) -> Entry | None:
    """Return the exercise that was left half done most recently."""
    found = order.tx.care.entries.latest(
        order.student.id,
        EntryKind.EXERCISE,
        name=name,
        states=(EntryState.RUNNING, EntryState.LATER),
        after=order.now - _KEPT_WAITING,
        limit=1,
    )
    return found[0] if found else None


def _is_code(word: str) -> bool:
    return len(word) in {8, 32} and all(letter in "0123456789abcdef" for letter in word)
