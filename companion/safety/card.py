"""The crisis card: what a student at risk reads first, and what follows in the same talk.

Every word comes from `content/safety`, every number from the registry or the campus.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from companion.campus import Campus
from companion.language import Language
from companion.messages import Choice
from companion.risk.levels import Kind, Level, Subject, Verdict
from companion.safety.numbers import Numbers, numbers_for, written_way
from companion.safety.wordings import Wordings, wordings

#: Which worry speaks first when several were found.
_GRAVEST = (
    Kind.MEDICAL,
    Kind.SUICIDE,
    Kind.SELF_HARM,
    Kind.ABUSE,
    Kind.HARM_TO_OTHERS,
    Kind.PSYCHOSIS,
    Kind.EATING,
)
_LADDERS = {Kind.ABUSE: "abuse"} | dict.fromkeys(
    (Kind.HARM_TO_OTHERS, Kind.PSYCHOSIS, Kind.EATING, Kind.MEDICAL), "care"
)


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
    staff_told: bool | None = None,
    repeat: int = 0,
) -> Card:
    """Return the card for a verdict; `repeat` > 0 gives the next question of the ladder instead.

    Only `staff_told=True` makes it say that a person was alerted. `now` is aware.
    """
    words = wordings(language)
    kind = _gravest(verdict)
    numbers = numbers_for(
        campus,
        language=language,
        now=now,
        words=words,
        kind=kind,
    )
    if repeat > 0:
        return Card(_again(verdict, kind, numbers, words=words, repeat=repeat), numbers.choices)
    people = words.say("people", "told" if staff_told else "nobody")
    is_urgent = verdict.level is Level.IMMINENT or kind is Kind.MEDICAL
    parts = (
        _urgent_parts(verdict, kind, numbers, words=words)
        if is_urgent
        else _parts(verdict, kind, numbers, language=language, words=words)
    )
    question = words.tables["question"][_question_key(verdict, kind, is_urgent=is_urgent)]
    # An urgent card closes with its question alone: every further word costs time.
    closing = [question] if is_urgent else [words.say("stay", "invite"), question]
    return Card("\n\n".join([*parts, people, _joined(closing)]), numbers.choices)


def _parts(
    verdict: Verdict, kind: Kind, numbers: Numbers, *, language: Language, words: Wordings
) -> list[str]:
    """Heard and the numbers in one block; what happens there; how else to reach them."""
    is_friend = verdict.subject is Subject.OTHER
    table = "heard_other" if is_friend else "heard"
    heard = words.first_of(table, kind.value, Kind.DISTRESS.value)
    parts = ["\n".join([heard, *numbers.rows, _emergency_row(numbers, words)])]
    if is_friend:
        parts.append(words.first_of("friend", kind.value, "how"))
    happens = [numbers.lines[0].what_happens[language]] if numbers.lines else []
    written = written_way(numbers.lines, words=words)
    if written and not is_friend:
        happens.append(written)
    happens.append(words.say("lines", "unanswered"))
    return [*parts, _joined(happens)]


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


def _again(verdict: Verdict, kind: Kind, numbers: Numbers, *, words: Wordings, repeat: int) -> str:
    """Return the short text that stays; the lines are named every other time."""
    ladder = "other" if verdict.subject is Subject.OTHER else _LADDERS.get(kind, "self")
    texts = words.ladders[ladder]
    parts = []
    either = words.say("lines", "or")
    if verdict.level is Level.IMMINENT and numbers.emergency:
        parts.append(words.say("again", "urgent", numbers=either.join(numbers.emergency)))
    elif repeat % 2 == 0 and numbers.names:
        parts.append(words.say("again", "lines", numbers=either.join(numbers.names[:2])))
    return "\n".join([*parts, texts[(repeat - 1) % len(texts)]])


def _gravest(verdict: Verdict) -> Kind:
    return next((kind for kind in _GRAVEST if kind in verdict.kinds), _unnamed(verdict))


def _unnamed(verdict: Verdict) -> Kind:
    """A verdict without a kind comes from an outage: the card asks the question that matters."""
    return verdict.kinds[0] if verdict.kinds else Kind.SUICIDE


def _question_key(verdict: Verdict, kind: Kind, *, is_urgent: bool) -> str:
    if verdict.subject is Subject.OTHER:
        return "other_imminent" if is_urgent else "other"
    if is_urgent:
        return "imminent"
    if kind is Kind.SUICIDE and verdict.level >= Level.HIGH:
        return "suicide_high"
    return kind.value if kind.value != Kind.DEPENDENCE.value else Kind.DISTRESS.value


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
