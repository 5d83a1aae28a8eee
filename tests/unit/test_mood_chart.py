"""The picture of moods: what it shows, that it can be read, and that nothing private is in it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest

from companion.language import Language
from companion.mood.chart import SPANS, Shown, chart, smoothed
from companion.mood.drawing import COLOURS, Drawing, Ink, Theme
from companion.mood.moods import Mood, Tag
from companion.mood.summary import told
from companion.mood.trend import trend
from companion.texts import wording
from infra.pictures import ResvgPainter

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"
SECRET = "只有我自己知道的一句话"


def moods(*faces, tags=(), line=""):
    return [
        Mood(at=NOW - timedelta(days=back), face=face, tags=tags, line=line)
        for back, face in enumerate(reversed(faces))
        if face is not None
    ]


def drawn(those, *, days=30, language=Language.ZH, theme=Theme.LIGHT, exercises=()):
    found = trend(those, now=NOW, zone=ZONE)
    words = told(
        those, found, exercises=exercises, days=days, now=NOW, zone=ZONE, language=language
    )
    return chart(
        Shown(
            moods=those,
            exercises=exercises,
            trend=found,
            days=days,
            now=NOW,
            zone=ZONE,
            language=language,
            theme=theme,
            told=words,
        )
    )


def parts(svg, tag, ink=""):
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    return [one for one in root.iter(SVG + tag) if ink in one.get("class", "").split() or not ink]


def words(svg):
    return [one.text for one in parts(svg, "text")]


def dots(svg):
    """The moods themselves: their edge tells them from the faces of the scale."""
    return parts(svg, "circle", "line-text")[:-1]  # the last is the legend's


def stretches(svg):
    """The lines between days; the legend's own comes last."""
    return [
        one.get("points").split()
        for one in parts(svg, "polyline", "line-line")
        if one.get("stroke-width") == "1.6"
    ][:-1]


@pytest.mark.parametrize("count", [0, 1, 5, 30, 90])
@pytest.mark.parametrize("days", SPANS)
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("theme", Theme)
def test_every_picture_is_whole_and_stays_inside_its_frame(count, days, language, theme):
    svg = drawn(
        moods(*[1 + n % 5 for n in range(count)]), days=days, language=language, theme=theme
    )

    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    _, _, width, height = map(float, root.get("viewBox").split())
    assert root.get("aria-label")
    for circle in parts(svg, "circle"):
        assert 0 <= float(circle.get("cx")) <= width
        assert 0 <= float(circle.get("cy")) <= height
    for text in parts(svg, "text"):
        assert 0 <= float(text.get("x")) <= width
        assert 0 <= float(text.get("y")) <= height
    assert len(dots(svg)) == min(count, days) if count else True


def test_each_mood_is_a_dot_at_the_height_of_its_face():
    svg = drawn(moods(1, 5), days=7)

    low, high = (float(dot.get("cy")) for dot in dots(svg))
    scale = sorted({float(one.get("cy")) for one in parts(svg, "circle") if one.get("r") == "10"})
    assert (high, low) == (scale[0], scale[-1])


def test_a_gap_interrupts_the_line():
    assert [len(stretch) for stretch in stretches(drawn(moods(3, 4, None, 2, 2, 3)))] == [2, 3]


def test_several_moods_of_a_day_are_several_dots_and_one_point_of_the_line():
    twice = [Mood(at=NOW - timedelta(hours=hours), face=face) for hours, face in ((6, 2), (1, 4))]
    svg = drawn([*twice, *moods(3, None)])

    assert len(dots(svg)) == 3
    assert [len(stretch) for stretch in stretches(svg)] == [2]


def test_sleep_and_exercises_come_first_beneath_then_what_was_named_most():
    those = [
        *moods(2, 2, tags=(Tag.SLEEP,)),
        *moods(2, 2, 2, tags=(Tag.WEATHER,)),
        *moods(2, tags=(Tag.STUDY,)),
    ]
    svg = drawn(those, exercises=[NOW])

    names = wording("mood_tags", Language.ZH)
    rows = [
        names["sleep"],
        wording("mood_chart.exercise", Language.ZH),
        names["weather"],
        names["study"],
    ]
    assert [text for text in words(svg) if text in rows] == rows
    assert len(parts(svg, "polygon", "fill-deed")) == 1


