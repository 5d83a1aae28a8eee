"""Walking through an exercise: where somebody is, and where each answer leads.

Pure: the state is JSON that the entry keeps, words and numbers of the student among it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from companion.care.exercises import END, Exercise, Step, StepKind, Wording

#: Longer answers are kept to this length (characters).
LONGEST_ANSWER: Final = 4000


class Verb(StrEnum):
    """What a student can do at a step; the value is what its button sends."""

    NEXT = "next"  #: Go on.
    SAY = "say"  #: Answer in one's own words.
    PICK = "pick"  #: Choose a button, or take it back where several may be chosen.
    DONE = "done"  #: Enough was chosen.
    NUMBER = "num"  #: Choose a number.
    SKIP = "skip"  #: Pass over the step.
    BACK = "back"  #: Return to the step before.
    HINT = "hint"  #: Ask for an example.
    BEGIN = "begin"  #: Let the timer run.
    LATER = "later"  #: Put the exercise off.
    STOP = "stop"  #: Leave it.


@dataclass(frozen=True, slots=True)
class Move:
    """What a student did."""

    verb: Verb
    #: A button's code, a number, or the student's own words.
    value: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer that runs; which phase it is in follows from the time alone."""

    begins: datetime
    #: The platform's id of the message that shows it; None while none does.
    shown: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Where somebody is in an exercise."""

    #: The step that waits; END when the way is walked.
    step: str
    #: Rises with every step, so that a button of an earlier step is known as one.
    turn: int = 1
    #: Answers by name: words, a number, codes.
    kept: Mapping[str, Any] = field(default_factory=dict, repr=False)
    #: The steps behind, for the way back.
    trail: tuple[str, ...] = ()
    #: What was chosen so far where several may be.
    picked: tuple[str, ...] = ()
    timer: Timer | None = None
    helped: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether the way is walked."""
        return self.step == END

    def as_json(self) -> dict[str, Any]:
        """Return what the entry keeps."""
        timer = self.timer and {"begins": self.timer.begins.isoformat(), "shown": self.timer.shown}
        return {**asdict(self), "timer": timer}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Run:
        """Return what an entry has kept."""
        timer = body["timer"]
        begins = datetime.fromisoformat(timer["begins"]) if timer else None
        return cls(
            step=body["step"],
            turn=body["turn"],
            kept=body["kept"],
            trail=tuple(body["trail"]),
            picked=tuple(body["picked"]),
            timer=Timer(begins, timer["shown"]) if begins else None,
            helped=body["helped"],
        )


@dataclass(frozen=True, slots=True)
class Turned:
    """What became of a move."""

    run: Run
    #: What is said to the choice that was made.
    heard: Wording | None = None
    #: The last words, which ask for no press of their own.
    closing: Wording | None = None


def begin(exercise: Exercise) -> Run:
    """Return the state before the first step."""
    return Run(step=exercise.first.id)


def step_of(exercise: Exercise, run: Run) -> Step | None:
    """Return the step that waits; None at the end, or when the exercise was changed meanwhile."""
    return exercise.steps.get(run.step)


def turned(exercise: Exercise, run: Run, move: Move, *, now: datetime) -> Turned | None:
    """Return where a move leads; None when it makes no sense at the step that waits."""
    step = step_of(exercise, run)
    done = None if step is None else _turned(run, step, move, now=now)
    return None if done is None else _closed(exercise, done)


def _turned(run: Run, step: Step, move: Move, *, now: datetime) -> Turned | None:
    match move.verb:
        case Verb.BACK:
            return _back(run)
        case Verb.HINT if step.hint is not None:
            return Turned(run)
        case Verb.BEGIN if step.kind is StepKind.TIMER:
            return Turned(replace(run, turn=run.turn + 1, timer=Timer(now)))
        case Verb.NEXT | Verb.SKIP if _may_pass(step, move.verb):
            return Turned(_onwards(run, step))
        case _:
            return _answered(run, step, move)


def _closed(exercise: Exercise, done: Turned) -> Turned:
    """Walk past the last words: they are read, not answered."""
    step = step_of(exercise, done.run)
    if step is None or step.kind is not StepKind.SAY or step.next != END:
        return done
    return replace(done, run=_onwards(done.run, step), closing=step.text)


def _may_pass(step: Step, verb: Verb) -> bool:
    if step.kind in {StepKind.SAY, StepKind.TIMER}:
        return True
    return verb is Verb.SKIP and step.optional


def _answered(run: Run, step: Step, move: Move) -> Turned | None:
    match step.kind, move.verb:
        case StepKind.ASK, Verb.SAY if move.value.strip():
            return Turned(_onwards(run, step, keep=move.value.strip()[:LONGEST_ANSWER]))
        case StepKind.SCALE, Verb.NUMBER if move.value in _NUMBERS:
            return Turned(_onwards(run, step, keep=int(move.value)))
        case StepKind.CHOOSE, Verb.PICK:
            return _picked(run, step, move.value)
        case StepKind.CHOOSE, Verb.DONE if step.many and run.picked:
            return Turned(_onwards(run, step, keep=list(run.picked)))
        case _:
            return None


_NUMBERS: Final = frozenset(map(str, range(11)))


def _picked(run: Run, step: Step, code: str) -> Turned | None:
    option = step.option(code)
    if option is None:
        return None
    if not step.many:
        return Turned(_onwards(run, step, keep=code, way=option.next), option.heard)
    rest = tuple(one for one in run.picked if one != code)
    picked = rest if code in run.picked else (*run.picked, code)
    return Turned(replace(run, picked=picked), option.heard if code in picked else None)


def _back(run: Run) -> Turned | None:
    if not run.trail:
        return None
    *behind, last = run.trail
    return Turned(
        replace(run, step=last, turn=run.turn + 1, trail=tuple(behind), picked=(), timer=None)
    )


def _onwards(run: Run, step: Step, *, keep: Any = None, way: str | None = None) -> Run:
    kept = {name: value for name, value in run.kept.items() if name != step.keeps}
    if keep is not None and step.keeps:
        kept[step.keeps] = keep
    return replace(
        run,
        step=way or step.next,
        turn=run.turn + 1,
        kept=kept,
        trail=(*run.trail, step.id),
        picked=(),
        timer=None,
    )
