"""Figures for the head of the centre: how long students waited, and what is counted.

No figure stands for so few students that somebody could be recognised in it.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import Generic, TypeVar

from companion.risk import Level
from companion.staff.cases import CaseState
from companion.staff.clocks import Clocks
from companion.staff.duty import Shift

#: Groups smaller than this are not shown (staff-desk.md, D.2, 12).
SMALLEST_GROUP = 5
_UNCLAIMED = frozenset({CaseState.NEW, CaseState.NOTIFIED})
_MOST = 90  # per cent of students who waited no longer

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """When things happened in one case; nothing that tells whose it is."""

    level: Level
    state: CaseState
    opened_at: datetime
    raised_at: datetime
    claimed_at: datetime | None
    contact_at: datetime | None
    closed_at: datetime | None
    asked_for: bool = False

    def waited_for(self, step: Step) -> tuple[datetime, datetime | None]:
        """Return when the waiting began (the last rise before its end) and ended, if it did."""
        end = self.claimed_at if step is Step.CLAIM else self.contact_at
        if step is Step.CLAIM and self.state in _UNCLAIMED:
            end = None  # it was given back
        if end is None or self.raised_at <= end:
            return self.raised_at, end
        return min(self.opened_at, end), end

    def took(self, step: Step) -> timedelta | None:
        """Return how long the student waited; None while they still do, or nothing came."""
        began, ended = self.waited_for(step)
        return None if ended is None else ended - began


class Step(StrEnum):
    """What a student waits for; each level has a clock for both."""

    CLAIM = "claim"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class Coverage:
    """The stretches of time in which somebody was on duty, in order and apart."""

    spans: tuple[tuple[datetime, datetime], ...]

    @classmethod
    def of(cls, shifts: Iterable[Shift]) -> Coverage:
        """Return the time that some shift covers which lets clocks run, whoever's it is."""
        spans: list[tuple[datetime, datetime]] = []
        running = (shift for shift in shifts if shift.duty.runs_clocks)
        for shift in sorted(running, key=lambda shift: shift.starts_at):
            if spans and shift.starts_at <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(spans[-1][1], shift.ends_at))
            else:
                spans.append((shift.starts_at, shift.ends_at))
        return cls(tuple(spans))

    def between(self, starts_at: datetime, ends_at: datetime) -> timedelta:
        """Return how much of a stretch somebody was on duty."""
        inside = (min(end, ends_at) - max(start, starts_at) for start, end in self.spans)
        return sum((span for span in inside if span > timedelta(0)), timedelta(0))


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many; both None where the group is too small to be shown."""

    hits: int | None
    of: int | None

    @property
    def value(self) -> float | None:
        """The share in [0, 1]; None where there was nothing, or too little, to count."""
        return None if self.hits is None or not self.of else self.hits / self.of


@dataclass(frozen=True, slots=True)
class Wait:
    """How long a group waited; all None where the group is too small to be shown."""

    count: int | None
    median: timedelta | None
    #: Nine of ten waited no longer than this.
    most: timedelta | None


@dataclass(frozen=True, slots=True)
class Group(Generic[Key]):
    """Neighbouring parts of a whole that are counted as one."""

    keys: tuple[Key, ...]
    #: None: the whole is too small to be shown.
    count: int | None


def shown(count: int) -> int | None:
    """Return a count that may be shown: nobody, or enough to hide in."""
    return count if count == 0 or count >= SMALLEST_GROUP else None


def share(hits: int, of: int) -> Share:
    """Return a share of a group, or nothing of a group that is too small.

    What is counted is the service's work, not a trait of students: a single miss is shown.
    """
    return Share(None, None) if shown(of) is None else Share(hits, of)


def wait(spans: Iterable[timedelta | None]) -> Wait:
    """Return the middle and the ninth of ten of what is known; those who still wait are left out.

    The ninth of ten is one that occurred (nearest rank), not a value between two.
    """
    known = sorted(span for span in spans if span is not None)
    if shown(len(known)) is None:
        return Wait(None, None, None)
    if not known:
        return Wait(0, None, None)
    rank = math.ceil(len(known) * _MOST / 100)
    middle = median(span.total_seconds() for span in known)
    return Wait(len(known), timedelta(seconds=middle), known[rank - 1])


def groups(counts: Mapping[Key, int]) -> tuple[Group[Key], ...]:
    """Return the parts of a whole in their order, small ones counted together with neighbours.

    Every group is empty or large enough to hide in. Leaving small parts out instead would give
    them away: whoever knows the whole and the other parts knows what is missing.
    """
    found: list[tuple[tuple[Key, ...], int]] = []
    waiting: tuple[Key, ...] = ()
    so_far = 0
    for key, count in counts.items():
        waiting, so_far = (*waiting, key), so_far + count
        if shown(so_far) is not None:
            found.append((waiting, so_far))
            waiting, so_far = (), 0
    while waiting and found and shown(so_far) is None:
        before, count = found.pop()
        waiting, so_far = before + waiting, so_far + count
    if waiting:
        found.append((waiting, so_far))
    return tuple(Group(keys, shown(count)) for keys, count in found)


def missed(
    cases: Iterable[Times], clocks: Clocks, step: Step, *, duty: Coverage, now: datetime
) -> tuple[int, int]:
    """Return how many cases ran over a clock, and how many had to keep to it.

    Where a clock runs on duty only, the rest is not counted. A case that still waits counts as
    soon as it is late; one that was closed was looked at.
    """
    late = in_time = 0
    for case in cases:
        clock = clocks.of(case.level, asked_for=case.asked_for)
        began, ended = case.waited_for(step)
        done = ended or case.closed_at
        took = (done or now) - began
        if clock.on_duty_only:
            took = duty.between(began, done or now)
        is_late = took > (clock.acknowledge if step is Step.CLAIM else clock.contact)
        late += is_late
        in_time += done is not None and not is_late
    return late, late + in_time
