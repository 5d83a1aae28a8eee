"""Reading when somebody wants to be asked: "每天晚上十点", "周一三五 21:30", "weekdays at 9pm"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from companion.people.wishes import EVERY_DAY

WORKDAYS: Final = 0b0011111
WEEKEND: Final = 0b1100000
_NOON: Final = 12
_HOURS: Final = 24
_LAST_MINUTE: Final = 59
#: Between these minutes an hour may be one of the morning or of the evening.
_FIRST, _SURE = 60, 13 * 60
_DIGITS: Final = "零一二三四五六七八九十"
_ZH_DAYS: Final = "一二三四五六日"
_EN_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ZH_NUMBER: Final = "[零一二两三四五六七八九十]{1,3}"
_ZH_WEEK: Final = "(?:周|星期|礼拜)"
_EN_NUMBERS: Final = "one two three four five six seven eight nine ten eleven twelve".split()
_EN_DAY: Final = r"(?:mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?s?"
_HALVES: Final = {"半": 30, "一刻": 15, "三刻": 45}


@dataclass(frozen=True, slots=True)
class Wished:
    """What was said about when; None: nothing was said about it."""

    minute: int | None = None
    #: ISO weekdays as bits.
    weekdays: int | None = None
    #: Whether morning or evening was left open, and evening was taken.
    is_open: bool = False
    #: Which half of the day the words name, and whether it is the night.
    is_late: bool | None = None
    is_night: bool = False
    #: Whether it says to ask or to remind.
    asks: bool = False


def read_wished(text: str) -> Wished | None:
    """Return what a whole text says about when to ask; None when there is anything else in it."""
    rest = unicodedata.normalize("NFKC", text).strip().lower()
    said = Wished()
    while rest:
        for pattern, take in _WORDS:
            found = pattern.match(rest)
            if found is not None:
                taken = take(said, found)
                break
        else:
            return None
        if taken is None:
            return None
        said, rest = taken, rest[found.end() :]
    return None if said.minute is None and said.weekdays is None else _settled(said)


def _settled(said: Wished) -> Wished:
    """Put an hour into the half of the day that is meant; without a word for it, the later one."""
    if said.minute is None or not _FIRST <= said.minute < _SURE:
        return replace(said, is_open=False)
    hour = said.minute // 60
    if said.is_late is False:
        return replace(said, is_open=False)
    if said.is_night and hour == _NOON:
        return replace(said, minute=said.minute - _NOON * 60, is_open=False)
    is_open = said.is_open and said.is_late is None
    if (said.is_late or is_open) and hour < _NOON:
        return replace(said, minute=said.minute + _NOON * 60, is_open=is_open)
    return replace(said, is_open=False)


def _part(*, is_late: bool, is_night: bool = False) -> Callable[..., Wished]:
    return lambda said, _: replace(said, is_late=is_late, is_night=is_night or said.is_night)


def _days(weekdays: int, *, is_late: bool | None = None) -> Callable[..., Wished]:
    def take(said: Wished, _: re.Match[str]) -> Wished:
        late = said.is_late if is_late is None else is_late
        is_night = said.is_night or bool(is_late)
        either = (said.weekdays or 0) | weekdays
        return replace(said, weekdays=either, is_late=late, is_night=is_night)

    return take


def _zh_days(said: Wished, found: re.Match[str]) -> Wished:
    days = [_ZH_DAYS.index(one) for one in found[0].replace("天", "日") if one in _ZH_DAYS]
    return _named(said, days, is_range=bool(re.search("[到至-]", found[0])))


def _en_days(said: Wished, found: re.Match[str]) -> Wished:
    days = [_EN_DAYS.index(one) for one in re.findall("|".join(_EN_DAYS), found[0])]
    return _named(said, days, is_range=bool(re.search(r"to|through|-", found[0])))


def _named(said: Wished, days: list[int], *, is_range: bool) -> Wished:
    if is_range:
        first, last = days[0], days[-1]
        days = [day % 7 for day in range(first, last + (1 if last >= first else 8))]
    weekdays = sum(1 << day for day in set(days))
    return replace(said, weekdays=(said.weekdays or 0) | weekdays)


def _clock(said: Wished, found: re.Match[str]) -> Wished | None:
    return _at(said, int(found[1]), int(found[2]), is_open=False)


def _zh_clock(said: Wished, found: re.Match[str]) -> Wished | None:
    past = found[2] or ""
    minutes = _HALVES[past] if past in _HALVES else _number(past.removesuffix("分")) if past else 0
    return _at(said, _number(found[1]), minutes, is_open=True)


def _en_clock(said: Wished, found: re.Match[str]) -> Wished | None:
    hour = _EN_NUMBERS.index(found[1]) + 1 if found[1] in _EN_NUMBERS else int(found[1])
    half = (found[3] or "").replace(".", "")
    if half:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if half == "pm" else 0)
    return _at(said, hour, int(found[2] or 0), is_open=not half)


def _at(said: Wished, hour: int, minute: int, *, is_open: bool) -> Wished | None:
    if said.minute is not None or not 0 <= hour <= _HOURS or not 0 <= minute <= _LAST_MINUTE:
        return None
    return replace(said, minute=hour % _HOURS * 60 + minute, is_open=is_open)


def _number(digits: str) -> int:
    if digits.isdecimal():
        return int(digits)
    tens, ten, ones = digits.replace("两", "二").rpartition("十")
    value = _DIGITS.index(ones) if len(ones) == 1 else 0
    return value + (10 * (_DIGITS.index(tens) if tens else 1) if ten else 0)


def _ask(said: Wished, _: re.Match[str]) -> Wished:
    return replace(said, asks=True)


def _noon(said: Wished, _: re.Match[str]) -> Wished | None:
    return _at(said, _NOON, 0, is_open=False)


def _nothing(said: Wished, _: re.Match[str]) -> Wished:
    return said


_ZH_CLOCK: Final = (
    rf"(\d{{1,2}}|{_ZH_NUMBER})\s*点(?:钟|整)?"
    rf"(半|一刻|三刻|\d{{1,2}}分?|{_ZH_NUMBER}分?)?"
)
_EN_CLOCK: Final = (
    rf"(\d{{1,2}}|{'|'.join(_EN_NUMBERS)})(?:[:.](\d{{2}}))?"
    r"\s*(?:o'clock)?\s*([ap]\.?m\.?)?(?!\w)"
)
_ZH_WEEKDAYS: Final = (
    rf"每?{_ZH_WEEK}[一二三四五六日天](?:[、,和到至-]?{_ZH_WEEK}?[一二三四五六日天])*"
)
_EN_WEEKDAYS: Final = (
    rf"(?:every |on )?{_EN_DAY}"
    rf"(?:(?:\s*(?:,|and|&|to|through|-)\s*(?:and )?|\s+){_EN_DAY})*\b"
)
_NIGHT: Final = r"晚上|夜里|夜晚|晚间|睡前|晚|(?:in the |at )?(?:evening|night)"
_ASKING: Final = r"提醒我?|问问?我?|叫我|(?:remind|ask|nudge) me|check (?:in|on)(?: with)?(?: me)?"
_ZH_FILLERS: Final = (
    r"\W+|的|在|请|吧|来|都|再|就|那|你|可以|麻烦|帮我|心情|一下|一声|一次|时候"
    r"|改成|改到|换成|换到|钟|打卡"
)
_EN_FILLERS: Final = (
    r"(?:please|at|on|around|about|every|and|to|can you|could you|(?:about )?my mood"
    r"|how (?:i am|i'm|i feel|i'm doing|i'm feeling))\b"
)
_WORDS: Final[tuple[tuple[re.Pattern[str], Callable[..., Wished | None]], ...]] = tuple(
    (re.compile(pattern), take)
    for pattern, take in (
        (r"(\d{1,2})[:：](\d{2})(?!\d)(?!\s*[ap]\.?m)", _clock),
        (_ZH_CLOCK, _zh_clock),
        (_EN_CLOCK, _en_clock),
        (r"noon|midday", _noon),
        (r"每晚|每天晚上|every (?:night|evening)|nightly", _days(EVERY_DAY, is_late=True)),
        (r"每早|every morning", _days(EVERY_DAY, is_late=False)),
        (r"每天|每日|天天|every ?day|daily|each day", _days(EVERY_DAY)),
        (r"工作日|(?:on |every )?weekdays?|(?:on )?workdays", _days(WORKDAYS)),
        (r"周末|(?:on |at )?(?:the )?weekends?", _days(WEEKEND)),
        (_ZH_WEEKDAYS, _zh_days),
        (_EN_WEEKDAYS, _en_days),
        (r"凌晨|早上|早晨|清晨|上午|早|in the morning", _part(is_late=False)),
        (r"中午|下午|傍晚|(?:in the )?afternoon", _part(is_late=True)),
        (_NIGHT, _part(is_late=True, is_night=True)),
        (_ASKING, _ask),
        (_ZH_FILLERS, _nothing),
        (_EN_FILLERS, _nothing),
    )
)
