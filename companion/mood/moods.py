"""One mood: a face between 1 and 5, what it may have to do with, a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from companion.care.entries import Entry, EntryKind, EntryState

#: From the lowest to the highest.
FACES: Final = (1, 2, 3, 4, 5)
#: The longest line that is kept with a mood (characters).
LONGEST_LINE: Final = 500
#: The states in which an entry is a mood, if it has a face at all: a mood whose line is still
#: waited for counts already.
MOOD_STATES: Final = (EntryState.DONE, EntryState.RUNNING, EntryState.LATER)


class Tag(StrEnum):
    """What a mood may have to do with."""

    SLEEP = "sleep"
    STUDY = "study"
    PEOPLE = "people"
    FAMILY = "family"
    BODY = "body"
    MONEY = "money"
    LOVE = "love"
    FUTURE = "future"
    REST = "rest"
    WEATHER = "weather"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """How it was at one moment; complete with its face alone."""

    at: datetime
    face: int
    tags: tuple[Tag, ...] = ()
    line: str = field(default="", repr=False)
    #: Told on a later day: the hour is not known.
    is_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MoodBody:
    """What an entry holds of a mood: also of one that was asked for and not told yet."""

    #: None: asked, and not answered.
    face: int | None = None
    #: The day it is about, where that is not today.
    day: date | None = None
    tags: tuple[Tag, ...] = ()
    line: str = field(default="", repr=False)
    #: Whether the student was asked for a line and has not written it yet.
    waits_for_line: bool = False
    #: Whether a fall was seen with this mood, and a talk offered.
    dipped: bool = False

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> MoodBody:
        """Read what was kept; what a later version may have added is left aside."""
        face, day = kept.get("face"), kept.get("day")
        known = {tag.value for tag in Tag}
        return cls(
            face=face if face in FACES else None,
            day=date.fromisoformat(day) if day else None,
            tags=tuple(Tag(tag) for tag in kept.get("tags", ()) if tag in known),
            line=str(kept.get("line", "")),
            waits_for_line=bool(kept.get("waits")),
            dipped=bool(kept.get("dipped")),
        )

    def as_json(self) -> dict[str, Any]:
        """Return what is kept; what is empty is left out."""
        kept: dict[str, Any] = {
            "face": self.face,
            "day": self.day.isoformat() if self.day else None,
            "tags": [tag.value for tag in self.tags],
            "line": self.line,
            "waits": self.waits_for_line,
            "dipped": self.dipped,
        }
        return {name: value for name, value in kept.items() if value}


def mood_in(entry: Entry) -> Mood | None:
    """Return the mood an entry holds; None when it was taken back, or never told."""
    if entry.kind is not EntryKind.MOOD or entry.state not in MOOD_STATES:
        return None
    body = MoodBody.read(entry.body)
    if body.face is None:
        return None
    return Mood(
        at=entry.at,
        face=body.face,
        tags=body.tags,
        line=body.line,
        is_late=body.day is not None,
    )


def by_day(moods: Iterable[Mood], zone: ZoneInfo) -> dict[date, float]:
    """Return the mean of each local day that has a mood, oldest first."""
    faces: dict[date, list[int]] = {}
    for mood in sorted(moods, key=lambda one: one.at):
        faces.setdefault(mood.at.astimezone(zone).date(), []).append(mood.face)
    return {day: sum(those) / len(those) for day, those in faces.items()}
