"""The picture of a student's moods: faces by day, gaps as gaps, tags and exercises beneath."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean
from typing import Any, Final
from zoneinfo import ZoneInfo

from companion.language import Language
from companion.mood.drawing import FACE_INKS, Drawing, Ink, Stroke, Theme
from companion.mood.moods import FACES, Mood, Tag, by_day
from companion.mood.trend import AHEAD, Trend
from companion.texts import wording

#: The spans a picture can show, in days.
SPANS: Final = (7, 30, 90)
WIDTH: Final = 360.0
_LEFT, _RIGHT = 64.0, 346.0
_TOP, _STEP = 68.0, 38.0
_BOTTOM = _TOP + 4 * _STEP + 18
#: Rows of marks beneath: sleep and exercises first, then what was named most.
_ROW, _MOST_ROWS = 21.0, 5
_DOTS: Final = {7: 6.0, 30: 3.6, 90: 2.4}
_RADIUS = 10.0
#: Half a week on either side of a day, and the days in it that make a mean; the longest gap that
#: a line of such means may bridge.
_AROUND, _LEAST, _LONG_GAP = 3, 3, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a picture shows."""

    moods: Sequence[Mood]
    #: When exercises were done.
    exercises: Sequence[datetime]
    trend: Trend
    #: How many days, today the last of them.
    days: int
    now: datetime
    zone: ZoneInfo
    language: Language
    theme: Theme
    #: The picture in words, for those who cannot see it.
    told: str


def chart(shown: Shown) -> str:
    """Return the picture as SVG. It holds fixed words and numbers only, none of the student's."""
    plot = _Plot(shown)
    plot.frame()
    if plot.moods:
        plot.forecast()
        plot.change()
        plot.line()
        plot.dots()
    else:
        plot.emptiness()
    return plot.finished(plot.legend(plot.rows()))


def smoothed(means: Mapping[date, float]) -> dict[date, float]:
    """Return the mean of the week around each day, for days with enough others around them."""
    around = {
        day: [
            means[other]
            for back in range(-_AROUND, _AROUND + 1)
            if (other := day + timedelta(days=back)) in means
        ]
        for day in means
    }
    return {day: fmean(those) for day, those in around.items() if len(those) >= _LEAST}


