"""The crisis card: what a student at risk reads first; its last line begins the safety dialogue.

Every word comes from `content/safety`, every number from the registry or the campus.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from companion.campus import Campus
from companion.language import Language
from companion.messages import Choice
from companion.risk.levels import Kind, Level, Subject, Verdict
from companion.safety.dialogue.branches import Branch
from companion.safety.dialogue.machine import open_dialogue
from companion.safety.dialogue.speech import Scene, buttons, question
from companion.safety.dialogue.state import State
from companion.safety.dialogue.steps import steps
from companion.safety.numbers import Numbers, numbers_for
from companion.safety.people import NOBODY, People, about_people
from companion.safety.wordings import Wordings, wordings

#: Which worry speaks first when several were found.
_GRAVEST: Final = (
    Kind.MEDICAL,
    Kind.SUICIDE,
    Kind.SELF_HARM,
    Kind.ABUSE,
    Kind.HARM_TO_OTHERS,
    Kind.PSYCHOSIS,
    Kind.EATING,
)
#: Branches that say more exactly than the verdict what the card is about.
_KIND_OF: Final = {
    Branch.MEDICAL: Kind.MEDICAL,
    Branch.HARM_TO_OTHERS: Kind.HARM_TO_OTHERS,
    Branch.PSYCHOSIS: Kind.PSYCHOSIS,
}


@dataclass(frozen=True, slots=True)
class Card:
    """A safety text with its buttons."""

    text: str = field(repr=False)
    choices: tuple[Choice, ...]


def crisis_card(
    verdict: Verdict,
    *,
    campus: Campus,
    language: Language,
    now: datetime,
    people: People = NOBODY,
    state: State | None = None,
) -> Card:
    """Return the card for a verdict; it ends with the first question of the safety dialogue.

    `state` is the dialogue that begins with this card; without one (no database) it is the one
    the verdict opens. `people` says what is true of a person at the campus. `now` is aware.
    """
    words = wordings(language)
    state = state or open_dialogue(verdict, now=now)
    kind = _KIND_OF.get(state.branch) or gravest(verdict)
    is_minor = state.branch is Branch.MINOR
    numbers = numbers_for(
        campus, language=language, now=now, words=words, kind=kind, for_minor=is_minor
    )
    is_urgent = verdict.level is Level.IMMINENT or kind is Kind.MEDICAL
    parts = (
        _urgent_parts(verdict, kind, numbers, words=words)
        if is_urgent
        else _parts(kind, numbers, words=words, branch=state.branch)
    )
    asked, answers = _first_question(state, Scene(language=language, numbers=numbers))
    # An urgent card closes with its question alone: every further word costs time.
    closing = [asked] if is_urgent else [words.say("stay", "invite"), asked]
    truth = about_people(people, campus=campus, words=words, now=now)
    text = "\n\n".join([*parts, truth, _joined([part for part in closing if part])])
    return Card(text, (*numbers.choices, *answers))


def numbers_card(
    *, campus: Campus, language: Language, now: datetime, people: People = NOBODY
) -> Card:
    """Return the numbers alone, for somebody who asks for them while the dialogue runs."""
    words = wordings(language)
    numbers = numbers_for(campus, language=language, now=now, words=words, kind=Kind.SUICIDE)
    rows = "\n".join([*numbers.rows, _emergency_row(numbers, words)])
    truth = about_people(people, campus=campus, words=words, now=now)
    happens = _what_happens(numbers, words, written=True)
    return Card(f"{rows}\n\n{happens}\n\n{truth}", numbers.choices)


def gravest(verdict: Verdict) -> Kind:
    """Return the worry that decides; without kinds (an outage of the screen) it is suicide."""
    return next((kind for kind in _GRAVEST if kind in verdict.kinds), _unnamed(verdict))


def _parts(kind: Kind, numbers: Numbers, *, words: Wordings, branch: Branch) -> list[str]:
    """Heard and the numbers in one block; what happens there; how else to reach them."""
    is_friend = branch is Branch.OTHER
    keys = (branch.value, kind.value, Kind.DISTRESS.value)
    heard = words.first_of("heard_other" if is_friend else "heard", *keys)
    parts = ["\n".join([heard, *numbers.rows, _emergency_row(numbers, words)])]
    if is_friend:
        parts.append(words.first_of("friend", kind.value, "how"))
    return [*parts, _what_happens(numbers, words, written=not is_friend)]


def _what_happens(numbers: Numbers, words: Wordings, *, written: bool) -> str:
    happens = [numbers.lines[0].what_happens[words.language]] if numbers.lines else []
    if written and numbers.written:
        happens.append(numbers.written)
    return _joined([*happens, words.say("lines", "unanswered")])


def _urgent_parts(verdict: Verdict, kind: Kind, numbers: Numbers, *, words: Wordings) -> list[str]:
    """The emergency number first, one thing to do, then the lines."""
    is_friend = verdict.subject is Subject.OTHER
    if is_friend:
        act = words.say("now", "medical_other" if kind is Kind.MEDICAL else "other")
    else:
        act = words.first_of("now", kind.value, Kind.SUICIDE.value)
    first = [_call_now(numbers, words), act]
    if not is_friend and kind in (Kind.SUICIDE, Kind.MEDICAL):
        first.append(words.say("now", "taken"))
    return ["\n".join(first), *(["\n".join(numbers.rows)] if numbers.rows else [])]


def _first_question(state: State, scene: Scene) -> tuple[str, tuple[Choice, ...]]:
    if state.pending is None:
        return "", ()
    step = steps()[state.pending]
    # The numbers stand on the card itself: their button would lead back here.
    return question(state, step, scene), buttons(step, scene)[: len(step.codes)]


def _unnamed(verdict: Verdict) -> Kind:
    return verdict.kinds[0] if verdict.kinds else Kind.SUICIDE


def _emergency_row(numbers: Numbers, words: Wordings) -> str:
    if not numbers.emergency:
        return words.say("lines", "emergency_unknown")
    either = words.say("lines", "or")
    return words.say("lines", "emergency", numbers=either.join(numbers.emergency))


def _call_now(numbers: Numbers, words: Wordings) -> str:
    if not numbers.emergency:
        return words.say("now", "call_unknown")
    either = words.say("lines", "or")
    return words.say("now", "call", numbers=either.join(numbers.emergency))


def _joined(sentences: list[str]) -> str:
    gap = " " if sentences[0].isascii() else ""
    return gap.join(sentences)
