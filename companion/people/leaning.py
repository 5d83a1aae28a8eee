"""How long somebody has been at it, and whether they lean on us very much. Pure."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from itertools import pairwise
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time of use without a longer pause."""

    begun: datetime
    last: datetime

    @property
    def length(self) -> timedelta:
        """How long it has lasted."""
        return self.last - self.begun


def stretch(moments: Sequence[datetime], *, now: datetime) -> Stretch | None:
    """Return the stretch that is going on; None when the last pause is longer than one."""
    gap = timedelta(minutes=_rules()["gap_minutes"])
    begun = now
    for moment in sorted((one for one in moments if one <= now), reverse=True):
        if begun - moment > gap:
            break
        begun = moment
    return Stretch(begun, now) if begun < now else None


def leans(moments: Sequence[datetime], *, now: datetime, zone: ZoneInfo) -> bool:
    """Whether somebody was here for many hours on several of the last days."""
    rules = _rules()
    today = now.astimezone(zone).date()
    used = _used(moments, zone)
    heavy = [
        day
        for day, length in used.items()
        if length >= timedelta(hours=rules["heavy_hours"])
        and 0 <= (today - day).days < rules["of_days"]
    ]
    return len(heavy) >= rules["heavy_days"]


def looked_back() -> timedelta:
    """Return how far back moments are needed."""
    return timedelta(days=_rules()["of_days"] + 1)


def _used(moments: Sequence[datetime], zone: ZoneInfo) -> Mapping[date, timedelta]:
    gap = timedelta(minutes=_rules()["gap_minutes"])
    seconds: Counter[date] = Counter()
    for earlier, later in pairwise(sorted(moments)):
        if later - earlier <= gap:
            seconds[earlier.astimezone(zone).date()] += round((later - earlier).total_seconds())
    return {day: timedelta(seconds=count) for day, count in seconds.items()}


@cache
def _rules() -> Mapping[str, int]:
    file = resources.files("companion").joinpath("content", "leaning.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))
