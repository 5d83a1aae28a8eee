"""What is particular to one campus: its name, its region, its people on duty, its limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time
from zoneinfo import ZoneInfo

from companion.care.exercises import Exercise
from companion.care.scales import Scale
from companion.language import Language
from companion.open_hours import OpenHours, Wording
from companion.people.quiet import QuietHours
from companion.risk import Level
from companion.staff.clocks import Clocks
from companion.staff.drills import WeeklyDrill
from companion.staff.term import SpecialDays


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyLine:
    """The campus's own line: the first one a student is shown."""

    name: Wording
    phone: str
    hours: tuple[OpenHours, ...] = ()  #: Empty: always answered.

    def is_open(self, now: datetime, *, zone: ZoneInfo) -> bool:
        """Whether somebody picks up at this moment."""
        local = now.astimezone(zone)
        return not self.hours or any(hours.covers(local) for hours in self.hours)

    def hours_text(self, language: Language) -> str:
        """Return the opening hours in words, e.g. "Mon-Fri 08:00-22:00"."""
        if not self.hours:
            return _ALWAYS[language]
        return _AND[language].join(
            f"{_days(hours.days, language)} {hours.opens:%H:%M}-{hours.closes:%H:%M}"
            for hours in self.hours
        )


_ALWAYS = {Language.ZH: "全天", Language.EN: "all day, every day"}
_AND = {Language.ZH: "、", Language.EN: ", "}
_DAYS = {
    Language.ZH: ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    Language.EN: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_TO = {Language.ZH: "至", Language.EN: "-"}


def _days(days: frozenset[int], language: Language) -> str:
    names = _DAYS[language]
    first, last = min(days), max(days)
    if len(days) > 1 and days == frozenset(range(first, last + 1)):
        return f"{names[first - 1]}{_TO[language]}{names[last - 1]}"
    return _AND[language].join(names[day - 1] for day in sorted(days))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long to wait for a student's next line before answering, in seconds."""

    shortest: float = 0.6
    usual: float = 1.5
    longest: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Campus:
    """One campus. Built from `campus.toml`; the defaults are those of a fresh laptop."""

    name: Wording = field(
        default_factory=lambda: {Language.ZH: "示范大学", Language.EN: "Example University"}
    )
    #: ISO 3166 alpha-2 of the place, or "HK", "MO", "TW"; it decides the hotlines.
    region: str = "CN"
    language: Language = Language.ZH
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    #: None until the school fills it in; `nuanyu doctor` is red until then.
    duty_line: DutyLine | None = None
    #: Younger students are told kindly that they need somebody with them (years).
    minimum_age: int = 18
    pace: Pace = field(default_factory=Pace)
    #: How fast staff must answer, by level.
    clocks: Clocks = field(default_factory=Clocks)
    #: Holidays and exam weeks, for the roster.
    holidays: tuple[SpecialDays, ...] = ()
    #: When a drill goes to staff by itself; None: only when somebody starts one.
    weekly_drill: WeeklyDrill | None = None
    #: When staff are told how many students were at watch, in the campus's time; None: never.
    watch_digest: time | None = time(9)
    #: Whether a student's lines go into the private Telegram chat of the counsellor who holds the
    #: talk; else that chat only says that there is a new line at the desk.
    relay_in_telegram: bool = True
    #: From this level on an emergency contact's address is written to without a person's press
    #: (some laws order it); None: never.
    contact_automatically_at: Level | None = None
    #: Whether students also see the reason for which somebody read their talk.
    show_reading_reasons: bool = False
    #: Local hours in which nobody is written to unasked.
    quiet: QuietHours = field(default_factory=QuietHours)
    #: Minutes of continuous use after which a pause is offered, once.
    break_minutes: int = 45
    #: Days after which words are deleted.
    retention_days: int = 365
    #: Exercises the campus added, or put in the place of ours.
    exercises: tuple[Exercise, ...] = ()
    #: Scales the campus brought: its own, and ours that need a licence for their text.
    scales: tuple[Scale, ...] = ()
