"""What a student reads at each step of an exercise, and the buttons under it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from companion.care.exercises import Exercise, Step, StepKind, Wording
from companion.care.runner import Run, Verb
from companion.language import Language
from companion.texts import say

#: Longer answers are quoted to this length (characters).
_LONGEST_QUOTE: Final = 300
_MINUTE: Final = 60


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a step."""

    label: str
    verb: Verb
    value: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is said at a step."""

    text: str = field(repr=False)
    buttons: tuple[Button, ...] = ()


def prompt(exercise: Exercise, run: Run, language: Language) -> Prompt:
    """Return what is said at the step that waits."""
    step = exercise.steps[run.step]
    if run.timer is not None:
        text = say("exercise.running", language, length=length(step.seconds, language))
        return Prompt(text, (_button("go_on", Verb.NEXT, language), *_ways_out(run, language)))
    paragraphs = [spoken(exercise, run, step.text, language), *_explained(step, language)]
    buttons = (*_answers(step, run, language), *_ways_out(run, language))
    return Prompt("\n\n".join(paragraphs), buttons)


def picking(exercise: Exercise, run: Run, language: Language) -> Prompt:
    """Return what is said after one of several choices."""
    step = exercise.steps[run.step]
    text = say("exercise.picked_none", language)
    if run.picked:
        labels = _labels(step, run.picked, language)
        text = say("exercise.picked", language, labels=labels)
    return Prompt(text, (*_answers(step, run, language), *_ways_out(run, language)))


def example(exercise: Exercise, run: Run, language: Language) -> Prompt:
    """Return the example of a step, with the step's own buttons."""
    step = exercise.steps[run.step]
    buttons = tuple(one for one in prompt(exercise, run, language).buttons if one.verb != Verb.HINT)
    if step.hint is None:
        return Prompt(say("exercise.no_example", language), buttons)
    return Prompt(spoken(exercise, run, step.hint, language), buttons)


def compared(run: Run, language: Language) -> str:
    """Return the numbers before and after, without judging them; "" where there are none."""
    before, after = run.kept.get("before"), run.kept.get("after")
    if not isinstance(before, int) or not isinstance(after, int):
        return ""
    key = "compared_same" if before == after else "compared"
    return say(f"exercise.{key}", language, before=before, after=after)


def spoken(exercise: Exercise, run: Run, wording: Wording, language: Language) -> str:
    """Return a wording with the answers it quotes."""
    quotes = {
        step.keeps: _quote(step, run.kept[step.keeps], language)
        for step in exercise.steps.values()
        if step.keeps in run.kept
    }
    return wording[language].format(**quotes)


def length(seconds: int, language: Language) -> str:
    """Return about how long something takes, in words."""
    if seconds < _MINUTE:
        return say("exercise.seconds", language, count=seconds)
    return say("exercise.minutes", language, count=round(seconds / _MINUTE))


def joined(key: str, texts: Iterable[str], language: Language) -> str:
    """Return texts in a row, as the wording `key` puts a first and a second one together."""
    found = list(texts)
    text = found[0] if found else ""
    for following in found[1:]:
        text = say(key, language, first=text, second=following)
    return text


def _quote(step: Step, value: Any, language: Language) -> str:
    if isinstance(value, list):
        return _labels(step, tuple(value), language)
    option = step.option(str(value))
    if option is not None:
        return option.label[language]
    text = str(value)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE].rstrip()}…"


def _labels(step: Step, codes: tuple[str, ...], language: Language) -> str:
    chosen = [option.label[language] for option in step.options if option.code in codes]
    return joined("exercise.and_then", chosen, language)


def _explained(step: Step, language: Language) -> Iterator[str]:
    """Yield what belongs under the words of a step: what numbers mean, how a timer goes."""
    if step.low is not None and step.high is not None:
        yield say("exercise.scale", language, low=step.low[language], high=step.high[language])
    if step.kind is StepKind.TIMER:
        took = length(step.seconds, language)
        if step.rounds == 1:
            yield say("exercise.pace_once", language, length=took)
            return
        phases = [
            say("exercise.phase", language, label=one.label[language], seconds=one.seconds)
            for one in step.phases
        ]
        together = joined("exercise.and", phases, language)
        yield say("exercise.pace", language, phases=together, rounds=step.rounds, length=took)


def _answers(step: Step, run: Run, language: Language) -> Iterator[Button]:
    match step.kind:
        case StepKind.SAY:
            yield _button("go_on", Verb.NEXT, language)
        case StepKind.SCALE:
            for number in range(11):
                yield Button(str(number), Verb.NUMBER, str(number))
        case StepKind.CHOOSE:
            yield from _options(step, run, language)
        case StepKind.TIMER:
            yield _button("begin", Verb.BEGIN, language)
            yield _button("skip", Verb.SKIP, language)
    if step.hint is not None:
        yield _button("hint", Verb.HINT, language)
    if step.optional:
        yield _button("skip", Verb.SKIP, language)


def _options(step: Step, run: Run, language: Language) -> Iterator[Button]:
    for option in step.options:
        mark = "✓ " if option.code in run.picked else ""
        yield Button(f"{mark}{option.label[language]}", Verb.PICK, option.code)
    if step.many and run.picked:
        yield _button("enough", Verb.DONE, language)


def _ways_out(run: Run, language: Language) -> Iterator[Button]:
    if run.trail:
        yield _button("back", Verb.BACK, language)
    yield _button("later", Verb.LATER, language)
    yield _button("stop", Verb.STOP, language)


def _button(key: str, verb: Verb, language: Language) -> Button:
    return Button(say(f"exercise.{key}", language), verb)
