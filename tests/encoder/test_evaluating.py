"""`python -m lab eval` on a few lines: baselines, tables, pages and plots in one run."""

from __future__ import annotations

import json
from datetime import date
from importlib import import_module
from importlib.util import find_spec

import pytest
from typer import Typer
from typer.testing import CliRunner

from companion.language import Language
from companion.risk.levels import Level
from lab.corpus import Part, load
from lab.evaluation import commands
from lab.evaluation.metrics import share
from tests.fakes.needs import missing

pytestmark = pytest.mark.encoder

TEXTS = {"zh": "这题难死我了", "en": "this quiz is killing me"}


@pytest.fixture(autouse=True)
def scikit_learn():
    if find_spec("sklearn") is None:
        missing("encoder", "not installed (make test-encoder): scikit-learn")


@pytest.fixture
def public_sets(tmp_path):
    """Folders that look like the public sets, with invented texts in them."""
    here = tmp_path / "data"
    for name in ("psysuicide", "hard-negative-candidates", "cped", "goemotions/ekman"):
        (here / name).mkdir(parents=True)
    rows = [
        {"text": f"第{number}次想死", "labels": ["主动自杀意图"], "data_source": "client_a"}
        if number % 2
        else {
            "text": f"死记硬背第{number}章",
            "labels": ["与自杀/自伤/攻击行为无关"],
            "data_source": "b",
        }
        for number in range(8)
    ]
    (here / "psysuicide/valid.json").write_text(json.dumps(rows, ensure_ascii=False))
    for language, text in TEXTS.items():
        file = here / f"hard-negative-candidates/{language}.jsonl"
        file.write_text(json.dumps({"text": text}, ensure_ascii=False) + "\n")
    (here / "cped/valid_split.csv").write_text(
        "Dialogue_ID,Utterance,Emotion\n01_002,吃饭了吗,neutral\n"
    )
    (here / "goemotions/ekman/labels.txt").write_text("joy\nneutral\n")
    (here / "goemotions/ekman/dev.tsv").write_text("see you at lunch\t1\tx\n")
    return here


def typed(*words):
    app = Typer(pretty_exceptions_enable=False)
    app.command("eval")(commands.run)
    app.command("floors")(commands.floors)
    return CliRunner().invoke(app, ["eval", *words], env={"COLUMNS": "250"})


def part(name):
    """Return a module of the evaluation that needs scikit-learn."""
    return import_module(f"lab.evaluation.{name}")


@pytest.fixture
def anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(commands, "unusable_models", list)
    return tmp_path


def test_a_quick_look_measures_everything_and_keeps_no_text(anywhere, public_sets):
    shown = typed("--most", "60", "--no-curve", "--data", str(public_sets))

    assert shown.exit_code == 0, shown.output
    kept = (anywhere / "build/eval.json").read_text(encoding="utf-8")
    report = json.loads(kept)
    assert {(one["language"], one["part"]) for one in report["corpus"]} == {
        (language, part) for language in ("zh", "en") for part in ("dev", "test")
    }
    assert set(report["corpus"][0]["figures"]) == {
        "shipped",
        "phrases alone",
        "TF-IDF + LR",
        "keyword list",
    }
    assert report["suicidality"]["keyword list"]["whole"]["recall"]["hits"] == 4
    assert report["suicidality"]["shipped"] is None
    assert "trained on, not reported" in shown.output
    for text in (*TEXTS.values(), "想死", "吃饭"):
        assert text not in kept
        assert text not in shown.output


def test_what_was_read_by_models_that_had_not_seen_it_is_reported(anywhere, public_sets):
    (anywhere / "build").mkdir()
    levels = [0, 2, 0, None, 0, 2, None, 0]
    (anywhere / "build/psysuicide_unseen.json").write_text(json.dumps({"levels": levels}))

    typed("--most", "60", "--no-curve", "--data", str(public_sets), "-l", "zh")

    shipped = json.loads((anywhere / "build/eval.json").read_text())["suicidality"]["shipped"]
    assert (shipped["whole"]["recall"]["hits"], shipped["whole"]["recall"]["of"]) == (2, 3)
    assert shipped["by_origin"]["client_a"]["recall"]["hits"] == 2


@pytest.mark.parametrize("words", [("-l", "zh"), ("--most", "60"), ("--no-curve",)], ids=str)
def test_documents_are_written_of_a_whole_run_only(anywhere, public_sets, words):
    shown = typed("--write-docs", "--data", str(public_sets), *words)

    assert "whole run" in str(shown.exception)


def test_pages_hold_every_table_and_plot(anywhere, public_sets):
    evaluate = part("evaluate")
    scope = evaluate.Scope(
        languages=[Language.ZH], data=public_sets, most=60, most_chat=10, curve=False
    )
    report = evaluate.evaluate(scope, day=date(2026, 11, 22), tell=lambda _: None)
    report.curves["zh"] = [
        part("curve").Point(writers=1, lines=600, missed=0.6, least=0.5, most=0.7)
    ]
    card = anywhere / "risk.md"
    card.write_text("# Card\n<!-- figures -->\nold\n<!-- end of figures -->\nlimits\n")

    names = {file.name for file in part("pages").write(report, anywhere)}

    assert names == {
        "evaluation.md",
        "risk.md",
        "recall_by_level.svg",
        "reliability.svg",
        "learning_curve.svg",
    }
    page = (anywhere / "evaluation.md").read_text(encoding="utf-8")
    assert "<!--" not in page
    assert "2026-11-22" in page
    assert "| 1 | 600 | 60.0% | 50.0% | 70.0% |" in page
    renewed = card.read_text(encoding="utf-8")
    assert "zh, dev part" in renewed
    assert "old" not in renewed
    assert "limits" in renewed
    for name in names:
        assert (anywhere / name).stat().st_size < 150_000


def test_the_baseline_learns_and_keeps_to_its_share_of_false_alarms():
    lines = load(Language.ZH, Part.TRAIN)[::12]
    screen = part("baseline").tfidf(lines, Language.ZH)
    unseen = load(Language.ZH, Part.DEV)[::3]

    def raised(wanted):
        return share(screen(one.text).level.needs_card for one in unseen if wanted(one)).value

    assert raised(lambda one: one.level.needs_card) > 0.2
    assert raised(lambda one: one.level is Level.NONE) < 0.15


def test_more_writers_are_points_of_a_curve():
    train, dev = load(Language.ZH, Part.TRAIN)[::40], load(Language.ZH, Part.DEV)[::4]
    points = part("curve").learning_curve(train, dev, Language.ZH, orders=1)

    writers = len({line.writer for line in train})
    assert [one.writers for one in points] == list(range(1, writers + 1))
    assert points[-1].lines == len(train)
    assert all(0 <= one.least <= one.missed <= one.most <= 1 for one in points)
