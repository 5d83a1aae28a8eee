"""What an encoder can be taught to say: the three tasks and their labels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from companion.errors import BadInput
from companion.risk.levels import Level


class Kind(StrEnum):
    """How many labels a text has."""

    SINGLE = "single"  #: Exactly one; the scores add up to 1.
    MULTI = "multi"  #: Any number; each score stands for itself.


class TaskName(StrEnum):
    """The tasks by the name a researcher types."""

    RISK = "risk"
    EMOTION = "emotion"
    DISTORTION = "distortion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing to recognise."""

    name: TaskName
    kind: Kind
    #: In the order of the model's outputs.
    labels: tuple[str, ...]
    #: The column of the corpus that holds the label, where a row has no `labels`.
    column: str
    #: Labels a student must not be missed at.
    alarms: frozenset[str] = frozenset()

    def index(self, label: str) -> int:
        """Return a label's place among the outputs; raises BadInput for a foreign label."""
        if label not in self.labels:
            raise BadInput(f"{label!r} is no label of {self.name}; known: {', '.join(self.labels)}")
        return self.labels.index(label)


TASKS = {
    TaskName.RISK: Task(
        name=TaskName.RISK,
        kind=Kind.SINGLE,
        labels=tuple(level.label for level in Level),
        column="level",
        alarms=frozenset(level.label for level in Level if level.needs_card),
    ),
    TaskName.EMOTION: Task(
        name=TaskName.EMOTION,
        kind=Kind.MULTI,
        labels=("joy", "sadness", "anger", "fear", "disgust", "surprise", "neutral"),
        column="emotions",
    ),
    TaskName.DISTORTION: Task(
        name=TaskName.DISTORTION,
        kind=Kind.SINGLE,
        labels=("none", "distortion"),
        column="distortion",
    ),
}
