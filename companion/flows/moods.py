"""What a student told of their moods, for whoever asks: the picture, the letter, the next reply."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from companion.care.entries import EntryKind
from companion.language import Language
from companion.mood.moods import MOOD_STATES, Mood, MoodBody, mood_in
from companion.mood.trend import LOOKED_BACK, Dip, Trend, trend
from companion.mood.when import DAYS_BACK
from companion.mood.words import face_name, number, said_when, tag_names
from companion.store import Reading
from companion.texts import say

#: More moods than anybody tells in a quarter of a year.
_MOST: Final = 1000
_ALL: Final = 100_000
_EVER: Final = datetime(2000, 1, 1, tzinfo=UTC)
#: What a reply may know of, where the student lets us remember, and where not.
_REMEMBERED: Final = timedelta(days=7)
_THIS_TALK: Final = timedelta(hours=6)
#: The latest moods that a reply hears of.
_HEARD: Final = 4
#: A late mood may be of a day this long ago.
_TOLD_LATE: Final = timedelta(days=DAYS_BACK + 1)
#: After a dip was seen, talks are watchful this long, and no other is told of.
DIP_HOLDS: Final = timedelta(days=1)


def moods_of(
    tx: Reading, student_id: UUID, *, after: datetime, limit: int = _MOST
) -> Sequence[Mood]:
    """Return the moods since a moment, newest first."""
    entries = tx.care.entries.latest(
        student_id, EntryKind.MOOD, states=MOOD_STATES, after=after, limit=limit
    )
    return [mood for mood in map(mood_in, entries) if mood is not None]


def trend_of(tx: Reading, student_id: UUID, *, now: datetime, zone: ZoneInfo) -> Trend:
    """Return what the moods of the last months say together."""
    moods = moods_of(tx, student_id, after=now - timedelta(days=LOOKED_BACK))
    return trend(moods, now=now, zone=zone)


def exercises_of(tx: Reading, student_id: UUID, *, after: datetime) -> Sequence[datetime]:
    """Return when exercises were done to their end."""
    entries = tx.care.entries.latest(student_id, EntryKind.EXERCISE, after=after, limit=_MOST)
    return [entry.at for entry in entries]


def dip_of(tx: Reading, student_id: UUID, *, now: datetime, zone: ZoneInfo) -> Dip | None:
    """Return the fall that was seen within the last day and still stands; None without one."""
    if not dip_seen(tx, student_id, now=now):
        return None
    return trend_of(tx, student_id, now=now, zone=zone).dip


def dip_seen(tx: Reading, student_id: UUID, *, now: datetime) -> bool:
    """Whether a fall was seen, and a talk offered, within the last day."""
    entries = tx.care.entries.latest(
        student_id, EntryKind.MOOD, states=MOOD_STATES, after=now - _TOLD_LATE
    )
    return any(
        MoodBody.read(entry.body).dipped and now - entry.updated_at < DIP_HOLDS for entry in entries
    )


def recent_moods(
    tx: Reading,
    student_id: UUID,
    *,
    remembers: bool,
    now: datetime,
    zone: ZoneInfo,
    language: Language,
) -> tuple[str, ...]:
    """Return plain lines about the latest moods for a reply; a fall comes first.

    Without the consent to remember, only those of this talk.
    """
    after = now - (_REMEMBERED if remembers else _THIS_TALK)
    lines = []
    fall = dip_of(tx, student_id, now=now, zone=zone)
    if fall is not None:
        key = "recent_low" if fall.before is None else "recent_fall"
        before = "" if fall.before is None else number(fall.before)
        lines.append(
            say(f"mood.{key}", language, before=before, now=number(fall.now), days=fall.days)
        )
    for mood in moods_of(tx, student_id, after=after)[:_HEARD]:
        named = tag_names(mood.tags, language)
        lines.append(
            say(
                "mood.recent",
                language,
                when=said_when(mood, now=now, zone=zone, language=language),
                face=face_name(mood.face, language),
                number=mood.face,
                tags=say("mood.recent_tags", language, tags=named) if named else "",
            )
        )
    return tuple(lines)


def mood_lines(tx: Reading, student_id: UUID, *, zone: ZoneInfo, language: Language) -> list[str]:
    """Return every mood as a line to take along, newest first."""
    lines = []
    for mood in moods_of(tx, student_id, after=_EVER, limit=_ALL):
        local, named = mood.at.astimezone(zone), tag_names(mood.tags, language)
        moment = f"{local:%Y-%m-%d}" if mood.is_late else f"{local:%Y-%m-%d %H:%M}"
        parts = (face_name(mood.face, language), named, mood.line)
        lines.append(f"{moment}  {' · '.join(filter(None, parts))}")
    return lines
