"""Who is on duty when: shifts, the rungs of the ladder, and gaps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Duty(StrEnum):
    """What a shift is for; also the rungs of the ladder, in this order."""

    PRIMARY = "primary"
    BACKUP = "backup"
    SUPERVISOR = "supervisor"

    @property
    def runs_clocks(self) -> bool:
        """Whether clocks that wait for somebody on duty run: a supervisor is the next rung only."""
        return self is not Duty.SUPERVISOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One person on duty from one moment to another (aware, `ends_at` not included)."""

    id: UUID
    staff_id: UUID
    duty: Duty
    starts_at: datetime
    ends_at: datetime
    note: str = ""

    def covers(self, at: datetime) -> bool:
        """Whether this shift runs at a moment."""
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time without anybody on a duty."""

    duty: Duty
    starts_at: datetime
    ends_at: datetime


def on_duty(shifts: Iterable[Shift], at: datetime, *, duty: Duty) -> tuple[UUID, ...]:
    """Return who is on a duty at a moment, in the order the shifts began."""
    running = sorted(
        (shift for shift in shifts if shift.duty is duty and shift.covers(at)),
        key=lambda shift: (shift.starts_at, str(shift.id)),
    )
    return tuple(dict.fromkeys(shift.staff_id for shift in running))


def next_start(shifts: Iterable[Shift], after: datetime, *, duty: Duty) -> datetime | None:
    """Return when somebody is next on a duty; `after` itself when somebody is now."""
    if on_duty(shifts := tuple(shifts), after, duty=duty):
        return after
    coming = [shift.starts_at for shift in shifts if shift.duty is duty and shift.starts_at > after]
    return min(coming, default=None)


def gaps(
    shifts: Sequence[Shift], *, duty: Duty, starts_at: datetime, ends_at: datetime
) -> tuple[Gap, ...]:
    """Return the stretches between two moments in which nobody is on a duty."""
    found, reached = [], starts_at
    for shift in sorted(shifts, key=lambda shift: shift.starts_at):
        if shift.duty is not duty or shift.ends_at <= reached:
            continue
        if shift.starts_at >= ends_at:
            break
        if shift.starts_at > reached:
            found.append(Gap(duty, reached, shift.starts_at))
        reached = shift.ends_at
    if reached < ends_at:
        found.append(Gap(duty, reached, ends_at))
    return tuple(found)
