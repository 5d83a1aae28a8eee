"""What can be asked of safety talks and safety plans; the adapters are in infra/store."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from companion.safety.dialogue.state import State
from companion.safety.plan import SafetyPlan


class SafetyTalks(Protocol):
    """Where students are in the safety dialogue: one talk each, the latest."""

    def get(self, student_id: UUID) -> State | None:
        """Return the talk that runs; None when there is none, or it has ended."""

    def latest(self, student_id: UUID) -> State | None:
        """Return the latest talk, ended or not; None when there never was one."""

    def put(self, student_id: UUID, state: State) -> None:
        """Keep where a talk is; it runs."""

    def end(self, student_id: UUID, *, now: datetime) -> bool:
        """End the talk that runs; False when there is none. Its answers are dropped."""


class SafetyPlans(Protocol):
    """What students wrote down for a bad hour: theirs to change, to share and to erase."""

    def get(self, student_id: UUID) -> SafetyPlan | None:
        """Return the plan; None when nothing was written."""

    def put(self, student_id: UUID, plan: SafetyPlan, *, now: datetime) -> None:
        """Keep the plan instead of the one before."""

    def share(self, student_id: UUID, *, shared: bool, now: datetime) -> bool:
        """Let staff see it, or no longer; False when there is none."""

    def drop(self, student_id: UUID) -> bool:
        """Erase it; False when there is none."""


class Safety(Protocol):
    """What is kept for a student at risk."""

    @property
    def talks(self) -> SafetyTalks:
        """The safety dialogue."""

    @property
    def plans(self) -> SafetyPlans:
        """The safety plans."""
