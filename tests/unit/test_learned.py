"""The trained models are read safely, and the screen knows what to do without them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from companion.flows.warm import warm
from companion.language import Language
from companion.learned import files
from companion.learned.ngrams import counts
from companion.learned.tokens import pieces
from companion.risk import learned, screen
from companion.risk.learned import in_talk, language_of, stepwise
from companion.risk.levels import Level
from companion.turns import Role, Turn


@pytest.fixture
def shelf(tmp_path, monkeypatch) -> Iterator[Path]:
    """A copy of the model files, which a test may damage."""
    copy = tmp_path / "files"
    shutil.copytree(str(files.folder()), copy)
    monkeypatch.setattr(files, "folder", lambda: copy)
    _forget()
    yield copy
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    for cached in (files.arrays, files._manifest, learned.models, screen._quick_policy):
        cached.cache_clear()


def _cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


@pytest.mark.parametrize("damage", [Path.unlink, _cut_short], ids=["missing", "damaged"])
def test_an_unusable_model_file_is_said_at_start_and_everything_unclear_worries(shelf, damage):
    damage(shelf / "risk_zh.npz")
    _forget()

    [problem] = warm()

    assert "risk_zh" in problem
    assert screen.screen("今天食堂的面不错").level is Level.WATCH
    assert screen.screen("我不想活了").level >= Level.MODERATE
    assert "judged by phrases alone" in screen.screen("今天食堂的面不错").evidence[-1]
    assert screen.screen("the noodles were good today").level is Level.NONE


def test_a_file_that_the_manifest_does_not_know_is_not_used(shelf):
    shutil.copy(shelf / "risk_en.npz", shelf / "risk_zh.npz")
    _forget()

    with pytest.raises(files.ModelUnusableError, match="not the one named in the manifest"):
        files.arrays("risk_zh")


def test_a_broken_manifest_makes_every_model_unusable(shelf):
    (shelf / files.MANIFEST).write_text("= nonsense", encoding="utf-8")
    _forget()

    assert len(warm()) == len(Language)


def test_nothing_is_wrong_with_what_ships():
    assert warm() == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("今天开会", Language.ZH),
        ("今天group meeting又延期了", Language.ZH),
        ("see you in the library", Language.EN),
        ("my mum says 加油 every single evening on the phone", Language.EN),
        ("", Language.EN),
        ("12345", Language.EN),
    ],
)
def test_a_text_is_read_in_the_language_it_is_mostly_written_in(text, language):
    assert language_of(text) is language


def test_the_end_of_the_talk_is_read_before_the_text():
    talk = [
        Turn(Role.USER, "第一句"),
        Turn(Role.USER, "第二句"),
        Turn(Role.USER, "第三句"),
        Turn(Role.ASSISTANT, "想说说吗"),
    ]

    assert in_talk("嗯", talk, Language.ZH) == "第二句 第三句‹想说说吗›嗯"


def test_a_higher_level_is_never_likelier_than_a_lower_one():
    rng = np.random.default_rng(4)
    for _ in range(50):
        steps = stepwise(rng.normal(size=5).astype(np.float32) * 4)

        assert (np.diff(steps) <= 1e-5).all()


def test_words_are_cut_into_the_longest_known_pieces():
    known = {"un": 2, "unal": 3, "##ive": 4, "##iv": 5, "##e": 6}

    assert pieces("unalive!", known) == ["unal", "##ive", "!"]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("text", ["", " ", "\x00\x01", "a" * 5000, "哈" * 5000, "💔"])
def test_odd_texts_are_counted_without_complaint(text, language):
    assert sum(counts(text, language).values()) >= 0


@pytest.mark.parametrize("text", ["", "   ", "\x00\xff", "啊" * 100_000, "no " * 33_000, "\ud800"])
def test_odd_texts_get_a_verdict(text):
    assert screen.screen(text).level in Level
    assert 0 <= screen.screen(text).score <= 1
