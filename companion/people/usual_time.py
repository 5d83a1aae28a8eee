"""At which hour somebody usually writes, if there is one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from companion.people.quiet import DAY, QuietHours, minute_of

#: Fewer days with words than this say nothing.
_FEWEST_DAYS: Final = 6
#: Of so many of these days the hour must be the same, give or take half an hour.
_MOST_OF_THEM: Final = 0.6
_NEAR: Final = 30  # minutes
_STEP: Final = 10  # minutes
#: Nearer to the wished time than this is near enough.
_WORTH_SAYING: Final = 45  # minutes


def better_minute(
    times: Iterable[datetime], *, wished: int, zone: ZoneInfo, quiet: QuietHours
) -> int | None:
    """Return the local minute at which somebody usually writes, on tens of minutes.

    None when there is none, when it is quiet then, or when it is near the wished one.
    """
    minutes: dict[date, set[int]] = {}
    for at in times:
        local = at.astimezone(zone)
        minutes.setdefault(local.date(), set()).add(minute_of(local))
    if len(minutes) < _FEWEST_DAYS:
        return None
    days = {
        slot: sum(any(_apart(one, slot) <= _NEAR for one in day) for day in minutes.values())
        for slot in range(0, DAY, _STEP)
    }
    most = max(days.values())
    best = [slot for slot, count in days.items() if count == most]
    usual = best[len(best) // 2]
    is_usual = most >= _MOST_OF_THEM * len(minutes)
    if not is_usual or quiet.covers(usual) or _apart(usual, wished) < _WORTH_SAYING:
        return None
    return usual


def _apart(one: int, other: int) -> int:
    span = abs(one - other)
    return min(span, DAY - span)
