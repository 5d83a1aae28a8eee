"""A small plan for one week: at most three things, proposed or one's own; nothing is owed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final

#: More would be a timetable.
MOST_STEPS: Final = 3
#: The longest step in a student's own words (characters).
LONGEST_STEP: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing somebody means to do."""

    #: Stays with the step while others come and go.
    number: int
    #: As the student reads it.
    what: str = field(repr=False)
    #: Id of the exercise it is; "" for the student's own.
    exercise: str = ""
    #: Why it was proposed; "" for the student's own.
    why: str = field(default="", repr=False)
    #: ISO weekday; None: any day.
    day: int | None = None
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What somebody means to do in one week."""

    #: Its Monday, in the campus's time.
    monday: date
    agreed: bool = False
    steps: tuple[Step, ...] = ()

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Week:
        """Return what `as_json` wrote."""
        return cls(
            monday=date.fromisoformat(kept["monday"]),
            agreed=bool(kept.get("agreed")),
            steps=tuple(Step(**step) for step in kept.get("steps", ())),
        )

    def as_json(self) -> dict[str, Any]:
        """Return what an entry keeps."""
        return {
            "monday": self.monday.isoformat(),
            "agreed": self.agreed,
            "steps": [asdict(step) for step in self.steps],
        }

    @property
    def is_full(self) -> bool:
        """Whether no other step fits."""
        return len(self.steps) >= MOST_STEPS

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(days=6)

    def step(self, number: int) -> Step | None:
        """Return the step with this number."""
        return next((step for step in self.steps if step.number == number), None)

    def with_step(self, what: str, *, exercise: str = "", why: str = "") -> Week:
        """Return it with one more step; as it is when it is full, or has it already."""
        words = " ".join(what.split())[:LONGEST_STEP]
        if self.is_full or not words or any(step.what == words for step in self.steps):
            return self
        number = max((step.number for step in self.steps), default=0) + 1
        step = Step(number=number, what=words, exercise=exercise, why=why)
        return replace(self, steps=(*self.steps, step))

    def without(self, number: int) -> Week:
        """Return it without a step."""
        return replace(self, steps=tuple(one for one in self.steps if one.number != number))

    def ticked(self, number: int) -> Week:
        """Return it with a step done, or not done any more."""
        return self._with(number, lambda step: replace(step, done=not step.done))

    def moved(self, number: int, day: int) -> Week:
        """Return it with a step on another weekday."""
        return self._with(number, lambda step: replace(step, day=day))

    def _with(self, number: int, change: Any) -> Week:
        steps = (change(step) if step.number == number else step for step in self.steps)
        return replace(self, steps=tuple(steps))


def days_left(today: date) -> Sequence[int]:
    """Return the ISO weekdays from today to Sunday."""
    return range(today.isoweekday(), 8)


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())
