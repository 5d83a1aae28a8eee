"""The weekly letter of one student, from what stands in the rows."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from companion.care.entries import EntryKind
from companion.flows.moods import exercises_of, moods_of, trend_of
from companion.language import Language
from companion.mood.letter import WeekTold, weekly_letter
from companion.store import Reading

_DAYS = 7


def letter(
    tx: Reading, student_id: UUID, *, now: datetime, zone: ZoneInfo, language: Language
) -> str | None:
    """Return the letter about the last seven local days, today among them.

    None when nothing was told or done in them.
    """
    today = now.astimezone(zone).date()
    first = today - timedelta(days=_DAYS - 1)
    begins = datetime.combine(first, time(), tzinfo=zone)
    before = datetime.combine(first - timedelta(days=_DAYS), time(), tzinfo=zone)
    moods = moods_of(tx, student_id, after=before)
    week = WeekTold(
        first=first,
        last=today,
        moods=[mood for mood in moods if mood.at >= begins],
        before=[mood for mood in moods if mood.at < begins],
        exercises=len(exercises_of(tx, student_id, after=begins)),
        pages=len(tx.care.entries.latest(student_id, EntryKind.JOURNAL, after=begins)),
        has_dipped=trend_of(tx, student_id, now=now, zone=zone).dip is not None,
        now=now,
        zone=zone,
    )
    return weekly_letter(week, language=language)
