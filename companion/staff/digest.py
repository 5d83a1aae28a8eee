"""The daily digest: how many students were at watch, without a name and without a small group."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from companion.errors import BadInput
from companion.staff.figures import shown

#: What one digest counts.
SPAN: Final = timedelta(hours=24)
#: A digest that could not leave for so long is left out: the next one is near.
GRACE: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class AtWatch:
    """How often one student was at watch, in the span and in the span before; no name."""

    now: int
    before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What a digest may say; None stands for a group that is too small to be shown."""

    #: Whether there is anybody at all to tell of.
    has_any: bool
    #: Students whose highest level was watch.
    students: int | None
    #: Those of them who were there more than once.
    repeated: int | None
    #: Those who were there the day before as well, and more often now.
    rising: int | None


def summed_up(students: Iterable[AtWatch]) -> Digest:
    """Return what may be said of these students.

    Neither a figure, nor what is left when one is taken from another, stands for a small group.
    """
    those = list(students)
    repeated = [one for one in those if one.now > 1]
    rising = [one for one in repeated if 0 < one.before < one.now]
    whole = shown(len(those))
    more = None if whole is None else _part(len(repeated), whole)
    of = more if more is not None else whole
    return Digest(
        has_any=bool(those),
        students=whole,
        repeated=more,
        rising=None if of is None else _part(len(rising), of),
    )


def planned(at: time, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the last moment a digest was planned for that is not after `now`."""
    local = now.astimezone(zone)
    moment = datetime.combine(local.date(), at, tzinfo=zone)
    if moment > local:
        moment = datetime.combine(local.date() - timedelta(days=1), at, tzinfo=zone)
    return moment


def read_time(text: str) -> time | None:
    """Read "09:00", or "off" (None). Raises BadInput."""
    if text.strip().lower() == "off":
        return None
    try:
        return datetime.strptime(text.strip(), "%H:%M").time()  # noqa: DTZ007 - a time of day only
    except ValueError:
        raise BadInput('write a time like "09:00", or "off"') from None


def _part(count: int, whole: int) -> int | None:
    return count if shown(count) is not None and shown(whole - count) is not None else None
