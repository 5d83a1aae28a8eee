"""The part of an export that is about being asked and reminded."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from companion.flows.nudge_text import clock
from companion.store import Reading


def nudges_as_data(tx: Reading, student_id: UUID) -> dict[str, Any] | None:
    """Return when the student wants to be asked, and of what reminded; None when of nothing."""
    wish = tx.care.nudges.wish(student_id)
    if wish is None:
        return None
    return {
        "time": None if wish.minute is None else clock(wish.minute),
        "zone": wish.zone.key if wish.zone else None,
        "weekdays": _days(wish.weekdays),
        "letter_on": wish.letter_day if wish.letter else None,
        "rhythm": wish.rhythm.value,
        "unanswered": wish.ignored,
        "last_asked_at": wish.last_at.isoformat() if wish.last_at else None,
        "reminders": [
            {
                "what": one.what,
                "time": clock(one.pattern.minute),
                "weekdays": _days(one.pattern.weekdays),
                "until": one.pattern.until.isoformat() if one.pattern.until else None,
            }
            for one in tx.care.reminders.of_student(student_id)
        ],
    }


def _days(weekdays: int) -> list[int]:
    """Return ISO weekdays, 1 = Monday."""
    return [day for day in range(1, 8) if weekdays >> day - 1 & 1]
