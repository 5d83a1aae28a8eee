"""A step as a message: its words, and buttons that say which exercise and step they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from companion.care.entries import Entry
from companion.care.exercises import Exercise, Step, StepKind
from companion.care.prompts import Button, Prompt, compared, example, picking, prompt, spoken
from companion.care.runner import Run, Turned, Verb, step_of
from companion.language import Language
from companion.messages import Choice
from companion.texts import say

#: How much an exercise helped, as its buttons say.
HELPED: Final = ("yes", "little", "no")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a student reads, and the buttons under it."""

    text: str = field(repr=False)
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads it, and where."""

    language: Language
    #: Whether the page itself plays a timer's phases.
    plays: bool


def show(exercise: Exercise, run: Run, entry: Entry, reader: Reader, *, before: str = "") -> Shown:
    """Return the step that waits, with a word before it."""
    step = exercise.steps[run.step]
    return _shown(
        prompt(exercise, run, reader.language), run, entry, before=before, pace=_pace(step, reader)
    )


def show_next(
    exercise: Exercise, done: Turned, entry: Entry, reader: Reader, *, verb: Verb
) -> Shown:
    """Return what follows a move: the next step, the step's own answer, or the end."""
    run, language = done.run, reader.language
    step = step_of(exercise, run)
    if step is None:
        return _end(exercise, done, entry, reader)
    heard = spoken(exercise, run, done.heard, language) if done.heard else ""
    if verb is Verb.HINT:
        return _shown(example(exercise, run, language), run, entry)
    if verb is Verb.PICK and step.many and run.turn == _turn_of(entry):
        return _shown(picking(exercise, run, language), run, entry, before=heard)
    return show(exercise, run, entry, reader, before=heard)


def _end(exercise: Exercise, done: Turned, entry: Entry, reader: Reader) -> Shown:
    language = reader.language
    paragraphs = [
        spoken(exercise, done.run, wording, language)
        for wording in (done.heard, done.closing)
        if wording is not None
    ]
    paragraphs += [compared(done.run, language), say("exercise.did_it_help", language)]
    answers = (
        Choice(say(f"exercise.helped_{each}", language), f"/exercise {entry.code} helped {each}")
        for each in HELPED
    )
    source = Choice(say("exercise.source", language), f"/exercise about {exercise.id}")
    return Shown("\n\n".join(filter(None, paragraphs)), (*answers, source))


def _turn_of(entry: Entry) -> int:
    return int(entry.body["turn"])


def _shown(
    found: Prompt,
    run: Run,
    entry: Entry,
    *,
    before: str = "",
    pace: tuple[tuple[str, int], ...] = (),
) -> Shown:
    text = f"{before}\n\n{found.text}" if before else found.text
    return Shown(text, tuple(_choices(found.buttons, run, entry, pace)))


def _choices(
    buttons: tuple[Button, ...], run: Run, entry: Entry, pace: tuple[tuple[str, int], ...]
) -> Iterator[Choice]:
    for button in buttons:
        # A page plays the phases itself and goes on when they are over.
        plays = pace if button.verb is Verb.BEGIN else ()
        verb = Verb.NEXT if plays else button.verb
        value = f"/exercise {entry.code} {run.turn} {verb} {button.value}".rstrip()
        yield Choice(button.label, value, pace=plays)


def _pace(step: Step, reader: Reader) -> tuple[tuple[str, int], ...]:
    if step.kind is not StepKind.TIMER or not reader.plays:
        return ()
    return tuple((one.label[reader.language], one.seconds) for one in step.phases) * step.rounds
