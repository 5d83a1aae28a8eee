"""One hotline: what it is, how it is reached, when somebody picks up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from companion.language import Language
from companion.open_hours import OpenHours, Wording

#: Ways to reach a line without speaking.
_WRITTEN = ("text", "chat", "web")


class LineKind(StrEnum):
    """What a line is for."""

    EMERGENCY = "emergency"
    CRISIS = "crisis"
    YOUTH = "youth"
    CAMPUS = "campus"
    DIRECTORY = "directory"
    ABUSE = "abuse"


class ChannelType(StrEnum):
    """How a line is reached."""

    CALL = "call"
    TEXT = "text"
    CHAT = "chat"
    WEB = "web"


class LineStatus(StrEnum):
    """Whether a line may be shown."""

    ACTIVE = "active"
    STALE = "stale"  #: Past its date: shown last, with a remark.
    WITHDRAWN = "withdrawn"  #: Never shown.


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One way to reach a line."""

    type: ChannelType
    #: Digits, or an address for chat and web.
    value: str
    #: As a person reads it: "400-161-9995".
    display: str
    #: What to write in a first text message.
    keyword: str | None = None
    #: The app a chat number belongs to.
    app: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineHours:
    """When somebody picks up; neither `always` nor `weekly` means: it differs, see `text`."""

    always: bool = False
    weekly: tuple[OpenHours, ...] = ()
    timezone: ZoneInfo | None = None
    text: Wording | None = None

    def are_open(self, now: datetime) -> bool | None:
        """Whether somebody picks up now; None when nobody can say."""
        if self.always:
            return True
        if not self.weekly or self.timezone is None:
            return None
        local = now.astimezone(self.timezone)
        return any(hours.covers(local) for hours in self.weekly)

    def opens_at(self, now: datetime) -> time | None:
        """Return the next local opening time of the present day, if there is one."""
        if self.timezone is None:
            return None
        local = now.astimezone(self.timezone)
        later = [
            hours.opens
            for hours in self.weekly
            if local.isoweekday() in hours.days and hours.opens > local.time()
        ]
        return min(later, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One hotline and everything known about it."""

    id: str
    #: ISO 3166 alpha-2, "HK", "MO", "TW", "EU", or "*" for anywhere.
    country: str
    region: str | None
    name: Wording
    kind: LineKind
    channels: tuple[Channel, ...]
    #: ISO 639-1 codes of the languages spoken there.
    languages: tuple[str, ...]
    hours: LineHours
    cost: Wording | None
    operator: str
    what_happens: Wording
    source_url: str | None
    #: high, medium or low: how sure the written source makes us.
    confidence: str
    #: The day a person dialled it; None while nobody has.
    verified_at: date | None
    verified_by: str | None
    checked_at: date
    expires_at: date
    status: LineStatus
    #: What staff should know of it; None: nothing more.
    notes: Wording | None

    @property
    def may_be_dialled(self) -> bool:
        """Whether somebody may dial it to check it: an emergency number is never tried out."""
        return self.kind is not LineKind.EMERGENCY

    @property
    def dial_display(self) -> str:
        """Return the number (or address) as a person reads it."""
        return self.channels[0].display

    @property
    def call(self) -> Channel | None:
        """Return how to phone it, if it can be phoned."""
        return next((way for way in self.channels if way.type is ChannelType.CALL), None)

    @property
    def written(self) -> Channel | None:
        """Return how to reach it without speaking, if that is possible."""
        return next((way for way in self.channels if way.type.value in _WRITTEN), None)

    def speaks(self, language: Language) -> bool:
        """Whether somebody there speaks a language."""
        return language.value in self.languages

    def is_open(self, now: datetime) -> bool | None:
        """Whether somebody picks up now; None when nobody can say."""
        return self.hours.are_open(now)
