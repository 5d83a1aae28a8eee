"""The picture of one scale's results over time: bands as rules, each result with its day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from companion.care.scales import Scale
from companion.language import Language
from companion.mood.drawing import Drawing, Ink, Stroke, Theme

WIDTH: Final = 360.0
#: Results that a picture shows; more would not be readable on a phone.
MOST: Final = 6
_HEIGHT: Final = 270.0
_LEFT, _RIGHT = 138.0, 344.0
_TOP, _BOTTOM = 62.0, 222.0
_RADIUS: Final = 5.0
#: Name and number of a band, above the rule where it begins.
_SMALL: Final = 10.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What a picture shows: days with totals, oldest first."""

    scale: Scale
    points: Sequence[tuple[date, int]]
    language: Language
    theme: Theme
    #: The picture in words, for those who cannot see it.
    told: str


def scale_chart(course: Course) -> str:
    """Return the picture as SVG; results stand side by side, their days beneath."""
    scale, points = course.scale, course.points[-MOST:]
    drawing = Drawing(WIDTH, course.theme)
    drawing.words(16, 30, scale.short, size=15, ink=Ink.TEXT)
    for band in scale.bands:
        y = _y(scale, band.least)
        drawing.line(((_LEFT, y), (_RIGHT, y)), Stroke(ink=Ink.RULE))
        middle = (y + _y(scale, band.most)) / 2 + 4
        name = f"{band.name[course.language]} {band.least}–{band.most}"
        drawing.words(_LEFT - 8, middle, name, size=_SMALL, anchor="end")
    top = _y(scale, scale.range[1])
    drawing.line(((_LEFT, top), (_RIGHT, top)), Stroke(ink=Ink.RULE))
    places = [
        (_x(number, len(points)), _y(scale, total)) for number, (_, total) in enumerate(points)
    ]
    if len(places) > 1:
        drawing.line(places, Stroke(ink=Ink.LINE, width=1.6))
    for (x, y), (day, total) in zip(places, points, strict=True):
        drawing.dot(x, y, _RADIUS, Ink.MARK, edge=Ink.GROUND)
        drawing.words(x, y - 10, str(total), size=12, ink=Ink.TEXT, anchor="middle")
        drawing.words(x, _BOTTOM + 20, f"{day.month}/{day.day}", anchor="middle")
    return drawing.finished(_HEIGHT, told=course.told)


def _x(number: int, count: int) -> float:
    return _LEFT + (number + 0.5) * (_RIGHT - _LEFT) / max(count, 1)


def _y(scale: Scale, total: int) -> float:
    lowest, highest = scale.range
    return _BOTTOM - (total - lowest) * (_BOTTOM - _TOP) / (highest - lowest)
