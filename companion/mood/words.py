"""Moods, days and numbers as people say them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import reduce
from zoneinfo import ZoneInfo

from companion.language import Language
from companion.mood.moods import FACES, Mood, Tag
from companion.texts import say, wording


def face_name(face: float, language: Language) -> str:
    """Return the word for a face, or for the face next to a mean."""
    names: list[str] = wording("mood.faces", language)
    return names[min(FACES, key=lambda one: (abs(one - face), one)) - 1]


def tag_names(tags: Iterable[Tag], language: Language) -> str:
    """Return what a mood has to do with, in one phrase."""
    names: dict[str, str] = wording("mood_tags", language)
    return listed((names[tag] for tag in tags), language)


def listed(names: Iterable[str], language: Language) -> str:
    """Return several names in one phrase; "" for none."""
    several = list(names)
    if len(several) <= 1:
        return "".join(several)
    return reduce(lambda one, two: say("mood.and", language, first=one, second=two), several)


def day_name(day: date, language: Language) -> str:
    """Return a day as a label: "11月2日", "2 Nov"."""
    months: str = wording("mood_chart.months", language)
    return say("mood_chart.date", language, month=months.split()[day.month - 1], day=day.day)


def said_day(day: date, *, today: date, language: Language) -> str:
    """Return a day inside a sentence: "昨天", "on 2 Nov"."""
    if day == today - timedelta(days=1):
        return say("mood.yesterday", language)
    month: str = wording("mood_chart.months", language).split()[day.month - 1]
    return say("mood.that_day", language, month=month.removesuffix("月"), day=day.day)


def said_when(mood: Mood, *, now: datetime, zone: ZoneInfo, language: Language) -> str:
    """Return when a mood was, inside a sentence: today with its hour, else its day."""
    local, today = mood.at.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return say("mood.today", language, time=f"{local:%H:%M}")
    return said_day(local.date(), today=today, language=language)


def number(value: float) -> str:
    """Return a mean with one place, and without one that says nothing: "2.5", "4"."""
    return f"{value:.1f}".removesuffix(".0")


def bare(text: str) -> str:
    """Return a short answer without what surrounds its words, in small letters."""
    return text.strip(" \t\n.!?,;~。！？，；～…").lower()


def face_typed(text: str, language: Language) -> int | None:
    """Return the face somebody means who types instead of pressing; None for anything else."""
    said = bare(text)
    if said in {str(face) for face in FACES}:
        return int(said)
    groups: list[list[str]] = wording("mood.said", language)
    return next((face for face, words in zip(FACES, groups, strict=True) if said in words), None)
