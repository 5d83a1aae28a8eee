"""Which phase a timer is in: a function of the time alone, so a late look shows the right one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from companion.care.exercises import Phase, Step
from companion.care.runner import Timer
from companion.language import Language
from companion.texts import say

#: Time to settle in between the press and the first phase.
LEAD: Final = timedelta(seconds=4)


@dataclass(frozen=True, slots=True)
class Beat:
    """What a running timer shows at a moment."""

    #: None while it is about to begin.
    phase: Phase | None
    #: Counted from 1.
    round: int
    #: Until something else is to be shown.
    left: timedelta


def beat(step: Step, timer: Timer, *, now: datetime) -> Beat | None:
    """Return what is shown at a moment; None when the timer is over."""
    elapsed = now - timer.begins - LEAD
    if elapsed < timedelta():
        return Beat(None, 1, -elapsed)
    for round_ in range(1, step.rounds + 1):
        for phase in step.phases:
            span = timedelta(seconds=phase.seconds)
            if elapsed < span:
                return Beat(phase, round_, span - elapsed)
            elapsed -= span
    return None


def beat_text(step: Step, found: Beat | None, language: Language) -> str:
    """Return what a student reads at a moment of a timer."""
    if found is None:
        return say("exercise.timer_over", language)
    if found.phase is None:
        return say("exercise.timer_soon", language)
    fields = {"label": found.phase.label[language], "seconds": found.phase.seconds}
    if step.rounds == 1:
        return say("exercise.timer_phase", language, **fields)
    return say("exercise.timer_round", language, **fields, round=found.round, rounds=step.rounds)
