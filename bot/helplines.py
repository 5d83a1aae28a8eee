"""The helplines as the pages show them: number first, then whose it is and when it answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from companion.campus import Campus
from companion.language import Language
from companion.messages import Choice
from companion.risk.levels import Kind
from companion.safety.numbers import Numbers, numbers_for, written_way
from companion.safety.wordings import wordings
from companion.texts import say

_BULLET = "· "


@dataclass(frozen=True, slots=True)
class Helpline:
    """One number to tap."""

    label: str
    url: str
    #: Whose number it is and when somebody answers.
    about: str


@dataclass(frozen=True, slots=True)
class Helplines:
    """All numbers of a place and hour, the one to call first first."""

    lines: tuple[Helpline, ...]
    #: What happens when one calls, and what to do when nobody answers.
    happens: str


def helplines(campus: Campus, *, language: Language, now: datetime) -> Helplines:
    """Return the numbers of the crisis card, without asking what happened. `now` is aware."""
    words = wordings(language)
    numbers = numbers_for(campus, language=language, now=now, words=words, kind=Kind.SUICIDE)
    happens = [line.what_happens[language] for line in numbers.lines[:1]]
    happens += [written_way(numbers.lines, words=words) or "", words.say("lines", "unanswered")]
    gap = " " if language is Language.EN else ""
    return Helplines(
        lines=tuple(_tappable(numbers, campus, language)),
        happens=gap.join(sentence for sentence in happens if sentence),
    )


def _tappable(numbers: Numbers, campus: Campus, language: Language) -> Iterator[Helpline]:
    shown = [line.dial_display for line in numbers.lines]
    if campus.duty_line is not None:
        shown.insert(0, campus.duty_line.phone)
    for choice in numbers.choices:
        if choice.url is None:
            continue
        number = next((number for number in shown if choice.label.endswith(number)), None)
        row = next((row for row in numbers.rows if number and number in row), "")
        is_emergency = number is None and choice.url.startswith("tel:")
        about = say("page_web.danger", language) if is_emergency else _about(row, number, choice)
        yield Helpline(choice.label, choice.url, about)


def _about(row: str, number: str | None, choice: Choice) -> str:
    """Return the card's row of a number, without the number where the label has it already."""
    about = row.removeprefix(_BULLET)
    if number and (choice.url or "").startswith("tel:"):
        about = about.replace(number, "", 1)
    return " ".join(about.replace(" （", "（").split())
