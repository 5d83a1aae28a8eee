"""What is said of a roster: stretches of time, gaps, people who are in two places."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from companion.language import Language
from companion.staff.duty import Duty, Gap
from companion.staff.roster import Conflict
from companion.texts import say


def gap_text(gap: Gap, *, zone: ZoneInfo, language: Language) -> str:
    """Return a warning such as "Nobody on primary: Sat 28 Nov 22:00 - Sun 29 Nov 08:00"."""
    return say(
        "roster.gap",
        language,
        duty=duty_name(gap.duty, language),
        stretch=stretch_text(gap.starts_at, gap.ends_at, zone=zone, language=language),
    )


def conflict_text(conflict: Conflict, *, name: str, zone: ZoneInfo, language: Language) -> str:
    """Return a warning that somebody is on two duties, and when."""
    one, other = conflict.first, conflict.second
    return say(
        "roster.conflict",
        language,
        name=name,
        duty=duty_name(one.duty, language),
        other=duty_name(other.duty, language),
        stretch=stretch_text(
            max(one.starts_at, other.starts_at),
            min(one.ends_at, other.ends_at),
            zone=zone,
            language=language,
        ),
    )


def duty_name(duty: Duty, language: Language) -> str:
    """Return what staff call a duty."""
    return say(f"roster.duty_{duty}", language)


def stretch_text(
    starts_at: datetime, ends_at: datetime, *, zone: ZoneInfo, language: Language
) -> str:
    """Return a stretch of time in the campus's own time; the second day only where it differs."""
    begins, ends = starts_at.astimezone(zone), ends_at.astimezone(zone)
    end = f"{ends:%H:%M}" if ends.date() == begins.date() else _moment(ends, language)
    return f"{_moment(begins, language)} – {end}"


def _moment(local: datetime, language: Language) -> str:
    weekday = say("roster.days", language).split()[local.weekday()]
    month = say("roster.months", language).split()[local.month - 1]
    return say(
        "roster.moment",
        language,
        weekday=weekday,
        month=month,
        day=local.day,
        time=f"{local:%H:%M}",
    )
