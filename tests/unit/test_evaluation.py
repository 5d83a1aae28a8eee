"""The figures that say how good the screening is: known answers on hand-made rows."""

from __future__ import annotations

from functools import partial

import pytest

from companion.language import Language
from companion.risk.levels import Kind, Level, Subject, Verdict
from companion.turns import Role, Turn
from lab.corpus import Line, Part
from lab.evaluation.errors import errors
from lab.evaluation.figures import detail_of, figures_of, row_of
from lab.evaluation.groups import by_kind, by_length, by_level, by_slice, elsewhere, implicit, loud
from lab.evaluation.judged import Judged, judged
from lab.evaluation.keywords import by_keywords, has_keyword, is_loud
from lab.evaluation.metrics import (
    binary,
    calibration_error,
    f1_by_label,
    reliability,
    share,
    threshold_for,
)
from lab.evaluation.svg import Axes, bar, drawing, line


def a_line(text="今天真累", level=Level.NONE, **other):
    plain = {
        "id": f"zh98-{text}",
        "language": Language.ZH,
        "part": Part.DEV,
        "writer": "zh98",
        "subject": Subject.SELF,
        "slice": "ordinary",
        "kinds": (Kind.SUICIDE,) if level else (),
    }
    return Line(text=text, level=level, **plain | other)


def a_judged(true, said, **other):
    verdict = Verdict(level=said, score=said / 4, subject=Subject.SELF, kinds=(Kind.SUICIDE,))
    return Judged(line=a_line(level=true, **other), said=verdict, milliseconds=2.0)


# ------------------------------------------------------------ metrics


def test_recall_precision_and_f1_are_what_a_person_would_count():
    found = binary([True, True, True, False, False], [True, True, False, True, False])

    assert (found.recall.hits, found.recall.of) == (2, 3)
    assert (found.precision.hits, found.precision.of) == (2, 3)
    assert found.f1 == pytest.approx(2 / 3)


