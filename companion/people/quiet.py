"""Hours in which nobody is written to unasked, and local times as moments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from companion.errors import BadInput

#: Minutes of a day.
DAY: Final = 24 * 60
_MINUTE: Final = timedelta(minutes=1)
#: A clock is never put forward by more than a day.
_LONGEST_GAP: Final = DAY + 1


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local hours from `begins` on, `ends` not included; they may cross midnight."""

    begins: int = 0  #: Minutes after midnight.
    ends: int = 7 * 60

    def covers(self, minute: int) -> bool:
        """Whether a minute of the day is quiet."""
        if self.begins <= self.ends:
            return self.begins <= minute < self.ends
        return minute >= self.begins or minute < self.ends

    def beside(self, minute: int) -> int:
        """Return the nearest minute that is not quiet: the evening before, or the morning."""
        if not self.covers(minute):
            return minute
        since, left = (minute - self.begins) % DAY, (self.ends - minute) % DAY
        return self.ends if left <= since else (self.begins - 30) % DAY


def read_quiet_hours(text: str) -> QuietHours:
    """Read "23:00-07:00". Raises BadInput."""
    try:
        begins, ends = (
            datetime.strptime(part.strip(), "%H:%M").time()  # noqa: DTZ007 - a time of day only
            for part in text.split("-")
        )
    except ValueError:
        raise BadInput('write two times like "23:00-07:00"') from None
    if begins == ends:
        raise BadInput("quiet hours of a whole day leave no hour to write in")
    return QuietHours(minute_of(begins), minute_of(ends))


def minute_of(at: time | datetime) -> int:
    """Return the minutes after midnight of a local time."""
    return at.hour * 60 + at.minute


@lru_cache(maxsize=4096)  # a thousand students of one place wish for one hour
def moment_of(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return the moment of a local time, in UTC.

    A time that a clock change leaves out is the first minute after it; of one that comes twice
    the first is meant.
    """
    wall = datetime.combine(day, time(minute // 60, minute % 60))
    for _ in range(_LONGEST_GAP):
        moment = wall.replace(tzinfo=zone).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == wall:
            return moment
        wall += _MINUTE
    raise BadInput(f"{zone.key} has no such day")
