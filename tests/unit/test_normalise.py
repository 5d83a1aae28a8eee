"""A word in disguise is the same word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.errors import ContentError
from companion.risk import Level
from companion.risk.content import entries, expand, pattern
from companion.risk.normalise import views
from companion.risk.screen import screen


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("我不想活了", id="plain"),
        pytest.param("我 不 想 活 了", id="spaced"),
        pytest.param("我不.想.活.了", id="dotted"),
        pytest.param("我不\u200b想\u200d活\u2060了", id="zero width"),
        pytest.param("我想結束自己的生命", id="traditional"),
        pytest.param("好想４了", id="full width digit"),
        pytest.param("想亖", id="rare character"),
        pytest.param("我想紫砂", id="homophone"),
        pytest.param("想zs了", id="initials"),
        pytest.param("bxhl了", id="initials of a phrase"),
        pytest.param("我想zi sha", id="pinyin"),
        pytest.param("wo xiang si", id="all pinyin"),
        pytest.param("自鲨算了", id="campus slang"),
        pytest.param("想💀", id="emoji"),
        pytest.param("gewan了好几次", id="pinyin of self-harm"),
        pytest.param("I want to k!ll myself", id="sign for a letter"),
        pytest.param("k1ll myself, seriously", id="digit for a letter"),
        pytest.param("ki11 myself today", id="two digits"),
        pytest.param("thinking of s.u.i.c.i.d.e", id="dotted latin"),
        pytest.param("k i l l  m y s e l f", id="spelled latin"),
        pytest.param("I want to kіll mysеlf", id="cyrillic letters"),
        pytest.param("I want to 𝓴𝓲𝓵𝓵 myself", id="mathematical letters"),
        pytest.param("i wanna unalive myself", id="unalive"),
        pytest.param("thinking about sewerslide", id="sewerslide"),
        pytest.param("kms fr", id="kms"),
        pytest.param("I want to dieeeee", id="long vowels"),
        pytest.param("I’m suicidial", id="typing error"),
        pytest.param("我真的想die", id="code-switching"),
    ],
)
def test_a_disguised_wish_is_heard(text: str) -> None:
    assert screen(text).level >= Level.MODERATE


@pytest.mark.parametrize(
    "text",
    [
        *("紫砂壶真好看", "大鲨鱼好可爱", "都4点了还没睡", "zs是张三的缩写", "一键重开手机"),
        *("look at this k8s cluster", "h4ck the planet", "4 8 15 16 23 42", "a b c d e f g"),
        *("我 今天 去 上课", "shark week", "km/s is a unit"),
    ],
)
def test_ordinary_spellings_stay_ordinary(text: str) -> None:
    assert screen(text).level is Level.NONE


@given(st.text(max_size=300))
def test_any_text_has_one_or_two_readings(text: str) -> None:
    assert 1 <= len(views(text)) <= 2


def test_a_sentence_end_becomes_a_line_break() -> None:
    assert views("我累了。想睡！")[0] == "我累了\n想睡"


def test_an_apostrophe_does_not_matter() -> None:
    assert views("I don’t") == views("i dont")


def test_an_unknown_fragment_is_refused() -> None:
    with pytest.raises(ContentError, match="unknown fragment <who>"):
        expand("<who> said", {}, name="file: 'x'")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"rule": [{}]}, "number 1 has no id"),
        ({"rule": [{"id": "a"}, {"id": "a"}]}, "'a' appears twice"),
        ({"rule": {"id": "a"}}, "list of tables"),
    ],
)
def test_entries_without_a_name_of_their_own_are_refused(
    document: dict[str, object], message: str
) -> None:
    with pytest.raises(ContentError, match=message):
        entries(document, "rule", file="f.toml")


def test_a_pattern_that_does_not_compile_names_file_and_entry() -> None:
    with pytest.raises(ContentError, match=r"f\.toml: 'a': patterns"):
        pattern({"id": "a", "patterns": ["("]}, "patterns", file="f.toml")
