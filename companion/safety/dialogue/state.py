"""Where a student is in the safety dialogue: small, frozen, and the same after a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from companion.risk import Level
from companion.safety.dialogue.branches import Branch

#: An answer that could not be read: it is not guessed.
UNREAD: Final = "unread"
REFUSED: Final = "refuse"
#: Own words were kept for the safety plan.
KEPT: Final = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One safety talk with one student."""

    branch: Branch
    #: The highest level this talk has reached; it never falls.
    level: Level
    started_at: datetime
    updated_at: datetime
    #: Steps in the order they were asked. None is ever asked twice.
    asked: tuple[str, ...] = ()
    #: The step whose answer is awaited; None: nothing is asked at the moment.
    pending: str | None = None
    #: What was answered: the code by step.
    answers: Mapping[str, str] = field(default_factory=dict)
    #: Refusals one after the other.
    refusals: int = 0
    #: How often each pool of wordings was drawn from, so that none comes twice in a row.
    drawn: Mapping[str, int] = field(default_factory=dict)
    #: How many safety talks there were before: another talk gets other wordings.
    round: int = 0
    #: Texts since the emergency number was last named.
    since_urgent: int = 0

    @property
    def is_asking(self) -> bool:
        """Whether an answer is awaited: then the student's words belong to this talk."""
        return self.pending is not None

    def draw(self, pool: str, size: int) -> tuple[int, State]:
        """Return the next place in a pool of wordings, and the state that remembers it."""
        number = self.drawn.get(pool, 0)
        place = (number + self.round) % size
        return place, replace(self, drawn={**self.drawn, pool: number + 1})

    def answered(self, step: str, code: str) -> State:
        """Return the state with one answer; no other is awaited until something is asked."""
        asked = self.asked if step in self.asked else (*self.asked, step)
        return replace(self, answers={**self.answers, step: code}, asked=asked, pending=None)

    def to_json(self) -> dict[str, Any]:
        """Return what a store keeps; `from_json` makes the same state of it."""
        return {
            "branch": self.branch.value,
            "level": int(self.level),
            "started_at": self.started_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
            "asked": list(self.asked),
            "pending": self.pending,
            "answers": dict(self.answers),
            "refusals": self.refusals,
            "drawn": dict(self.drawn),
            "round": self.round,
            "since_urgent": self.since_urgent,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> State:
        """Return a kept state. Raises KeyError or ValueError for anything else."""
        return cls(
            branch=Branch(kept["branch"]),
            level=Level(kept["level"]),
            started_at=datetime.fromisoformat(kept["started_at"]),
            updated_at=datetime.fromisoformat(kept["updated_at"]),
            asked=tuple(kept["asked"]),
            pending=kept["pending"],
            answers=dict(kept["answers"]),
            refusals=kept["refusals"],
            drawn=dict(kept["drawn"]),
            round=kept["round"],
            since_urgent=kept["since_urgent"],
        )
