"""Which day a student means, up to a week back."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

#: A late entry may be of one of this many days before today.
DAYS_BACK: Final = 7
_BACK: Final = {
    "today": 0, "今天": 0,
    "yesterday": 1, "昨天": 1, "昨日": 1, "昨晚": 1, "last night": 1,
    "前天": 2, "day before yesterday": 2, "the day before yesterday": 2,
    "大前天": 3,
}  # fmt: skip
_WEEKDAYS: Final = (
    ("monday", "mon", "一"),
    ("tuesday", "tue", "二"),
    ("wednesday", "wed", "三"),
    ("thursday", "thu", "四"),
    ("friday", "fri", "五"),
    ("saturday", "sat", "六"),
    ("sunday", "sun", "日", "天"),
)
_WEEKDAY = re.compile(r"^(?:last |上)?(?:(?:周|星期|礼拜)([一二三四五六日天])|([a-z]{3,9}))$")
_AGO = re.compile(r"^(\d) ?(?:天前|days? ago)$")


def day_meant(words: str, *, now: datetime, zone: ZoneInfo) -> date | None:
    """Return the day that words mean, today or one of the seven before it; None for others."""
    today = now.astimezone(zone).date()
    text = words.strip().lower()
    found = _by_name(text, today) or _by_date(text)
    if found is None or not 0 <= (today - found).days <= DAYS_BACK:
        return None
    return found


def moment_of(day: date, *, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment a mood of a day is kept at: now, or noon of a day that is over."""
    if day == now.astimezone(zone).date():
        return now
    return datetime.combine(day, time(12), tzinfo=zone)


def days_back(*, now: datetime, zone: ZoneInfo) -> tuple[date, ...]:
    """Return the days a late entry may be of, the latest first."""
    today = now.astimezone(zone).date()
    return tuple(today - timedelta(days=back) for back in range(1, DAYS_BACK + 1))


def _by_name(text: str, today: date) -> date | None:
    if text in _BACK:
        return today - timedelta(days=_BACK[text])
    if ago := _AGO.match(text):
        return today - timedelta(days=int(ago[1]))
    if named := _WEEKDAY.match(text):
        name = named[1] or named[2]
        for number, names in enumerate(_WEEKDAYS):
            if name in names:
                # The weekday of today means a week ago: for today nobody would name it.
                return today - timedelta(days=(today.weekday() - number) % 7 or 7)
    return None


def _by_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
