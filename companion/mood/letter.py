"""The weekly letter: what a student told of one week, in plain words. No praise, no counting up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import fmean
from typing import Final
from zoneinfo import ZoneInfo

from companion.language import Language
from companion.mood.moods import Mood, Tag, by_day
from companion.mood.words import day_name, face_name, number, tag_names
from companion.texts import say

#: A difference of means that is worth a word (faces).
_DIFFERENCE: Final = 0.5
#: Days with, and days without a tag, before the two are compared; and how far apart they must be.
_COMPARED: Final = 2
_APART: Final = 1.0
_MOST_TAGS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekTold:
    """What a student told, or did, in one week."""

    first: date
    last: date
    moods: Sequence[Mood] = ()
    #: The moods of the week before.
    before: Sequence[Mood] = ()
    exercises: int = 0
    pages: int = 0
    #: Things of the plan that were done.
    planned: int = 0
    #: Whether the last days fell steeply, so that a talk is offered.
    has_dipped: bool = False
    now: datetime
    zone: ZoneInfo


def weekly_letter(week: WeekTold, *, language: Language) -> str | None:
    """Return the letter; None when there is nothing to tell of."""
    if not (week.moods or week.exercises or week.pages or week.planned):
        return None
    first, last = day_name(week.first, language), day_name(week.last, language)
    done = [
        say(f"mood_letter.{key}", language, count=count)
        for key, count in (
            ("exercises", week.exercises),
            ("journal", week.pages),
            ("plan", week.planned),
        )
        if count
    ]
    gap = "" if language is Language.ZH else " "
    parts = [
        say("mood_letter.greeting", language, first=first, last=last),
        gap.join(_of_moods(week, language)),
        gap.join(done),
        say("mood_letter.dip", language) if week.has_dipped else "",
        say("mood_letter.close", language),
    ]
    return "\n\n".join(part for part in parts if part)


def _of_moods(week: WeekTold, language: Language) -> list[str]:
    moods = week.moods
    if not moods:
        return []
    if len(moods) == 1:
        return [say("mood_letter.moods_once", language, face=face_name(moods[0].face, language))]
    usual = Counter(sorted(mood.face for mood in moods)).most_common(1)[0][0]
    face = face_name(usual, language)
    lines = [say("mood_letter.moods", language, count=len(moods), face=face)]
    means = by_day(moods, week.zone)
    lines += _ends(means, language)
    lines += _compared(means, by_day(week.before, week.zone), language)
    lines += _tags(week, means, language)
    return lines


def _ends(means: Mapping[date, float], language: Language) -> list[str]:
    best = max(means, key=lambda day: (means[day], day))
    hardest = min(means, key=lambda day: (means[day], -day.toordinal()))
    if means[best] - means[hardest] < _APART:
        return []
    return [
        say("mood_letter.best", language, day=day_name(best, language)),
        say("mood_letter.hardest", language, day=day_name(hardest, language)),
    ]


def _compared(
    means: Mapping[date, float], before: Mapping[date, float], language: Language
) -> list[str]:
    if len(means) < _COMPARED or len(before) < _COMPARED:
        return []
    now, then = fmean(means.values()), fmean(before.values())
    if abs(now - then) < _DIFFERENCE:
        return [say("mood_letter.same", language)]
    key = "higher" if now > then else "lower"
    return [say(f"mood_letter.{key}", language, now=number(now), before=number(then))]


def _tags(week: WeekTold, means: Mapping[date, float], language: Language) -> list[str]:
    days: dict[Tag, set[date]] = {}
    for mood in week.moods:
        for tag in mood.tags:
            days.setdefault(tag, set()).add(mood.at.astimezone(week.zone).date())
    if not days:
        return []
    most = sorted(days, key=lambda tag: (-len(days[tag]), list(Tag).index(tag)))
    lines = [say("mood_letter.tags", language, tags=tag_names(most[:_MOST_TAGS], language))]
    for tag in most[:_MOST_TAGS]:
        with_it = [mean for day, mean in means.items() if day in days[tag]]
        without = [mean for day, mean in means.items() if day not in days[tag]]
        if min(len(with_it), len(without)) < _COMPARED:
            continue
        apart = fmean(with_it) - fmean(without)
        if abs(apart) >= _APART:
            key = "tag_lower" if apart < 0 else "tag_higher"
            return [*lines, say(f"mood_letter.{key}", language, tag=tag_names([tag], language))]
    return lines
