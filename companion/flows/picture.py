"""Drawing what a picture shows, at the moment it is looked at or sent; nothing drawn is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from companion.campus import Campus
from companion.care.scale_chart import Course, scale_chart
from companion.flows.moods import exercises_of, moods_of
from companion.flows.own_zone import own_zone
from companion.flows.scale_ask import scales_of
from companion.flows.scale_result import course_in_words, course_of
from companion.flows.services import Services
from companion.language import Language
from companion.messages import Outbound, OutboundKind
from companion.mood.chart import SPANS, Shown, chart
from companion.mood.drawing import Theme
from companion.mood.summary import told
from companion.mood.trend import LOOKED_BACK, trend
from companion.people.student import Student
from companion.store import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whose picture is wanted, and how it should look."""

    tx: Reading
    student: Student
    #: What follows the picture's name, except the theme ("30").
    what: str
    language: Language
    theme: Theme
    zone: ZoneInfo
    campus: Campus
    now: datetime


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture, and the same in words."""

    svg: str
    told: str


def draw_moods(asked: Asked) -> Drawn:
    """Draw the moods of the last 7, 30 or 90 days."""
    days = int(asked.what) if asked.what in {str(span) for span in SPANS} else SPANS[1]
    after = asked.now - timedelta(days=LOOKED_BACK)
    moods = moods_of(asked.tx, asked.student.id, after=after)
    exercises = exercises_of(asked.tx, asked.student.id, after=after)
    found = trend(moods, now=asked.now, zone=asked.zone)
    words = told(
        moods,
        found,
        exercises=exercises,
        days=days,
        now=asked.now,
        zone=asked.zone,
        language=asked.language,
    )
    shown = Shown(
        moods=moods,
        exercises=exercises,
        trend=found,
        days=days,
        now=asked.now,
        zone=asked.zone,
        language=asked.language,
        theme=asked.theme,
        told=words,
    )
    return Drawn(chart(shown), words)


def draw_scale(asked: Asked) -> Drawn:
    """Draw the results of one scale as they were; an unknown one has none."""
    scale = scales_of(asked.campus).get(asked.what)
    if scale is None:
        return Drawn("", "")
    results = course_of(asked.tx, asked.student.id, scale, until=asked.now)
    words = course_in_words(scale, results, asked.zone)
    course = Course(
        scale=scale,
        points=[(at.astimezone(asked.zone).date(), total) for at, total in results],
        language=asked.language,
        theme=asked.theme,
        told=words,
    )
    return Drawn(scale_chart(course), words)


#: What can be drawn, by the first word of a picture.
PICTURES: Final[Mapping[str, Callable[[Asked], Drawn]]] = {"mood": draw_moods, "scale": draw_scale}


def draw_named(
    tx: Reading, student: Student, picture: str, *, campus: Campus, now: datetime
) -> Drawn | None:
    """Draw "mood 30 dark en" for a student; None where no such picture is known.

    Theme and language may be left out: light, and the student's own.
    """
    name, *rest = picture.split()
    if name not in PICTURES:
        return None
    theme = next((Theme(word) for word in rest if word in set(Theme)), Theme.LIGHT)
    language = next((Language(word) for word in rest if word in set(Language)), student.language)
    asked = Asked(
        tx=tx,
        student=student,
        what=" ".join(word for word in rest if word not in {*Theme, *Language}),
        language=language,
        theme=theme,
        zone=own_zone(tx, student.id, campus),
        campus=campus,
        now=now,
    )
    return PICTURES[name](asked)


def draw(outbound: Outbound, *, services: Services) -> str | None:
    """Draw the picture of a message as it was when it was made, as SVG; None where it has none.

    Raises UnknownRow, StoreUnavailable.
    """
    if outbound.kind is not OutboundKind.PICTURE or not outbound.picture:
        return None
    with services.store.reading() as tx:
        student = tx.students.get(outbound.student_id)
        drawn = draw_named(
            tx, student, outbound.picture, campus=services.campus, now=outbound.created_at
        )
    return None if drawn is None else drawn.svg