class _Plot:
    """One picture in the making."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown
        self._words: Mapping[str, Any] = wording("mood_chart", shown.language)
        self._today = shown.now.astimezone(shown.zone).date()
        self._first = self._today - timedelta(days=shown.days - 1)
        self.moods = [one for one in shown.moods if self._has(self._day(one.at))]
        self._foreseen = AHEAD if self.moods and shown.trend.forecast else 0
        self._step = (_RIGHT - _LEFT) / (shown.days + self._foreseen)
        self._drawing = Drawing(WIDTH, shown.theme)

    # ------------------------------------------------------------ places

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._shown.zone).date()

    def _has(self, day: date) -> bool:
        return self._first <= day <= self._today

    def _x(self, day: date, part: float = 0.5) -> float:
        return _LEFT + ((day - self._first).days + part) * self._step

    @staticmethod
    def _y(face: float) -> float:
        return _TOP + (5 - face) * _STEP

    # ------------------------------------------------------------ the frame

    def frame(self) -> None:
        """Draw the title, the faces as the scale, and the days."""
        drawing, first, last = self._drawing, self._date(self._first), self._date(self._today)
        drawing.words(16, 30, self._words["title"], size=15, ink=Ink.TEXT)
        drawing.words(_RIGHT, 30, f"{first} – {last}", size=11.5, anchor="end")
        for face in FACES:
            y = self._y(face)
            drawing.line(((_LEFT, y), (_RIGHT, y)), Stroke(ink=Ink.RULE))
            drawing.face(40, y, _RADIUS, face)
        for day, label in self._marked_days():
            drawing.words(self._x(day), _BOTTOM + 13, label, anchor="middle")
            if self._shown.days > SPANS[0]:
                x = self._x(day)
                drawing.line(((x, _BOTTOM - 5), (x, _BOTTOM)), Stroke(ink=Ink.LINE))

    def _marked_days(self) -> list[tuple[date, str]]:
        every = [self._first + timedelta(days=back) for back in range(self._shown.days)]
        if self._shown.days == SPANS[0]:
            return [(day, self._words["weekdays"][day.weekday()]) for day in every]
        gap = 7 if self._shown.days == SPANS[1] else 21
        chosen = every[::-1][3::gap] if gap > SPANS[0] else every[::-1][1::gap]
        return [(day, self._date(day)) for day in reversed(chosen)]

    def _date(self, day: date) -> str:
        months = self._words["months"].split()
        text: str = self._words["date"]
        return text.format(month=months[day.month - 1], day=day.day)

    def emptiness(self) -> None:
        """Say that there is nothing yet, and how there will be."""
        middle, y = (_LEFT + _RIGHT) / 2, self._y(3)
        for line, text in enumerate(self._words["nothing"]):
            self._drawing.words(middle, y - 6 + 20 * line, text, size=12.5, anchor="middle")

    # ------------------------------------------------------------ what was told

    def line(self) -> None:
        """Draw the means of the days, or of weeks in a long span; gaps interrupt the line."""
        is_long = self._shown.days == SPANS[2]
        means = by_day(self.moods, self._shown.zone)
        if is_long:
            means = smoothed(means)
        widest = timedelta(days=_LONG_GAP if is_long else 1)
        stretch: list[tuple[float, float]] = []
        last: date | None = None
        for day, mean in means.items():
            if last is not None and day - last > widest:
                self._stretch(stretch)
                stretch = []
            stretch.append((self._x(day), self._y(mean)))
            last = day
        self._stretch(stretch)

    def _stretch(self, points: Sequence[tuple[float, float]]) -> None:
        if len(points) > 1:
            self._drawing.line(points, Stroke(ink=Ink.LINE, width=1.6))

    def dots(self) -> None:
        """Draw each mood; where there is room, at its hour."""
        radius = _DOTS[self._shown.days]
        for mood in sorted(self.moods, key=lambda one: one.at):
            local = mood.at.astimezone(self._shown.zone)
            has_hour = self._shown.days == SPANS[0] and not mood.is_late
            part = 0.15 + 0.7 * (local.hour + local.minute / 60) / 24 if has_hour else 0.5
            x, y = self._x(local.date(), part), self._y(mood.face)
            self._drawing.dot(x, y, radius, FACE_INKS[mood.face - 1], edge=Ink.TEXT)

    def change(self) -> None:
        """Draw a line where the usual mood probably changed."""
        change = self._shown.trend.change
        if change is None or not self._has(change.day):
            return
        x = self._x(change.day, 0)
        stroke = Stroke(ink=Ink.LINE, dash="3 4")
        self._drawing.line(((x, _TOP - 14), (x, _BOTTOM - 5)), stroke)

    def forecast(self) -> None:
        """Draw where the next days lie, if they go on like the last ones."""
        forecast = self._shown.trend.forecast
        if not self._foreseen or forecast is None:
            return
        x, top = self._x(self._today, 1) + 1, self._y(forecast.high)
        size = (_RIGHT - x, max(4.0, self._y(forecast.low) - top))
        self._drawing.box(x, top, size, Ink.BAND)

    # ------------------------------------------------------------ beneath

    def rows(self) -> float:
        """Draw a row of marks for sleep, exercises and the tags named most; returns its foot."""
        y = _BOTTOM + 36
        deeds = Counter(day for at in self._shown.exercises if self._has(day := self._day(at)))
        rows: list[tuple[str, set[date], Ink]] = []
        tagged = self._tagged()
        if Tag.SLEEP in tagged:
            rows.append((self._tag(Tag.SLEEP), tagged.pop(Tag.SLEEP), Ink.MARK))
        if deeds:
            rows.append((self._words["exercise"], set(deeds), Ink.DEED))
        most = sorted(tagged, key=lambda tag: (-len(tagged[tag]), list(Tag).index(tag)))
        rows += [(self._tag(tag), tagged[tag], Ink.MARK) for tag in most]
        for label, days, ink in rows[:_MOST_ROWS]:
            self._row(y, label, days, ink)
            y += _ROW
        return y

    def _row(self, y: float, label: str, days: set[date], ink: Ink) -> None:
        drawing, wide = self._drawing, min(9.0, 0.72 * self._step)
        drawing.words(_LEFT - 10, y + 4, label, anchor="end")
        drawing.line(((_LEFT, y), (_RIGHT, y)), Stroke(ink=Ink.RULE))
        for day in days:
            if ink is Ink.DEED:
                drawing.diamond(self._x(day), y, max(2.6, wide / 1.7), ink)
            else:
                drawing.box(self._x(day) - wide / 2, y - 4.5, (wide, 9), ink)

    def _tagged(self) -> dict[Tag, set[date]]:
        tagged: dict[Tag, set[date]] = {}
        for mood in self.moods:
            for tag in mood.tags:
                tagged.setdefault(tag, set()).add(self._day(mood.at))
        return tagged

    def _tag(self, tag: Tag) -> str:
        label: str = wording("mood_tags", self._shown.language)[tag]
        return label

    def legend(self, y: float) -> float:
        """Say what the shapes mean; returns the foot of the picture."""
        if not self.moods:
            return y
        x, drawing = 16.0, self._drawing
        mean = "week" if self._shown.days == SPANS[2] else "mean"
        shapes: list[tuple[str, Callable[[float], None]]] = [
            ("one", lambda at: drawing.dot(at, y, 4, Ink.FACE_3, edge=Ink.TEXT)),
            (
                mean,
                lambda at: drawing.line(
                    ((at - 6, y), (at + 6, y)), Stroke(ink=Ink.LINE, width=1.6)
                ),
            ),
        ]
        if self._foreseen:
            shapes.append(("ahead", lambda at: drawing.box(at - 6, y - 5, (12, 10), Ink.BAND)))
        change = self._shown.trend.change
        if change is not None and self._has(change.day):
            stroke = Stroke(ink=Ink.LINE, dash="3 4")
            shapes.append(("change", lambda at: drawing.line(((at, y - 6), (at, y + 6)), stroke)))
        for name, draw in shapes:
            label: str = self._words[name]
            draw(x + 6)
            drawing.words(x + 17, y + 4, label)
            x += 32 + sum(11 if letter > "\u2e80" else 5.8 for letter in label)
        return y + 22

    def finished(self, foot: float) -> str:
        """Return the SVG."""
        return self._drawing.finished(foot, told=self._shown.told)
