"""Exercises of a campus's own: read at start, and what is wrong with them told by step."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from infra.campus_file import load_campus
from tests.fakes.running import ROOT

OURS = ROOT / "companion" / "content" / "exercises"
NAMES = 'name = { zh = "测试大学", en = "Test University" }\n'


@pytest.fixture
def own(tmp_path):
    """A campus file that names a folder with one right exercise, changed by the school."""
    folder = tmp_path / "own"
    folder.mkdir()
    text = (OURS / "grounding.toml").read_text(encoding="utf-8")
    (folder / "grounding.toml").write_text(
        text.replace("五感着陆 5-4-3-2-1", "我们学校的着陆练习"), encoding="utf-8"
    )
    (tmp_path / "campus.toml").write_text(NAMES + 'exercises_dir = "own"\n', encoding="utf-8")
    return folder


def break_one(folder):
    text = (OURS / "worry-time.toml").read_text(encoding="utf-8")
    (folder / "worry-time.toml").write_text(text.replace("{worries}", "{woes}"), encoding="utf-8")


def check(tmp_path, *words):
    done = subprocess.run(
        [sys.executable, "-m", "nuanyu", "campus", "check", *words],
        capture_output=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "NUANYU_CAMPUS_FILE": "campus.toml", "PATH": ""},
        timeout=100,
        check=False,
    )
    return done.returncode, done.stdout.decode()


def test_what_is_right_is_listed(own, tmp_path):
    status, said = check(tmp_path)

    assert status == 0
    assert "✓ grounding.toml" in said
    assert "我们学校的着陆练习" in said


def test_what_is_wrong_is_told_by_file_and_step(own, tmp_path):
    break_one(own)

    status, said = check(tmp_path)

    assert status == 1
    assert "✓ grounding.toml" in said
    assert "✗ worry-time.toml, step 'can_do': quotes {woes} in zh" in said


@pytest.mark.parametrize(
    ("content", "told"),
    [("id = ", "not valid TOML"), ("kind = 3", "'id' is missing"), (None, "cannot be read")],
)
def test_a_file_may_be_named(own, tmp_path, content, told):
    if content is not None:
        (tmp_path / "new.toml").write_text(content)

    status, said = check(tmp_path, "new.toml")

    assert status == 1
    assert told in said


def test_a_folder_that_is_not_there_is_told(own, tmp_path):
    shutil.rmtree(own)

    status, said = check(tmp_path)

    assert status == 1
    assert "there is no such folder" in said


def test_students_get_the_campuss_own_in_the_place_of_ours_and_no_broken_one(own, tmp_path, campus):
    break_one(own)
    read = load_campus(tmp_path / "campus.toml")
    campus.services = replace(
        campus.services, campus=replace(campus.campus, exercises=read.exercises)
    )
    campus.onboard()

    assert [one.id for one in read.exercises] == ["grounding"]
    assert "我们学校的着陆练习" in campus.says("/exercise grounding")[0]
    assert "给担心约个时间" in campus.says("/exercise worry-time")[0], "ours stays"
