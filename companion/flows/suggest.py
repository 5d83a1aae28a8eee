"""One exercise at a time, with the reason for it; what a student refuses stays away."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Final

from companion.care.entries import EntryKind
from companion.care.evidence import rules
from companion.care.exercises import Effort
from companion.care.shelf import is_night, shelf
from companion.care.suggested import Made, Suggested
from companion.care.suggestions import Case, Suggestion, situation, suggest
from companion.dialogue.commands import Command, CommandName
from companion.flows.exercise import exercise as take_exercise
from companion.flows.need import needs_of
from companion.flows.order import Order
from companion.flows.stay import is_in_safety_talk
from companion.messages import Choice
from companion.mood.words import listed
from companion.texts import say

#: After a crisis card only what is calm is suggested for so long.
_GRAVE: Final = timedelta(days=1)
#: Exercises done so recently give way to others.
_LATELY: Final = timedelta(hours=20)
_LONGEST_GOAL: Final = 60  # characters
_SAID_HELPED: Final = {"yes": 1.0, "little": 0.5, "no": 0.0}
_FIRST_AUTHOR: Final = re.compile(r"^([^,(&]+?)[,.(& ].*?\((\d{4})[^)]*\)")


def give_suggestion(order: Order) -> None:
    """Carry out /suggest: one exercise with its reason; or a button of an earlier one."""
    verb, _, rest = order.argument.partition(" ")
    if is_in_safety_talk(order.tx, order.student.id, now=order.now):
        order.answer(say("suggest.after_safety", order.language))
    elif verb in _VERBS:
        _VERBS[verb](order, rest.strip())
    else:
        _show(order, "")


def _show(order: Order, _: str) -> None:
    suggested = order.tx.care.suggestions.get(order.student.id)
    if not suggested.asked and not order.argument:
        _put(order, replace(suggested, asked=True))
        _ask_goal(order, "")
        return
    case, about = case_of(order, suggested)
    found = suggest(shelf(order.campus), case, rng=Random(order.message.id.int))  # noqa: S311 - no secret
    if found is None:
        reset = Choice(say("suggest.reset", order.language), "/suggest reset")
        order.answer(say("suggest.nothing_left", order.language), reset)
        return
    made = Made(
        exercise=found.exercise.id, situation=about, at=order.now, propensity=found.propensity
    )
    _put(order, replace(suggested.with_made(made), asked=True))
    order.tx.care.tallies.count(found.exercise.id, about, "suggested")
    order.answer(_text(order, found), *_buttons(order, found.exercise.id))


def case_of(order: Order, suggested: Suggested) -> tuple[Case, str]:
    """Return what decides a suggestion to this student now, and the situation it is for."""
    facts = needs_of(order, suggested)
    about = situation(facts)
    card = order.student.card_at
    done = order.tx.care.entries.latest(order.student.id, EntryKind.EXERCISE, limit=100)
    own: dict[str, list[float]] = {}
    for entry in done:
        if (rating := _SAID_HELPED.get(str(entry.body.get("helped")))) is not None:
            own.setdefault(entry.name, []).append(rating)
    for one in {made.exercise for made in suggested.made}:
        own.setdefault(one, []).extend([0.0] * suggested.dull(one))
    just_done = {entry.name for entry in done if order.now - entry.updated_at < _LATELY}
    case = Case(
        evidence=facts,
        tallies=order.tx.care.tallies.of(about),
        own=own,
        is_night=is_night(order.now, order.campus),
        is_grave=card is not None and order.now - card < _GRAVE,
        never=suggested.never,
        just_seen=suggested.seen_lately(order.now) | just_done,
    )
    return case, about


def _text(order: Order, found: Suggestion) -> str:
    language, one = order.language, found.exercise
    fields = {"title": one.title[language], "minutes": one.minutes, "about": one.about[language]}
    return say("suggest.one", language, **fields, reason=reason(order, found))


def reason(order: Order, found: Suggestion) -> str:
    """Return one sentence on why: the facts that decided, and what the exercise rests on."""
    language = order.language
    facts = [say(f"suggest.{one.sign}", language, **one.fields) for one in found.because]
    if found.helped_before:
        facts.append(say("suggest.helped_before", language))
    if not facts:
        key = "low_effort" if found.exercise.effort is Effort.LOW else "unknown_yet"
        facts = [say(f"suggest.{key}", language)]
    method = say(f"method.{found.exercise.method}", language)
    author = _FIRST_AUTHOR.match(found.exercise.source)
    rests_on = f"{method} ({author[1].strip()} {author[2]})" if author else method
    return say("suggest.because", language, facts=listed(facts, language), method=rests_on)


def _buttons(order: Order, name: str) -> list[Choice]:
    return [
        Choice(say(f"suggest.{verb}", order.language), f"/suggest {verb} {name}")
        for verb in ("begin", "another", "dull", "never")
    ]


def _begin(order: Order, name: str) -> None:
    suggested = order.tx.care.suggestions.get(order.student.id)
    made = suggested.latest(name)
    if made is not None and not made.became:
        _put(order, suggested.with_became(name, "begun"))
        order.tx.care.tallies.count(name, made.situation, "begun")
    take_exercise(replace(order, command=Command(CommandName.EXERCISE, name)))


def _dull(order: Order, name: str) -> None:
    """Take in that an exercise was of no use, and make room for others."""
    suggested = order.tx.care.suggestions.get(order.student.id)
    if suggested.latest(name) is not None:
        _put(order, suggested.with_became(name, "dull"))
    order.answer(say("suggest.noted_dull", order.language), _another(order))


def _never(order: Order, name: str) -> None:
    if name in shelf(order.campus):
        suggested = order.tx.care.suggestions.get(order.student.id)
        _put(order, replace(suggested, never=suggested.never | {name}))
    order.answer(say("suggest.noted_never", order.language), _another(order))


def _reset(order: Order, _: str) -> None:
    suggested = order.tx.care.suggestions.get(order.student.id)
    _put(order, replace(suggested, never=frozenset()))
    order.answer(say("suggest.was_reset", order.language), _another(order))


def _ask_goal(order: Order, _: str) -> None:
    goals: Sequence[str] = rules()["goals"]
    choices = [
        Choice(say(f"topic.{goal}", order.language), f"/suggest goal {goal}") for goal in goals
    ]
    skip = Choice(say("suggest.no_goal", order.language), "/suggest goal none")
    order.answer(say("suggest.ask_goal", order.language), *choices, skip)


def _set_goal(order: Order, goal: str) -> None:
    """Keep a goal: one of the list, or the student's own words; "none" takes them away."""
    suggested = order.tx.care.suggestions.get(order.student.id)
    if goal in rules()["goals"]:
        suggested = replace(suggested, goals=(goal,), own_goal="")
    elif goal:
        own = "" if goal == "none" else goal[:_LONGEST_GOAL]
        suggested = replace(suggested, goals=(), own_goal=own)
    _put(order, replace(suggested, asked=True))
    _show(order, "")


def _another(order: Order) -> Choice:
    return Choice(say("suggest.another", order.language), "/suggest another")


def _put(order: Order, suggested: Suggested) -> None:
    order.tx.care.suggestions.put(order.student.id, suggested, now=order.now)


_VERBS: Final[Mapping[str, Callable[[Order, str], None]]] = {
    "begin": _begin,
    "another": _show,
    "dull": _dull,
    "never": _never,
    "reset": _reset,
    "goals": _ask_goal,
    "goal": _set_goal,
}
