"""The weekly letter, whole, as a student reads it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from companion.language import Language
from companion.mood.letter import WeekTold, weekly_letter
from companion.mood.moods import Mood, Tag

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

FULL = {
    Language.ZH: """\
这一周（11月16日到11月22日）的小结：

你记了 6 次心情，大多是“不太好”。最轻松的一天是11月17日。最难的一天是11月22日。比上一周低一点（3.5 → 2.5）。常提到的是睡眠、学业。提到睡眠的日子，心情要低一些；是不是真有关系，你最清楚。

做了 2 次练习。写了 1 篇日记。

最近几天低了不少。想说说，直接写给我；想找真人老师，发 /human。

记多记少都没关系。想看图，发 /mood chart；不想再收到，发 /remind。""",
    Language.EN: """\
Your week, 16 Nov to 22 Nov:

You noted your mood 6 times, mostly “low”. The lightest day was 17 Nov. The hardest day was 22 Nov. A little lower than the week before (3.5 → 2.5). What came up most: sleep, study. On the days you mentioned sleep, your mood was lower; whether the two have to do with each other, you know best.

Exercises done: 2. Journal pages written: 1.

The last few days have been a good deal lower. If you'd like to talk, write to me; for a person, send /human.

Much or little, both are fine. For the picture, send /mood chart; for no more letters, send /remind.""",
}


def moods(*faces, tags=None, before=0):
    tags = tags or {}
    return [
        Mood(at=NOW - timedelta(days=back + before), face=face, tags=tags.get(back, ()))
        for back, face in enumerate(reversed(faces))
        if face is not None
    ]


def week(**told):
    return WeekTold(first=date(2026, 11, 16), last=date(2026, 11, 22), now=NOW, zone=ZONE, **told)


@pytest.mark.parametrize("language", Language)
def test_a_full_week(language):
    sleep, both = (Tag.SLEEP,), (Tag.SLEEP, Tag.STUDY)
    told = week(
        moods=moods(3, 4, 3, 2, None, 2, 1, tags={3: sleep, 1: both, 0: sleep}),
        before=moods(3, 4, 3, 4, before=7),
        exercises=2,
        pages=1,
        has_dipped=True,
    )

    assert weekly_letter(told, language=language) == FULL[language]


@pytest.mark.parametrize("language", Language)
def test_nothing_told_is_no_letter(language):
    assert weekly_letter(week(before=moods(3, before=7)), language=language) is None


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    "told", [{"exercises": 1}, {"pages": 2}, {"planned": 1}, {"moods": moods(3)}]
)
def test_anything_told_or_done_is_enough(language, told):
    text = weekly_letter(week(**told), language=language)

    assert text.count("\n\n") == 2
    assert "{" not in text


@pytest.mark.parametrize("language", Language)
def test_alike_days_are_not_ranked_and_few_days_are_not_compared(language):
    text = weekly_letter(week(moods=moods(3, 3, tags={0: (Tag.SLEEP,)})), language=language)

    assert {Language.ZH: "最难", Language.EN: "hardest"}[language] not in text
    assert {Language.ZH: "要低一些", Language.EN: "was lower"}[language] not in text


@pytest.mark.parametrize("language", Language)
def test_it_neither_praises_nor_scolds(language):
    """
    No streaks, no "well done", no "only".
    """
    words = {
        Language.ZH: ("连续", "坚持", "真棒", "加油", "只记", "才记", "别忘"),
        Language.EN: ("streak", "well done", "keep it up", "only", "forgot", "in a row"),
    }

    for count in range(1, 8):
        text = weekly_letter(week(moods=moods(*[3] * count), exercises=count), language=language)
        assert [word for word in words[language] if word in text.lower()] == []
