"""The roster as the ladder needs it, read from the rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from companion.ports import Channels
from companion.staff.ladder import Roster, Standing
from companion.staff.people import ChannelKind, Right
from companion.store import Reading

#: How far ahead the next duty is looked for.
HORIZON = timedelta(days=14)


def read_roster(
    tx: Reading, *, channels: Channels, now: datetime, since: datetime | None = None
) -> Roster:
    """Return who could be paged, now and in the coming days; with the duties since a moment."""
    begins = now if since is None else min(now, max(since, now - HORIZON))
    staff = tuple(one for one in tx.members.all() if one.may(Right.CASES))
    return Roster(
        shifts=tuple(tx.shifts.between(begins, now + HORIZON)),
        staff=staff,
        reachable=frozenset(
            one.id
            for one in staff
            if any(channels.get(way.kind) is not None for way in tx.members.channels(one.id))
        ),
        has_group=any(channels.get(kind) is not None for kind, _ in channels.campus_wide),
    )


@dataclass(frozen=True, slots=True)
class Way:
    """One channel that one page is sent over; without a person, one of the whole campus."""

    staff_id: UUID | None
    channel_id: UUID | None
    kind: ChannelKind


def ways_to(tx: Reading, standing: Standing, *, channels: Channels) -> list[Way]:
    """Return every channel of everybody who stands on a rung."""
    own = [
        Way(staff_id, way.id, way.kind)
        for staff_id in standing.staff
        for way in tx.members.channels(staff_id)
        if channels.get(way.kind) is not None
    ]
    wide = [Way(None, None, kind) for kind, _ in channels.campus_wide if standing.group]
    return [*own, *wide]
