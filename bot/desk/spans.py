"""How long and when, as counsellors read it at a glance."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from typing import Any

from bot.desk.words import Words

_MINUTE, _HOUR, _DAY = 60, 3600, 86400  # seconds


def span(length: timedelta, w: Words) -> str:
    """Return a stretch of time in words, e.g. "2 min"; bot/static/desk/clocks.js says the same."""
    seconds, said = max(0, int(length.total_seconds())), w["cases"]["span"]
    fields: dict[str, Any]
    if seconds < _MINUTE:
        key, fields = "seconds", {"n": seconds}
    elif seconds < _HOUR:
        key, fields = "minutes", {"n": seconds // _MINUTE}
    elif seconds < _DAY:
        key, fields = "hours", {"h": seconds // _HOUR, "m": seconds % _HOUR // _MINUTE}
    else:
        key, fields = "days", {"d": seconds // _DAY, "h": seconds % _DAY // _HOUR}
    return str(said[key]).format(**fields)


def listed(parts: Iterable[str], w: Words) -> str:
    """Return the parts that are not empty as one line."""
    comma: str = w["cases"]["comma"]
    between = comma if comma == "、" else f"{comma} "
    return between.join(part for part in parts if part)


def moment(at: datetime, *, now: datetime, zone: tzinfo) -> str:
    """Return a moment in the campus's own time: the time alone when it is today's."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    return f"{local:%m-%d %H:%M}" if local.year == today.year else f"{local:%Y-%m-%d %H:%M}"
