"""The ways through an exercise: each comes to its end and quotes only what was answered on it."""

from __future__ import annotations

from collections.abc import Iterator

from companion.care.content_reader import Place
from companion.care.exercises import END, Exercise, Step, Wording, quoted
from companion.language import Language


def note_dead_ends(place: Place, exercise: Exercise) -> None:
    """Note steps that lead nowhere or back, that nobody reaches, and quotes that may be empty."""
    order = list(exercise.steps)
    for step in exercise.steps.values():
        for way in sorted(step.ways_on - {END}):
            if way not in exercise.steps:
                _wrong(place, step, f"'next' names '{way}', which is no step")
            elif order.index(way) <= order.index(step.id):
                _wrong(place, step, f"'next' leads back to '{way}'; it must lead on")
    if place.problems:
        return
    answered = _answered(exercise)
    for step in exercise.steps.values():
        if step.id not in answered:
            _wrong(place, step, "no way leads here")
        else:
            _note_empty_quotes(place, step, answered[step.id])


def _answered(exercise: Exercise) -> dict[str, frozenset[str]]:
    """Return which answers are there for certain when a step is reached, on whatever way."""
    answered: dict[str, frozenset[str]] = {exercise.first.id: frozenset()}
    for step in exercise.steps.values():  # ways lead on only: each step after all before it
        if step.id not in answered:
            continue
        kept = frozenset() if step.optional or not step.keeps else frozenset({step.keeps})
        for way in step.ways_on - {END}:
            known = answered[step.id] | kept
            answered[way] = answered[way] & known if way in answered else known
    return answered


def _note_empty_quotes(place: Place, step: Step, answered: frozenset[str]) -> None:
    for wording in _wordings(step):
        for language in Language:
            try:
                names = quoted(wording.get(language, ""))
            except ValueError:
                _wrong(place, step, f"a stray brace in {language.value}")
                continue
            for name in sorted(names - answered):
                _wrong(
                    place,
                    step,
                    f"quotes {{{name}}} in {language.value}, which is not answered for certain"
                    " on every way that leads here",
                )
    for option in step.options:
        for wording in filter(None, (option.label, option.heard)):
            if any("{" in text or "}" in text for text in wording.values()):
                _wrong(place, step, f"choice '{option.code}' must not quote")


def _wordings(step: Step) -> Iterator[Wording]:
    yield step.text
    if step.hint is not None:
        yield step.hint


def _wrong(place: Place, step: Step, what: str) -> None:
    place.problems.append(f"{place.where}, step '{step.id}': {what}")
