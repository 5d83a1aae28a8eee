"""What moods of some weeks say together: weeks, a change, a fall, the next days. No diagnosis.

Every number here comes from days, not from single moods: a day's value is the mean of what was
told on it, a day without a mood is a gap and counts nowhere. Nothing here is validated
clinically. It decides two things: what is said about a picture, and whether a talk is offered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import NormalDist, fmean, median, median_high
from typing import Final
from zoneinfo import ZoneInfo

from companion.mood.levels import Run, ahead, runs
from companion.mood.moods import Mood, by_day

#: How far back a trend looks (days).
LOOKED_BACK: Final = 90
#: Days with a mood, of the last four weeks, that a forecast needs.
NEEDED: Final = 10
_RECENT: Final = 28
#: How many days are forecast, and how often a day should lie inside the interval.
AHEAD: Final = 3
SURE: Final = 0.8
#: A change is told when its chance, its size and the days on both sides are at least these.
_CHANGE_CHANCE: Final = 0.7
_CHANGE_SIZE: Final = 0.75
_CHANGE_DAYS: Final = 4
#: The change is looked for this many days around its likeliest day.
_AROUND: Final = 2
_LOWEST, _HIGHEST = 1.0, 5.0


@dataclass(frozen=True, slots=True)
class Week:
    """One week of days, Monday to Sunday."""

    monday: date
    mean: float
    #: Days with a mood.
    days: int


@dataclass(frozen=True, slots=True)
class Change:
    """The day on which the usual mood probably changed, and what it was before and after."""

    day: date
    before: float
    after: float
    chance: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """The next days, if they go on like the last ones: four of five should lie in between."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Dip:
    """A steep fall, or days that are all very low; it raises watch and offers a talk."""

    #: What was usual before; None where the days are low without any that were better.
    before: float | None
    now: float
    #: From the last usual day to the latest one.
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """What moods of some weeks say together."""

    #: Days with a mood.
    days: int
    weeks: tuple[Week, ...]
    change: Change | None
    #: None while there are too few days.
    forecast: Forecast | None
    #: Days that are missing before anything can be said of the next ones.
    missing: int
    dip: Dip | None


def trend(moods: Sequence[Mood], *, now: datetime, zone: ZoneInfo) -> Trend:
    """Return what moods say together; a day is a local day of `zone`, whatever its length."""
    today = now.astimezone(zone).date()
    first = today - timedelta(days=LOOKED_BACK - 1)
    days = {day: mean for day, mean in by_day(moods, zone).items() if first <= day <= today}
    known = runs(list(days.values()))
    recent = sum(1 for day in days if day > today - timedelta(days=_RECENT))
    missing = max(0, NEEDED - recent)
    return Trend(
        days=len(days),
        weeks=_weeks(days),
        change=_change(days, known),
        forecast=None if missing else _forecast(known, since=(today - max(days)).days),
        missing=missing,
        dip=dip(days, today=today),
    )


def _weeks(days: Mapping[date, float]) -> tuple[Week, ...]:
    weeks: dict[date, list[float]] = {}
    for day, mean in days.items():
        weeks.setdefault(day - timedelta(days=day.weekday()), []).append(mean)
    return tuple(Week(monday, fmean(means), len(means)) for monday, means in weeks.items())


def _change(days: Mapping[date, float], known: Sequence[Run]) -> Change | None:
    """Return the latest change of level that is likely, large and long enough to be told."""
    dates, values = list(days), list(days.values())
    possible = [run for run in known if _CHANGE_DAYS <= run.length <= len(values) - _CHANGE_DAYS]
    if not possible:
        return None
    likeliest = max(possible, key=lambda run: run.chance)
    length = likeliest.length
    chance = sum(run.chance for run in possible if abs(run.length - length) <= _AROUND)
    before = _level_before(values[:-length])
    after = fmean(values[-length:])
    if chance < _CHANGE_CHANCE or abs(after - before) < _CHANGE_SIZE:
        return None
    return Change(dates[-length], before, after, chance)


def _level_before(values: Sequence[float]) -> float:
    """Return the level that stood last, as old as it most probably was."""
    likeliest = max(runs(values), key=lambda run: run.chance)
    return fmean(values[-max(likeliest.length, _CHANGE_DAYS) :])


def _forecast(known: Sequence[Run], *, since: int) -> Forecast:
    """Return where the next days lie; `since`: how many days ago the last mood was told."""
    width = NormalDist().inv_cdf((1 + SURE) / 2)
    mean, spread = ahead(known, days=since + AHEAD)
    return Forecast(
        low=max(_LOWEST, mean - width * spread),
        high=min(_HIGHEST, mean + width * spread),
    )


# ------------------------------------------------------------ the fall

#: The last days, and the three weeks before them that tell what is usual. Of the last days at
#: least two must be low, so that no single bad day is a fall; the median of the usual days is one
#: that no single day can move. This rule is ours and not validated.
_LAST: Final = 4
_LAST_DAYS: Final = (2, 3)
_USUAL: Final = 21
_USUAL_DAYS: Final = 4
#: A fall is at least so many faces, down to at most this, and more than the usual scatter: the
#: median and the median absolute deviation, as in a robust control chart (Hampel, 1974, "The
#: influence curve and its role in robust estimation").
_FALL: Final = 1.5
_FALL_TO: Final = 2.5
_SCATTERS: Final = 2.0
_AS_SIGMA: Final = 1.4826
#: Days that are all very low need no better days before them.
_LOW: Final = 1.5
_LOW_DAYS: Final = 3
_LOW_WITHIN: Final = 5


def dip(days: Mapping[date, float], *, today: date) -> Dip | None:
    """Return a steep fall or a stretch of very low days that ends now; None without one."""
    last = _between(days, today - timedelta(days=_LAST - 1), today)
    usual = _between(
        days, today - timedelta(days=_LAST + _USUAL - 1), today - timedelta(days=_LAST)
    )
    fewest, most = _LAST_DAYS
    if len(last) >= fewest and len(usual) >= _USUAL_DAYS:
        before, now = median(usual.values()), median_high(list(last.values())[-most:])
        scatter = _AS_SIGMA * median(abs(value - before) for value in usual.values())
        if now <= _FALL_TO and before - now >= max(_FALL, _SCATTERS * scatter):
            fell = max(day for day, value in (usual | last).items() if value >= before)
            return Dip(before, now, (max(last) - fell).days)
    low = _between(days, today - timedelta(days=_LOW_WITHIN - 1), today)
    if len(low) >= _LOW_DAYS and max(low.values()) <= _LOW:
        return Dip(None, median(low.values()), (max(low) - min(low)).days + 1)
    return None


def _between(days: Mapping[date, float], first: date, last: date) -> dict[date, float]:
    return {day: value for day, value in days.items() if first <= day <= last}
