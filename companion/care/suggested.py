"""What is kept of suggestions to one student: goals, what was suggested, what never again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

#: Suggestions that are remembered; older ones have done their work.
_MOST: Final = 60
#: "Not useful" holds this long for the choice of the next one.
_LATELY: Final = timedelta(hours=36)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One suggestion that was made."""

    exercise: str
    situation: str
    at: datetime
    #: How likely it was to be chosen, for evaluation.
    propensity: float
    #: "", "begun" or "dull".
    became: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """Everything that is kept of suggestions to one student."""

    #: Whether the student was asked for goals.
    asked: bool = False
    goals: tuple[str, ...] = ()
    #: A goal in the student's own words.
    own_goal: str = field(default="", repr=False)
    never: frozenset[str] = frozenset()
    #: Oldest first.
    made: tuple[Made, ...] = ()

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Suggested:
        """Return what `as_json` wrote."""
        return cls(
            asked=bool(kept.get("asked")),
            goals=tuple(kept.get("goals", ())),
            own_goal=str(kept.get("own_goal", "")),
            never=frozenset(kept.get("never", ())),
            made=tuple(
                Made(**{**one, "at": datetime.fromisoformat(one["at"])})
                for one in kept.get("made", ())
            ),
        )

    def as_json(self) -> dict[str, Any]:
        """Return what a store keeps."""
        return {
            "asked": self.asked,
            "goals": list(self.goals),
            "own_goal": self.own_goal,
            "never": sorted(self.never),
            "made": [{**asdict(one), "at": one.at.isoformat()} for one in self.made],
        }

    def with_made(self, made: Made) -> Suggested:
        """Return it with one more suggestion; the oldest are forgotten."""
        return replace(self, made=(*self.made, made)[-_MOST:])

    def latest(self, exercise: str) -> Made | None:
        """Return the last suggestion of an exercise."""
        return next((one for one in reversed(self.made) if one.exercise == exercise), None)

    def with_became(self, exercise: str, became: str) -> Suggested:
        """Return it with what became of the last suggestion of an exercise."""
        last = self.latest(exercise)
        changed = tuple(replace(one, became=became) if one is last else one for one in self.made)
        return replace(self, made=changed)

    def seen_lately(self, now: datetime) -> frozenset[str]:
        """Return the exercises that were suggested a short while ago."""
        return frozenset(one.exercise for one in self.made if now - one.at < _LATELY)

    def dull(self, exercise: str) -> int:
        """Return how often an exercise was called not useful."""
        return sum(one.exercise == exercise and one.became == "dull" for one in self.made)
