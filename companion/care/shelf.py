"""Which exercises there are, and which of them fit a need at this hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from companion.campus import Campus
from companion.care.exercise_file import packaged_exercises
from companion.care.exercises import TOPICS, Effort, Exercise, by_id

#: From which local hour on, and until which, a tired reader gets the easiest first.
_NIGHT: Final = (22, 6)
_EFFORTS: Final = tuple(Effort)


def shelf(campus: Campus) -> Mapping[str, Exercise]:
    """Return every exercise by its id; a campus's own takes the place of ours."""
    return by_id([*packaged_exercises().values(), *campus.exercises])


def is_night(now: datetime, campus: Campus) -> bool:
    """Whether it is late where the campus is."""
    begins, ends = _NIGHT
    hour = now.astimezone(campus.timezone).hour
    return hour >= begins or hour < ends


def topics(exercises: Mapping[str, Exercise]) -> list[str]:
    """Return the needs that some exercise answers, the most asked for first."""
    answered = {topic for one in exercises.values() for topic in one.topics}
    return [topic for topic in TOPICS if topic in answered]


def fitting(
    exercises: Mapping[str, Exercise], topic: str, *, easy_first: bool
) -> Sequence[Exercise]:
    """Return the exercises for a need, best first; at night those that ask least."""

    def rank(one: Exercise) -> tuple[int, int, int]:
        effort = _EFFORTS.index(one.effort) if easy_first else 0
        return effort, one.topics.index(topic), one.minutes

    return sorted((one for one in exercises.values() if topic in one.topics), key=rank)


def easy(exercises: Mapping[str, Exercise]) -> Sequence[Exercise]:
    """Return what can be done in bed without writing, the shortest first."""
    low = (one for one in exercises.values() if one.effort is Effort.LOW)
    return sorted(low, key=lambda one: one.minutes)