def test_intervals_hold_the_figure_and_shrink_with_more_lines():
    few, many = (binary([True] * n, [True, False] * (n // 2)).recall for n in (20, 2000))

    for one in (few, many):
        low, high = one.interval
        assert low <= one.value <= high
    assert many.interval[1] - many.interval[0] < few.interval[1] - few.interval[0]


def test_the_same_rows_give_the_same_interval():
    rows = [True, False, True], [True, True, False]

    assert binary(*rows) == binary(*rows)


def test_nothing_to_count_is_no_figure_and_no_crash():
    found = binary([], [])

    assert (found.recall.value, found.precision.value, found.f1) == (None, None, None)
    assert share([]).value is None


@pytest.mark.parametrize(
    ("chances", "true", "error"),
    [
        ([1.0, 1.0, 0.0, 0.0], [True, True, False, False], 0.0),
        ([1.0, 1.0, 0.0, 0.0], [False, False, True, True], 1.0),
        ([0.75] * 4, [True, True, True, False], 0.0),
        ([0.9, 0.9, 0.1, 0.1], [True, False, False, False], 0.25),
    ],
)
def test_calibration_error_is_how_far_chances_lie_from_what_came_true(chances, true, error):
    assert calibration_error(chances, true) == pytest.approx(error)


def test_reliability_tells_each_bin_that_has_rows():
    bins = reliability([0.05, 0.95, 0.95], [False, True, False])

    assert [count for _, _, count in bins] == [1, 2]
    assert bins[1][1] == pytest.approx(0.5)


def test_kinds_are_compared_one_by_one_and_absent_ones_left_out():
    found = f1_by_label([["a"], ["a", "b"], ["b"]], [["a"], ["b"], ["c"]], "abc")

    assert found == {"a": pytest.approx(2 / 3), "b": pytest.approx(2 / 3)}


@pytest.mark.parametrize(("raised", "count"), [(0.0, 0), (0.25, 1), (0.5, 2), (1.0, 4)])
def test_a_threshold_raises_no_more_than_allowed(raised, count):
    chances = [0.1, 0.2, 0.3, 0.4]

    at = threshold_for(chances, raised=raised)
    assert sum(chance >= at for chance in chances) == count


# ------------------------------------------------------------ the keyword list


@pytest.mark.parametrize("text", ["我想自杀", "I WANT TO DIE tonight", "活不下去了"])
def test_the_list_finds_its_words(text):
    assert by_keywords(text).level is Level.MODERATE


@pytest.mark.parametrize("text", ["东西都送出去了", "I gave my books away", ""])
def test_the_list_hears_nothing_between_the_lines(text):
    assert by_keywords(text).level is Level.NONE


def test_the_list_reads_no_history():
    before = (Turn(Role.USER, "我想自杀"),)

    assert by_keywords("嗯", history=before).level is Level.NONE


def test_a_loud_word_stands_by_itself():
    assert is_loud("笑死我了")
    assert is_loud("this deadline is killing me")
    assert not is_loud("a new diet and a skill")
    assert not has_keyword("笑死我了")


# ------------------------------------------------------------ figures and groups


@pytest.fixture
def rows():
    return [
        a_judged(Level.HIGH, Level.MODERATE, text="就这样吧", slice="implicit"),
        a_judged(Level.IMMINENT, Level.NONE, text="我想自杀", slice="explicit"),
        a_judged(Level.WATCH, Level.WATCH, text="没意思", slice="lowmood"),
        a_judged(Level.NONE, Level.MODERATE, text="笑死我了", slice="idiom"),
        a_judged(Level.NONE, Level.NONE, text="早" * 70),
    ]


def test_the_main_figures_of_a_few_lines(rows):
    found = figures_of(rows)

    assert (found.at_risk.recall.hits, found.at_risk.recall.of) == (1, 2)
    assert (found.raised.hits, found.raised.of) == (1, 2)
    assert (found.watched.hits, found.watched.of) == (1, 2)
    assert (found.grave_missed.hits, found.grave_missed.of) == (1, 2)
    assert (found.implicit.hits, found.implicit.of) == (1, 1)
    assert (found.loud.hits, found.loud.of) == (1, 1)
    assert (found.elsewhere.hits, found.elsewhere.of) == (1, 1)
    assert (found.ordinary.hits, found.ordinary.of) == (0, 1)
    assert found.median_milliseconds == 2
    assert (found.at_three_percent, found.at_five_percent) == (0.0, 0.0)


def test_screenings_are_compared_at_the_same_share_of_false_alarms():
    rows = [a_judged(Level.NONE, Level.NONE, text=f"早{number}") for number in range(19)]
    rows.append(a_judged(Level.NONE, Level.HIGH, text="笑死"))
    rows.append(a_judged(Level.HIGH, Level.WATCH, text="再见"))
    found = figures_of(rows)

    assert (found.at_three_percent, found.at_five_percent) == (0.0, 1.0)


def test_levels_subjects_and_kinds_are_asked_where_they_mean_something(rows):
    found = detail_of(rows)

    assert (found.same_level.hits, found.same_level.of) == (2, 5)
    assert (found.same_subject.hits, found.same_subject.of) == (3, 3)
    assert found.kind_f1 == {"suicide": 1.0}


def test_every_line_is_in_one_slice_one_level_and_one_length(rows):
    for cut in (by_slice, by_level, by_length):
        assert sum(len(group) for group in cut(rows).values()) == len(rows)
    assert list(by_kind(rows)) == ["suicide"]
    assert {name: len(group) for name, group in by_length(rows).items()} == {"short": 4, "long": 1}


def test_a_row_counts_those_noticed_and_those_raised(rows):
    row = row_of(rows)

    assert (row.noticed.hits, row.noticed.of, row.raised.hits, row.raised.of) == (1, 2, 1, 2)
    assert [len(one(rows)) for one in (implicit, loud, elsewhere)] == [1, 1, 1]


def test_a_screening_is_given_each_text_with_its_talk():
    before = (Turn(Role.ASSISTANT, "怎么了？"),)
    heard = []

    def screen(text, *, history=()):
        heard.append((text, history))
        return Verdict(level=Level.NONE)

    (one,) = judged([a_line("没事", history=before)], screen)
    assert heard == [("没事", before)]
    assert not one.raised


# ------------------------------------------------------------ what is shown


def test_errors_name_lines_and_quote_them_only_where_asked(rows):
    told = "\n".join(errors(rows))

    assert "missed zh98-我想自杀: is imminent, called none" in told
    assert "raised zh98-笑死我了" in told
    rows[1] = a_judged(Level.IMMINENT, Level.NONE, text="我想自杀", id="zh98-1")
    assert "我想自杀" not in "\n".join(errors(rows))
    assert "我想自杀" in "\n".join(errors(rows, with_texts=True))


def test_a_line_judged_right_is_no_error():
    assert list(errors([a_judged(Level.HIGH, Level.HIGH)])) == []


def test_plots_are_small_drawings_with_a_title():
    axes = Axes(title="a <title>", along="lines", marks=[(0.5, "half")])
    shape = partial(bar, axes, (0.1, 0.2))
    drawn = drawing(axes, [shape(0.5, "#000"), line(axes, [(0, 0), (1, 1)], "#000")], ["one"])

    assert drawn.startswith("<svg")
    assert drawn.endswith("</svg>\n")
    assert "a &lt;title&gt;" in drawn
    assert len(drawn) < 10_000
