"""What can be counted over many cases. Drills are left out; nothing tells who is who."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from companion.risk import Level
from companion.staff.cases import Outcome
from companion.staff.figures import Times
from companion.staff.follow_ups import FollowUpState
from companion.staff.review import Fired, Judged

#: The audit log's name for a helpline that somebody dialled to check it.
CHECKED = "registry.check"


@dataclass(frozen=True, slots=True)
class Period:
    """From one moment to another, the second not included; both aware."""

    starts_at: datetime
    ends_at: datetime


class CheckResult(StrEnum):
    """What happened when somebody dialled a helpline to check it."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    WRONG = "wrong"  #: The number belongs to somebody else, or does not exist.


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The latest time somebody dialled a helpline to check it; a line of the audit log."""

    line: str
    result: CheckResult
    #: The day it was dialled.
    on: date
    #: Who dialled.
    by: UUID
    #: When this was written down.
    at: datetime


class Figures(Protocol):
    """Counts, each by one query. A case belongs to the period in which it was opened."""

    def times(self, period: Period) -> Sequence[Times]:
        """Return when things happened in the cases of a period, nothing else of them."""

    def opened(self, periods: Sequence[Period]) -> Sequence[int]:
        """Return how many cases were opened in each period."""

    def levels(self, period: Period) -> Mapping[Level, int]:
        """Count cases by their present level."""

    def outcomes(self, periods: Sequence[Period]) -> Sequence[Mapping[Outcome, int]]:
        """Count the closed cases of each period by how they ended."""

    def referred(self, periods: Sequence[Period]) -> Sequence[int]:
        """Return in how many cases of each period a message led to helplines being shown."""

    def follow_ups(self, period: Period, *, now: datetime) -> Mapping[FollowUpState, int]:
        """Count the caring contacts due in a period and before now, by how far they got."""

    def fired(self, period: Period) -> Sequence[Fired]:
        """Return the alarms of a period, those alike counted together."""

    def judged(
        self, period: Period, *, marked_only: bool = False, limit: int = 10_000
    ) -> Sequence[Judged]:
        """Return the alarms of a period that were marked, or whose case ended; newest first."""

    def checks(self) -> Sequence[Check]:
        """Return the latest check of each helpline, from the audit log."""
