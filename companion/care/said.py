"""What a text means to an exercise that waits: an answer, a wish to go on or leave, or talk."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from companion.care.exercises import Step, StepKind
from companion.care.numbers_said import number_said
from companion.care.runner import Move, Verb
from companion.language import Language
from companion.texts import wording

#: Whole texts that steer, whatever waits; their words stand in the texts.
_STEERING: Final = (Verb.LATER, Verb.STOP, Verb.BACK, Verb.SKIP, Verb.HINT)


def waits_for(step: Step) -> dict[str, Any]:
    """Return what a step waits for, as JSON beside the state: it can be read without the file."""
    words = {bare(text): code for label, code in _labels(step) for text in label.values()}
    return {
        "kind": step.kind.value,
        "words": words,
        "many": step.many,
        "skips": step.optional,
        "hints": step.hint is not None,
    }


def move_in(waits: Mapping[str, Any], text: str) -> Move | None:
    """Return what a text does to the step that waits; None when it is talk. Pure."""
    said, kind = bare(text), StepKind(waits["kind"])
    for verb in _STEERING:
        if said in _says(verb.value) and _can(verb, waits, kind):
            return Move(verb)
    if not said:
        return None
    if kind is StepKind.ASK:
        return Move(Verb.SAY, text)
    if kind in {StepKind.SCALE, StepKind.CHOOSE}:
        return _chosen(waits, kind, said)
    if kind is StepKind.TIMER and said in _says("begin"):
        return Move(Verb.BEGIN)
    return Move(Verb.NEXT) if said in _says("go_on") else None


def _chosen(waits: Mapping[str, Any], kind: StepKind, said: str) -> Move | None:
    code = waits["words"].get(said)
    if kind is StepKind.SCALE:
        number = number_said(said) if code is None else int(code)
        return None if number is None else Move(Verb.NUMBER, str(number))
    if waits["many"] and said in _says("enough"):
        return Move(Verb.DONE)
    return None if code is None else Move(Verb.PICK, code)


@cache
def _says(key: str) -> frozenset[str]:
    """Return the words for something in every language: students mix them."""
    return frozenset(word for one in Language for word in wording(f"exercise.says_{key}", one))


def _can(verb: Verb, waits: Mapping[str, Any], kind: StepKind) -> bool:
    match verb:
        case Verb.SKIP:
            return bool(waits["skips"]) or kind in {StepKind.SAY, StepKind.TIMER}
        case Verb.HINT:
            return bool(waits["hints"])
        case _:
            return True


def _labels(step: Step) -> list[tuple[Mapping[Any, str], str]]:
    ends = [(step.low, "0"), (step.high, "10")]
    return [
        *((option.label, option.code) for option in step.options),
        *((label, code) for label, code in ends if label is not None),
    ]


def bare(text: str) -> str:
    """Return a text without what differs between two ways to write the same."""
    folded = unicodedata.normalize("NFKC", text).strip().casefold()
    return folded.strip(" \t\n.!?,;~。！？，；…")
