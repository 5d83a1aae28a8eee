"""Scales: what answers add up to, what is never guessed, when one may be taken again."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from importlib import resources

import pytest

from companion.care.scale_file import check_scale, packaged_scales, read_scale, read_school_scale
from companion.care.scale_sheet import Deed, Sheet, new_sheet, read_reply
from companion.care.scales import Change, band_of, change, free_from, score
from companion.errors import ContentError
from companion.language import Language

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PSS_TEXT = {
    "id": "pss10",
    "question": {"zh": "过去一个月里，有多少时候……"},
    "licence": {"zh": "本校持有的许可"},
    "option": [{"value": value, "label": {"zh": f"选项{value}"}} for value in range(5)],
    "item": [{"text": {"zh": f"第{number}句"}} for number in range(1, 11)],
}


def scale(name):
    return packaged_scales()[name]


def document(name):
    file = resources.files("companion").joinpath("content", "scales", f"{name}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


# ------------------------------------------------------------ totals and bands


@pytest.mark.parametrize(
    ("name", "total", "least", "most"),
    [
        *(("phq9", total, 0, 4) for total in (0, 4)),
        *(("phq9", total, 5, 9) for total in (5, 9)),
        *(("phq9", total, 10, 14) for total in (10, 14)),
        *(("phq9", total, 15, 19) for total in (15, 19)),
        *(("phq9", total, 20, 27) for total in (20, 27)),
        *(("gad7", total, 0, 4) for total in (0, 4)),
        *(("gad7", total, 5, 9) for total in (5, 9)),
        *(("gad7", total, 10, 14) for total in (10, 14)),
        *(("gad7", total, 15, 21) for total in (15, 21)),
        *(("who5", total, 0, 28) for total in (0, 28)),
        *(("who5", total, 29, 50) for total in (32, 48)),
        *(("who5", total, 51, 100) for total in (52, 100)),
        *(("pss10", total, 0, 13) for total in (0, 13)),
        *(("pss10", total, 14, 26) for total in (14, 26)),
        *(("pss10", total, 27, 40) for total in (27, 40)),
    ],
)
def test_every_total_lies_in_the_band_of_the_manual(name, total, least, most):
    band = band_of(scale(name), total)

    assert (band.least, band.most) == (least, most)


@pytest.mark.parametrize("name", ["phq9", "gad7", "who5", "pss10"])
def test_the_lowest_and_the_highest_answers_reach_the_ends_of_the_range(name):
    asked = scale(name)
    worst = [max(asked.values)] * asked.size
    least = [min(asked.values)] * asked.size

    # Where items are turned round, the same answer to all is no end of the range.
    ends = asked.range
    turned = len(asked.reverse) * max(asked.values) * asked.multiply
    assert score(asked, worst).total == ends[1] - turned
    assert score(asked, least).total == ends[0] + turned


def test_items_that_are_put_the_other_way_are_turned_round():
    asked = scale("pss10")
    stressed = [0 if number in {4, 5, 7, 8} else 4 for number in range(1, 11)]

    assert asked.reverse == {4, 5, 7, 8}
    assert score(asked, stressed).total == 40


def test_well_being_is_counted_up_to_a_hundred():
    assert score(scale("who5"), [5, 4, 3, 2, 1]).total == 60


@pytest.mark.parametrize("name", ["phq9", "gad7", "who5", "pss10"])
def test_what_was_skipped_is_never_a_nought_and_nothing_is_added_up(name):
    asked = scale(name)
    answers = [max(asked.values)] * asked.size
    answers[1] = None

    found = score(asked, answers)

    assert (found.total, found.band, found.open) == (None, None, (2,))


def test_a_sheet_that_ends_early_is_open_to_its_end():
    assert score(scale("gad7"), [1, 1, 1, 1, 1]).open == (6, 7)


@pytest.mark.parametrize("answers", [[4] + [0] * 8, [0] * 10])
def test_answers_the_scale_does_not_know_are_refused(answers):
    with pytest.raises(ValueError, match="phq9"):
        score(scale("phq9"), answers)


# ------------------------------------------------------------ what follows from a result


@pytest.mark.parametrize(("number", "value"), [(9, 1), (9, 2), (9, 3)])
def test_any_yes_to_item_nine_rings(number, value):
    assert scale("phq9").rings(number, value)


@pytest.mark.parametrize(("number", "value"), [(9, 0), (9, None), (8, 3), (1, 3)])
def test_nothing_else_rings(number, value):
    assert not scale("phq9").rings(number, value)


@pytest.mark.parametrize(
    ("name", "total", "offered"),
    [
        ("phq9", 9, False),
        ("phq9", 10, True),
        ("gad7", 9, False),
        ("gad7", 10, True),
        ("who5", 32, False),
        ("who5", 28, True),
        ("pss10", 26, False),
        ("pss10", 27, True),
    ],
)
def test_a_person_is_offered_from_the_threshold_on(name, total, offered):
    asked = scale(name)

    assert asked.is_as_bad_as(total, asked.person_at) is offered


def test_low_well_being_leads_to_the_phq():
    other, limit = scale("who5").then

    assert other == "phq9"
    assert [scale("who5").is_as_bad_as(total, limit) for total in (48, 52)] == [True, False]


@pytest.mark.parametrize(
    ("name", "before", "now", "expected"),
    [
        ("phq9", 12, 8, Change.SAME),
        ("phq9", 12, 7, Change.BETTER),
        ("phq9", 12, 17, Change.WORSE),
        ("gad7", 10, 6, Change.BETTER),
        ("who5", 40, 48, Change.SAME),
        ("who5", 40, 52, Change.BETTER),
        ("who5", 52, 40, Change.WORSE),
        ("pss10", 10, 30, None),
    ],
)
def test_a_change_counts_only_where_it_is_more_than_chance(name, before, now, expected):
    assert change(scale(name), now, before=before) is expected


@pytest.mark.parametrize(
    ("name", "days"), [("phq9", 14), ("gad7", 14), ("who5", 14), ("pss10", 30)]
)
def test_a_scale_is_not_taken_oftener_than_it_can_tell_anything(name, days):
    assert free_from(scale(name), NOW) == NOW + timedelta(days=days)
    assert free_from(scale(name), None) is None


# ------------------------------------------------------------ the files


def test_every_scale_keeps_its_notice_and_only_the_licensed_one_has_no_text():
    for asked in packaged_scales().values():
        assert asked.source
        if asked.id == "pss10":
            assert asked.languages == frozenset()
        else:
            assert asked.languages == set(Language)
            assert all(asked.licence[language] for language in Language)
    assert "CC BY-NC-SA 3.0 IGO" in scale("who5").licence[Language.EN]
    assert (
        scale("phq9")
        .licence[Language.EN]
        .endswith("No permission required to reproduce, translate, display or distribute.")
    )


def test_a_school_brings_the_text_of_a_licensed_scale():
    brought = read_school_scale(PSS_TEXT, file="pss10.toml")

    assert brought.languages == {Language.ZH}
    assert brought.reverse == {4, 5, 7, 8}
    assert new_sheet(brought, Language.EN).language is Language.ZH


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"item": PSS_TEXT["item"][:9]}, "there are 9 [[item]]", id="items"),
        pytest.param({"option": PSS_TEXT["option"][:4]}, "must have the values", id="values"),
        pytest.param({"licence": {}}, "'licence'", id="licence"),
        pytest.param({"band": []}, "unknown key 'band'", id="our scoring"),
        pytest.param({"id": "phq9"}, "comes with Nuanyu", id="ours"),
        pytest.param({"id": "pss9"}, "'title' is missing", id="unknown"),
    ],
)
def test_a_wrong_file_of_a_school_is_told_what_is_wrong(changes, told):
    problems = check_scale({**PSS_TEXT, **changes}, file="pss10.toml")

    assert any(told in problem for problem in problems), problems
    assert all(problem.startswith("pss10.toml") for problem in problems)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"band": [{"from": 0, "to": 27, "name": {"zh": "一", "en": "a"}}]}, "'says' is missing"),
        ({"reverse": [10]}, "'reverse' must be"),
        ({"colour": "blue"}, "unknown key 'colour'"),
        ({"items": 8}, "there are 9 [[item]]"),
    ],
)
def test_a_wrong_scale_is_refused(changes, told):
    with pytest.raises(ContentError, match=told.replace("[", r"\[").replace("(", r"\(")):
        read_scale({**document("phq9"), **changes}, file="phq9.toml")


def test_bands_with_a_gap_are_refused():
    bands = document("phq9")["band"]

    with pytest.raises(ContentError, match="bands are for a total of 5"):
        read_scale({**document("phq9"), "band": [bands[0], *bands[2:]]}, file="phq9.toml")


# ------------------------------------------------------------ one sheet


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 0),
        ("4", 3),
        ("２", 1),
        ("三", 2),
        ("几乎每天", 3),
        ("好几天。", 1),
        ("跳过", Deed.SKIP),
        ("上一题", Deed.BACK),
        ("先放着", Deed.LATER),
        ("不做了", Deed.STOP),
        ("Skip", Deed.SKIP),
        ("5", None),
        ("0", None),
        ("我好累", None),
    ],
)
def test_what_is_typed_is_an_answer_a_deed_or_talk(text, expected):
    assert read_reply(text, new_sheet(scale("phq9"), Language.ZH).labels) == expected


def test_a_sheet_comes_back_as_it_was_kept():
    sheet = new_sheet(scale("who5"), Language.EN).answered(5).answered(None).answered(0)

    assert Sheet.from_json(sheet.to_json()) == sheet
    assert (sheet.number, sheet.back().number) == (4, 3)
    assert (sheet.version, sheet.language) == ("WHO-5 (1998)", Language.EN)
