"""The picture in words: what stands beneath it, and what those hear who cannot see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from statistics import fmean
from zoneinfo import ZoneInfo

from companion.language import Language
from companion.mood.moods import Mood, Tag, by_day
from companion.mood.trend import Trend
from companion.mood.words import day_name, face_name, listed, number, said_when
from companion.texts import say, wording

#: Tags that are named, at most.
_MOST_TAGS = 3


def told(  # noqa: PLR0913 - what the picture itself is drawn from
    moods: Sequence[Mood],
    trend: Trend,
    *,
    exercises: Sequence[datetime] = (),
    days: int,
    now: datetime,
    zone: ZoneInfo,
    language: Language,
) -> str:
    """Say what a picture of the last days shows; plain, without judging, never a diagnosis."""
    today = now.astimezone(zone).date()
    first = today - timedelta(days=days - 1)
    moods = [mood for mood in moods if first <= mood.at.astimezone(zone).date() <= today]
    words = _Words(language, days)
    if not moods:
        return words.put("told_none")
    means = by_day(moods, zone)
    lines = [words.moods(moods, means, now=now, zone=zone), words.tags(moods, zone)]
    lines.append(words.exercises(exercises, first=first, zone=zone))
    lines.append("".join(words.trend(trend, today=today, first=first)))
    return "\n".join(filter(None, lines))


class _Words:
    """The sentences, in one language and for one span."""

    def __init__(self, language: Language, span: int) -> None:
        self._language, self._span = language, span
        self._gap = "" if language is Language.ZH else " "

    def put(self, key: str, **fields: object) -> str:
        """Return one sentence."""
        fields.setdefault("span", self._span)
        return say(f"mood_chart.{key}", self._language, **fields)

    def moods(
        self, moods: Sequence[Mood], means: dict[date, float], *, now: datetime, zone: ZoneInfo
    ) -> str:
        """Say how it was on the whole, on the best and on the worst day."""
        language = self._language
        if len(moods) == 1:
            when = said_when(moods[0], now=now, zone=zone, language=language)
            return self.put("told_once", when=when, face=face_name(moods[0].face, language))
        usual = Counter(sorted(mood.face for mood in moods)).most_common(1)[0][0]
        text = self.put(
            "told",
            days=len(means),
            mean=number(fmean(means.values())),
            face=face_name(usual, language),
        )
        # Of days that are alike, the latest is named.
        high = max(means, key=lambda day: (means[day], day))
        low = min(means, key=lambda day: (means[day], -day.toordinal()))
        if means[high] == means[low]:
            return text
        ends = self.put(
            "told_range",
            high=day_name(high, language),
            high_mean=number(means[high]),
            low=day_name(low, language),
            low_mean=number(means[low]),
        )
        return f"{text}{self._gap}{ends}"

    def tags(self, moods: Sequence[Mood], zone: ZoneInfo) -> str:
        """Say what was named most, by days."""
        pairs = {(mood.at.astimezone(zone).date(), tag) for mood in moods for tag in mood.tags}
        days = Counter(tag for _, tag in pairs)
        most = sorted(days, key=lambda tag: (-days[tag], list(Tag).index(tag)))[:_MOST_TAGS]
        names: dict[str, str] = wording("mood_tags", self._language)
        named = (self.put("told_tag", tag=names[tag], days=days[tag]) for tag in most)
        return self.put("told_tags", tags=listed(named, self._language)) if most else ""

    def exercises(self, exercises: Sequence[datetime], *, first: date, zone: ZoneInfo) -> str:
        """Say on how many days an exercise was done."""
        days = {day for at in exercises if (day := at.astimezone(zone).date()) >= first}
        return self.put("told_exercises", days=len(days)) if days else ""

    def trend(self, trend: Trend, *, today: date, first: date) -> Iterator[str]:
        """Say how the weeks compare, what changed, and what may come; each with a gap before."""
        found = []
        weeks = {week.monday: week for week in trend.weeks}
        monday = today - timedelta(days=today.weekday())
        this, last = weeks.get(monday), weeks.get(monday - timedelta(days=7))
        if this and last:
            found.append(self.put("told_weeks", now=number(this.mean), before=number(last.mean)))
        if trend.change and trend.change.day >= first:
            change = trend.change
            found.append(
                self.put(
                    "told_change",
                    day=day_name(change.day, self._language),
                    before=number(change.before),
                    after=number(change.after),
                )
            )
        if trend.forecast:
            low, high = number(trend.forecast.low), number(trend.forecast.high)
            found.append(self.put("told_ahead", low=low, high=high))
        else:
            found.append(self.put("told_missing", missing=trend.missing))
        found.append(self.put("told_no_diagnosis"))
        yield self._gap.join(found)