def test_the_next_days_and_a_change_are_drawn_only_where_they_are_known():
    known, unknown = drawn(moods(*[4] * 20, *[2] * 8)), drawn(moods(3, 3))

    for svg, expected in ((known, True), (unknown, False)):
        assert (wording("mood_chart.ahead", Language.ZH) in words(svg)) is expected
        assert (wording("mood_chart.change", Language.ZH) in words(svg)) is expected


def test_a_long_span_shows_weeks_instead_of_every_up_and_down():
    svg = drawn(moods(*[2, 4] * 45), days=90)

    [stretch] = stretches(svg)
    heights = [float(point.split(",")[1]) for point in stretch]
    assert max(heights) - min(heights) < 38 / 2
    assert wording("mood_chart.week", Language.ZH) in words(svg)
    assert smoothed({NOW.date(): 3.0}) == {}


def test_nothing_a_student_wrote_is_in_the_picture():
    assert SECRET not in drawn(moods(2, 3, line=SECRET))


@pytest.mark.parametrize("language", Language)
def test_without_moods_it_says_how_there_will_be_some(language):
    assert all(
        line in words(drawn([], language=language))
        for line in wording("mood_chart.nothing", language)
    )


# ------------------------------------------------------------ the same in words


@pytest.mark.parametrize("language", Language)
def test_the_words_say_what_the_picture_shows_and_fit_under_it(language):
    those = moods(*[4] * 20, *[2] * 8, tags=tuple(Tag))
    found = trend(those, now=NOW, zone=ZONE)
    text = told(those, found, exercises=[NOW], days=30, now=NOW, zone=ZONE, language=language)

    assert len(text.encode("utf-16-le")) // 2 <= 1024  # Telegram's limit for a caption
    for word in {Language.ZH: ("睡眠", "不是诊断"), Language.EN: ("sleep", "not a diagnosis")}[
        language
    ]:
        assert word in text
    assert "{" not in text


# ------------------------------------------------------------ can it be read?


def _luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return sum(share * one for share, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", Theme)
def test_text_and_marks_stand_out_from_their_ground(theme):
    colours = COLOURS[theme]
    ground = colours[Ink.GROUND]

    assert min(contrast(colours[ink], ground) for ink in (Ink.TEXT, Ink.MUTED)) >= 4.5
    assert min(contrast(colours[ink], ground) for ink in (Ink.LINE, Ink.MARK, Ink.DEED)) >= 3
    faces = [ink for ink in Ink if ink.startswith("face-")]
    assert min(contrast(colours[Ink.FEATURE], colours[ink]) for ink in faces) >= 4.5


# ------------------------------------------------------------ as PNG


def _painted(text):
    drawing = Drawing(60, Theme.LIGHT)
    drawing.words(10, 30, text, size=20)
    return ResvgPainter().png(drawing.finished(40, told="x"))


def test_the_font_has_every_letter_of_the_pictures():
    """
    A letter the font lacks is drawn as the box of a missing one, or not at all.
    """
    letters = set()
    for language in Language:
        for table in ("mood_chart", "mood_tags"):
            values = wording(table, language).items()
            texts = (text for key, text in values if not key.startswith("told"))
            letters |= {
                letter for text in texts for letter in re.sub(r"\{\w+\}", "", "".join(text))
            }
    missing = {_painted("\U0001f9ff"), _painted("")}

    assert [
        letter for letter in sorted(letters) if letter.strip() and _painted(letter) in missing
    ] == []


@pytest.mark.parametrize("theme", Theme)
def test_the_picture_is_a_sharp_png_of_sensible_size(theme):
    png = ResvgPainter().png(drawn(moods(*[1, 2, 3, 4, 5] * 6), theme=theme))

    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(png[16:20]) == 1080
    assert 10_000 < len(png) < 200_000


def test_what_is_no_drawing_is_refused():
    with pytest.raises(ValueError, match=r"."):
        ResvgPainter().png("<svg")
