"""Distorted thinking: told where it is plain, "unclear" where it is not, kinds with caution."""

from __future__ import annotations

import pytest

from companion.emotion import cues as cue_file
from companion.emotion.cues import Distorted, cues, read_cues
from companion.emotion.distortions import distortion
from companion.emotion.plain import plain
from companion.errors import ContentError
from companion.language import Language
from companion.risk.content import read_toml
from companion.risk.normalise import has_cjk


def is_found(cue, text):
    read = plain(text).replace("'", "")
    language = Language.ZH if has_cjk(text) else Language.EN
    return bool(cue.found_by[language].search(read) or (cue.strong and cue.strong.search(read)))


@pytest.mark.parametrize("cue", cues(), ids=lambda cue: cue.kind)
def test_every_example_of_a_kind_is_found_and_no_counterexample(cue):
    assert [text for text in cue.examples if not is_found(cue, text)] == []
    assert [text for text in cue.counter if is_found(cue, text)] == []


@pytest.mark.parametrize("cue", cues(), ids=lambda cue: cue.kind)
def test_every_kind_has_examples_and_a_name_in_both_languages(cue):
    assert {has_cjk(text) for text in cue.examples} == {True, False}
    assert has_cjk(cue.name[Language.ZH])
    assert not has_cjk(cue.name[Language.EN])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"zh": ["(没"]}, r"distortions.toml: 'labelling': zh"),
        ({"id": "gloom"}, r"distortions.toml: 'gloom' is no kind"),
        ({"colour": "red"}, r"distortions.toml: 'labelling' has unknown keys: colour"),
        ({"examples": []}, r"distortions.toml: 'labelling' needs examples"),
        ({"name": {"zh": "贴标签"}}, r"distortions.toml: 'labelling' needs a name"),
    ],
)
def test_a_bad_entry_is_refused_by_file_and_name(change, message):
    document = read_toml(*cue_file.FILE.split("/"))
    kinds = [
        entry | change if entry["id"] == Distorted.LABELLING else entry
        for entry in document["kind"]
    ]

    with pytest.raises(ContentError, match=message):
        read_cues({"kind": kinds})


def test_a_kind_without_entry_is_missed():
    document = read_toml(*cue_file.FILE.split("/"))

    with pytest.raises(ContentError, match="no entry for labelling"):
        read_cues({"kind": [one for one in document["kind"] if one["id"] != "labelling"]})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("我就是个废物，什么都做不好，大家肯定都看不起我", Distorted.LABELLING),
        ("这次没考好，我肯定考不上研了，我这辈子就完了", Distorted.FORTUNE_TELLING),
        ("I'm such a failure, I always mess everything up", Distorted.LABELLING),
        ("I know they all think I'm stupid", Distorted.MIND_READING),
    ],
)
def test_a_plain_distortion_is_seen_with_its_kind(text, kind):
    seen = distortion(text)

    assert seen.is_distorted or seen.is_unclear
    assert kind in seen.kinds


@pytest.mark.parametrize(
    "text", ["明天几点上课", "今天和室友去吃了火锅", "what time is the lecture", "the bus was late"]
)
def test_an_ordinary_line_is_no_distortion(text):
    seen = distortion(text)

    assert not seen.is_distorted
    assert not seen.kinds


def test_kinds_are_told_with_less_confidence_than_yes_or_no():
    seen = distortion("我就是个废物，什么都做不好，大家肯定都看不起我")

    assert seen.kinds
    assert max(seen.kinds.values()) <= 0.7


@pytest.mark.parametrize("text", ["", " \n", "\x00", "12345", "😭"])
def test_where_nothing_is_said_it_is_unclear(text):
    seen = distortion(text)

    assert (seen.is_distorted, seen.is_unclear, dict(seen.kinds)) == (False, True, {})


@pytest.mark.parametrize("text", ["我不行" * 40_000, "i always fail " * 8_000, "\ud800 我"])
def test_very_long_and_odd_texts_are_answered(text):
    assert 0 <= distortion(text).probability <= 1
