"""Drills: an alarm that goes the whole way to people and concerns nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from companion.errors import BadInput
from companion.risk import Level, Subject, Verdict

#: The student that is nobody: no account, no words, one row for all drills.
NOBODY: Final = UUID("00000000-0000-4000-8000-000000000001")
#: A drill rings as loud as a case that must be claimed within minutes.
ALARM: Final = Verdict(level=Level.HIGH, subject=Subject.UNCLEAR, evidence=("drill",))
#: After this long a drill ends by itself.
LASTS: Final = timedelta(minutes=30)
#: How long after its hour a weekly drill may still begin: it lets real cases go first.
GRACE: Final = timedelta(minutes=45)

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class WeeklyDrill:
    """When a drill begins by itself, in the time of the campus."""

    #: ISO weekday, 1 = Monday … 7 = Sunday.
    day: int
    at: time

    def latest(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Return the last such moment that is not after `now`."""
        local = now.astimezone(zone)
        days_ago = timedelta(days=(local.isoweekday() - self.day) % 7)
        moment = datetime.combine(local.date() - days_ago, self.at, tzinfo=zone)
        if moment > local:
            moment = datetime.combine(moment.date() - timedelta(days=7), self.at, tzinfo=zone)
        return moment


def weekly_drill(text: str) -> WeeklyDrill | None:
    """Read "Wed 10:30", or "off" (None). Raises BadInput."""
    if text.strip().lower() == "off":
        return None
    day, _, at = text.strip().partition(" ")
    try:
        return WeeklyDrill(_DAYS.index(day.lower()) + 1, time.fromisoformat(at.strip()))
    except ValueError:
        raise BadInput('write a weekday and a time like "Wed 10:30", or "off"') from None


def is_due(
    plan: WeeklyDrill | None, *, last: datetime | None, now: datetime, zone: ZoneInfo
) -> bool:
    """Whether the weekly drill should begin now; `last` is when the last drill of any kind began.

    A drill of the same hour or later stands for it; one that was missed by more than the grace is
    left out, because nobody expects it then.
    """
    if plan is None:
        return False
    planned = plan.latest(now, zone)
    return now - planned < GRACE and (last is None or last < planned)
