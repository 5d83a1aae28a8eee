"""The zone a student's days are counted in: the one they chose, else the campus's."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from companion.campus import Campus
from companion.store import Reading


def own_zone(tx: Reading, student_id: UUID, campus: Campus) -> ZoneInfo:
    """Return the zone a student asked to be reminded in, for they live there; else the campus's."""
    wish = tx.care.nudges.wish(student_id)
    return campus.timezone if wish is None or wish.zone is None else wish.zone
