"""From a file to an exercise, or to a list of everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from companion.care.content_reader import CODE, NAME, Place, note_twins
from companion.care.exercise_paths import note_dead_ends
from companion.care.exercises import (
    END,
    METHODS,
    TOPICS,
    Effort,
    Exercise,
    Option,
    Phase,
    Step,
    StepKind,
    by_id,
    packaged_documents,
)
from companion.errors import ContentError

#: Bounds of a timer: seconds of one phase, rounds, minutes in all.
LONGEST_PHASE: Final = 60
MOST_ROUNDS: Final = 30
LONGEST_TIMER: Final = 600
_MOST_MINUTES: Final = 60
_MOST_OPTIONS: Final = 14

_EXERCISE = frozenset("id method topics minutes effort source careful title about step".split())
_EVERY_STEP = frozenset({"id", "kind", "text", "next"})
_OF_KIND: Mapping[StepKind, frozenset[str]] = {
    StepKind.SAY: _EVERY_STEP,
    StepKind.ASK: _EVERY_STEP | {"keeps", "reflects", "optional", "hint"},
    StepKind.CHOOSE: _EVERY_STEP | {"keeps", "many", "optional", "choice"},
    StepKind.SCALE: _EVERY_STEP | {"keeps", "low", "high", "optional"},
    StepKind.TIMER: _EVERY_STEP | {"rounds", "phase"},
}


def read_exercise(document: Mapping[str, Any], *, file: str) -> Exercise:
    """Return the exercise of a file. Raises ContentError with everything that is wrong."""
    exercise, problems = _read(document, file)
    if problems:
        raise ContentError("; ".join(problems))
    return exercise


def check_exercise(document: Mapping[str, Any], *, file: str) -> list[str]:
    """Return everything that is wrong with a file, by step; empty when nothing is."""
    return _read(document, file)[1]


@cache
def packaged_exercises() -> Mapping[str, Exercise]:
    """Return the exercises that come with Nuanyu. Raises ContentError."""
    return by_id(
        read_exercise(document, file=f"exercises/{name}")
        for name, document in packaged_documents("exercises")
    )


def _read(document: Mapping[str, Any], file: str) -> tuple[Exercise, list[str]]:
    place = Place(document, file)
    place.only(_EXERCISE)
    exercise = Exercise(
        id=_name(place, file),
        method=place.one_of("method", sorted(METHODS)),
        topics=_topics(place),
        minutes=place.number("minutes", least=1, most=_MOST_MINUTES),
        effort=Effort(place.one_of("effort", [one.value for one in Effort]) or Effort.LOW),
        source=place.text("source"),
        title=place.label("title"),
        about=place.wording("about"),
        careful=place.maybe_wording("careful"),
        steps=_steps(place),
    )
    if exercise.steps and not place.problems:
        note_dead_ends(place, exercise)
    return exercise, place.problems


def _name(place: Place, file: str) -> str:
    name = place.text("id")
    if name and not NAME.fullmatch(name):
        place.wrong("'id' must be lower case letters, digits and hyphens, 40 at most")
    stem = file.rpartition("/")[2].removesuffix(".toml")
    if name and name != stem:
        place.wrong(f"'id' is '{name}', but the file is named {stem}.toml")
    return name


def _topics(place: Place) -> tuple[str, ...]:
    found = place.table.get("topics")
    if not isinstance(found, list) or not found:
        place.wrong("'topics' must be a list with at least one topic")
        return ()
    for unknown in [one for one in found if one not in TOPICS]:
        place.wrong(f"unknown topic '{unknown}'; known: {', '.join(TOPICS)}")
    return tuple(map(str, found))


def _steps(place: Place) -> dict[str, Step]:
    places = place.tables("step", "step")
    if not places:
        place.wrong("there is no [[step]]")
    ids = [str(one.table.get("id", "")) for one in places]
    steps: dict[str, Step] = {}
    for one, name, following in zip(places, ids, [*ids, END][1:], strict=True):
        if not NAME.fullmatch(name) or name == END:
            one.wrong("'id' must be lower case letters, digits, - and _, and not 'end'")
        elif name in steps:
            one.wrong("another step has the same id")
        else:
            steps[name] = _step(one, name, following)
    return steps


def _step(place: Place, name: str, following: str) -> Step:
    kind = place.one_of("kind", [one.value for one in StepKind])
    if not kind:
        return Step(id=name, kind=StepKind.SAY, text={}, next=following)
    kind = StepKind(kind)
    place.only(_OF_KIND[kind])
    is_timer, is_scale = kind is StepKind.TIMER, kind is StepKind.SCALE
    step = Step(
        id=name,
        kind=kind,
        text=place.wording("text"),
        next=str(place.table.get("next", following)),
        keeps=_keeps(place) if "keeps" in _OF_KIND[kind] else "",
        optional=place.flag("optional"),
        reflects=place.flag("reflects"),
        hint=place.maybe_wording("hint"),
        low=place.label("low") if is_scale else None,
        high=place.label("high") if is_scale else None,
        many=place.flag("many"),
        options=_options(place) if kind is StepKind.CHOOSE else (),
        rounds=place.number("rounds", least=1, most=MOST_ROUNDS, usual=1) if is_timer else 1,
        phases=_phases(place) if is_timer else (),
    )
    if step.seconds > LONGEST_TIMER:
        place.wrong(f"the timer runs {step.seconds} s; {LONGEST_TIMER} s at most")
    return step


def _keeps(place: Place) -> str:
    name = place.text("keeps")
    if name and not name.isidentifier():
        place.wrong("'keeps' must be one word of letters, digits and _")
    return name


def _options(place: Place) -> tuple[Option, ...]:
    places = place.tables("choice", "choice")
    if not 1 < len(places) <= _MOST_OPTIONS:
        place.wrong(f"needs 2 to {_MOST_OPTIONS} [[step.choice]]")
    found = tuple(_option(one, many=place.table.get("many") is True) for one in places)
    for code in {one.code for one in found if [two.code for two in found].count(one.code) > 1}:
        place.wrong(f"two choices have the code '{code}'")
    note_twins(place, [one.label for one in found])
    return found


def _option(place: Place, *, many: bool) -> Option:
    place.only({"code", "label", "heard", "next"})
    code = place.text("code")
    if code and not CODE.fullmatch(code):
        place.wrong("'code' must be lower case letters, digits and _, 24 at most")
    if many and "next" in place.table:
        place.wrong("where several may be chosen, none can lead elsewhere: take 'next' out")
    return Option(
        code=code,
        label=place.label(),
        heard=place.maybe_wording("heard"),
        next=str(place.table["next"]) if "next" in place.table else None,
    )


def _phases(place: Place) -> tuple[Phase, ...]:
    places = place.tables("phase", "phase")
    if not places:
        place.wrong("a timer needs [[step.phase]]")
    for one in places:
        one.only({"seconds", "label"})
    return tuple(
        Phase(one.number("seconds", least=1, most=LONGEST_PHASE), one.wording("label"))
        for one in places
    )
