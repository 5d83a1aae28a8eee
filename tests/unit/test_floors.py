"""No change to a phrase or a model makes the screening worse unseen."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from itertools import product

import pytest
from typer import Typer
from typer.testing import CliRunner

from companion.errors import ContentError, NuanyuError
from companion.language import Language
from companion.risk.by_phrases import by_phrases
from companion.risk.levels import Level, Verdict
from lab.corpus import Part, load
from lab.evaluation import commands, floors
from lab.evaluation.floors import counts, read, shortfalls, write
from lab.evaluation.judged import judged
from lab.evaluation.keywords import by_keywords
from lab.evaluation.metrics import Share
from tests.house.tree import ROOT

ZH = Language.ZH


def quiet(text, *, history=()):
    return Verdict(level=Level.NONE)


def raising(text, *, history=()):
    return Verdict(level=Level.MODERATE)


@pytest.fixture(scope="module")
def by_rules():
    """The development part as the phrases judge it: quick, and good enough to get worse."""
    return {language: judged(load(language, Part.DEV), by_phrases) for language in Language}


# ------------------------------------------------------------ on the development part


@pytest.mark.slow
def test_what_ships_holds_its_floors():
    """As `make check` asks."""
    one_thread = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    asked = [sys.executable, "-m", "lab", "floors"]
    shown = subprocess.run(
        asked, cwd=ROOT, env=one_thread, capture_output=True, text=True, check=False
    )

    assert shown.returncode == 0, shown.stdout + shown.stderr


@pytest.mark.parametrize(
    ("language", "screening"), list(product(Language, [quiet, raising, by_keywords]))
)
def test_a_worse_screening_is_told_apart(language, screening):
    now = counts(judged(load(language, Part.DEV), screening))

    assert len(list(shortfalls(now, read()[language], language))) > 3


@pytest.mark.parametrize("language", Language)
def test_two_students_fewer_are_told_apart(by_rules, language):
    """As when a phrase is taken out of its file, or a model is trained with less."""
    rows = list(by_rules[language])
    heard = [place for place, one in enumerate(rows) if one.is_at_risk and one.raised][:2]
    for place in heard:
        rows[place] = replace(rows[place], said=quiet(""))

    assert any(f"{language} every line: noticed" in line for line in told(rows, by_rules, language))


@pytest.mark.parametrize("language", Language)
def test_one_false_alarm_more_is_told_apart(by_rules, language):
    rows = list(by_rules[language])
    place = next(place for place, one in enumerate(rows) if one.is_harmless and not one.raised)
    rows[place] = replace(rows[place], said=raising(""))

    assert any(f"{language} every line: raised" in line for line in told(rows, by_rules, language))


def test_a_phrase_file_that_lost_its_phrases_is_told_apart(by_rules, monkeypatch):
    monkeypatch.setattr("companion.risk.findings.rules_in", lambda language: ())
    found = judged(load(ZH, Part.DEV), by_phrases)

    assert len(told(found, by_rules, ZH)) > 3


@pytest.mark.parametrize("language", Language)
def test_every_group_of_lines_has_a_floor(by_rules, language):
    assert set(counts(by_rules[language])) == set(read()[language])


def told(now, before, language):
    return list(map(str, shortfalls(counts(now), counts(before[language]), language)))


# ------------------------------------------------------------ the rule


@pytest.mark.parametrize(
    ("what", "now", "is_worse"),
    [
        ("noticed", (10, 10), False),
        ("noticed", (9, 10), False),
        ("noticed", (8, 10), True),
        ("noticed", (19, 20), False),
        ("noticed", (18, 20), True),
        ("raised", (2, 10), False),
        ("raised", (3, 10), True),
        ("raised", (4, 20), False),
        ("raised", (5, 20), True),
        ("watched", (1, 10), False),
    ],
)
def test_a_group_may_lose_one_line_and_raise_none_more(what, now, is_worse):
    was = {"noticed": Share(hits=10, of=10)}.get(what, Share(hits=2, of=10))
    found = shortfalls({"a": {what: Share(hits=now[0], of=now[1])}}, {"a": {what: was}}, ZH)

    assert bool(list(found)) is is_worse


def test_lines_that_are_gone_are_missed():
    (told,) = shortfalls({}, {"slice idiom": {"raised": Share(hits=0, of=3)}}, ZH)

    assert str(told) == "zh slice idiom: raised no such lines, was 0 of 3"


def test_floors_are_read_as_they_were_written(tmp_path):
    floor = {"every line": {"noticed": Share(hits=9, of=10), "watched": Share(hits=1, of=5)}}

    write({ZH: floor}, tmp_path / "floors.toml")
    assert read(tmp_path / "floors.toml") == {ZH: floor}


@pytest.mark.parametrize(
    "text",
    [
        "[zh.a]\nnoticed = [3, 2]",
        "[fr.a]\nnoticed = [1, 2]",
        "[zh]\na = 1",
        "[zh.a",
        "[zh.a]\nnoticed = [0, 0]",
    ],
)
def test_a_bad_floor_is_refused_by_file(tmp_path, text):
    file = tmp_path / "floors.toml"
    file.write_text(text)

    with pytest.raises(ContentError, match=r"floors\.toml"):
        read(file)


# ------------------------------------------------------------ the command


def typed(*words):
    app = Typer(pretty_exceptions_enable=False)
    app.command("floors")(commands.floors)
    app.command("eval")(commands.run)
    return CliRunner().invoke(app, list(words))


@pytest.fixture
def small(monkeypatch, tmp_path):
    """Twenty lines a language, and floors of their own."""
    monkeypatch.setattr(commands, "load", lambda language, part: load(language, part)[:20])
    monkeypatch.setattr(floors, "FILE", tmp_path / "floors.toml")
    monkeypatch.setattr(commands, "screen", by_phrases)
    monkeypatch.setattr(commands, "unusable_models", list)
    rows = {one: judged(load(one, Part.DEV)[:20], by_phrases) for one in Language}
    write({one: counts(found) for one, found in rows.items()}, floors.FILE)


def test_the_command_passes_where_nothing_got_worse(small):
    shown = typed("floors")

    assert shown.exit_code == 0, shown.output
    assert "0 worse than recorded" in shown.output


def test_the_command_fails_and_names_what_got_worse(small, monkeypatch):
    monkeypatch.setattr(commands, "screen", quiet)

    shown = typed("floors")

    assert shown.exit_code == 1
    assert "zh every line: noticed 0 of" in shown.output


def test_floors_are_recorded_only_when_asked(small, monkeypatch):
    monkeypatch.setattr(commands, "screen", quiet)

    assert typed("floors", "--write").exit_code == 0
    assert typed("floors").exit_code == 0


def test_without_a_model_nothing_is_measured(monkeypatch):
    monkeypatch.setattr(commands, "unusable_models", lambda: ["risk_zh: the file is missing."])

    for command in ("floors", "eval"):
        shown = typed(command)
        assert isinstance(shown.exception, NuanyuError)
        assert "risk_zh" in str(shown.exception)


def test_errors_are_listed_by_id_and_no_line_is_quoted(small, monkeypatch):
    monkeypatch.setattr(commands, "screen", quiet)

    shown = typed("eval", "--errors")

    texts = [line.text for one in Language for line in load(one, Part.DEV)[:20]]
    assert "missed zhdev1-" in shown.output
    assert [text for text in texts if len(text) > 6 and text in shown.output] == []
