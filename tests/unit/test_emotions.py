"""What a text seems to feel: probabilities, never a guess, in bounded time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.emotion import recognise as recogniser
from companion.emotion.labels import Emotion
from companion.emotion.recognise import Emotions, load, recognise
from companion.emotion.windows import windows
from companion.learned import files


def strongest(text):
    seen = recognise(text).probabilities
    return max((one for one in seen if one is not Emotion.NEUTRAL), key=lambda one: seen[one])


@pytest.mark.parametrize(
    "text",
    [
        "明天几点上课",
        "图书馆周末开门吗",
        "what time is the lecture tomorrow",
        "the seminar is in room 12",
    ],
)
def test_an_ordinary_question_is_neutral_and_no_emotion_is_clear(text):
    seen = recognise(text)

    assert max(seen.probabilities, key=lambda one: seen.probabilities[one]) is Emotion.NEUTRAL
    assert seen.clearly_felt() == ()


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("今天太开心啦，奖学金到手了，好幸福", Emotion.JOY),
        ("好难过，一个人偷偷哭了很久", Emotion.SADNESS),
        ("气死我了，凭什么这么欺负人", Emotion.ANGER),
        ("我好害怕，怕得睡不着，心里很慌", Emotion.FEAR),
        ("太恶心了，看着就想吐", Emotion.DISGUST),
        ("天哪，竟然是真的，太意外了", Emotion.SURPRISE),
        ("i'm so happy, thank you, this is wonderful", Emotion.JOY),
        ("i feel so sad and lonely, i miss my family", Emotion.SADNESS),
        ("i'm so angry, i hate how they treat us", Emotion.ANGER),
        ("i'm scared, i'm really terrified of tomorrow", Emotion.FEAR),
        ("that is disgusting and gross", Emotion.DISGUST),
        ("wow, i didn't expect that, what a surprise", Emotion.SURPRISE),
    ],
)
def test_what_is_plainly_said_is_heard(text, emotion):
    assert strongest(text) is emotion
    assert emotion in recognise(text).clearly_felt()


@pytest.mark.parametrize(
    ("pleasant", "unpleasant"),
    [("放假了，好开心", "分手了，好难过"), ("i love this", "i feel awful and sad")],
)
def test_good_news_is_more_pleasant_than_bad(pleasant, unpleasant):
    assert recognise(pleasant).valence > 0.1
    assert recognise(unpleasant).valence < -0.1


def test_anger_is_more_stirred_up_than_grief():
    assert recognise("气死我了！！").arousal > recognise("好难过，只想一个人待着").arousal


def test_both_languages_in_one_message_are_read_by_both():
    seen = recognise("今天 presentation 搞砸了 i feel so sad and lonely 好难过")

    assert strongest("今天 presentation 搞砸了 i feel so sad and lonely 好难过") is Emotion.SADNESS
    assert seen.probabilities[Emotion.SADNESS] > seen.probabilities[Emotion.JOY]


@pytest.mark.parametrize("text", ["", "   \n\t", "\x00\x01\x02"])
def test_where_nothing_is_said_it_is_unclear(text):
    seen = recognise(text)

    assert seen.is_unclear
    assert seen.clearly_felt() == ()


def test_traditional_and_full_width_signs_are_read_alike():
    assert recognise("我好難過").probabilities == recognise("我好难过").probabilities
    assert recognise("Ｉ ａｍ ｓａｄ").probabilities == recognise("i am sad").probabilities


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gives_probabilities_in_range(text):
    in_range(recognise(text))


@pytest.mark.parametrize(
    "text",
    ["\ud800", "😭😭😭", "1234567", "嗯" * 100_000, "sad " * 25_000, "\u202e\u200b", "?!" * 9],
)
def test_odd_and_very_long_texts_are_answered(text):
    in_range(recognise(text))


def test_of_a_very_long_text_only_a_few_windows_are_read():
    assert len(windows("难过" * 50_000, is_chinese=True)) <= 8
    assert len(windows("so sad " * 20_000, is_chinese=False)) <= 8


def test_a_damaged_model_is_said_at_start(monkeypatch, tmp_path):
    (tmp_path / "manifest.toml").write_text("[emotion_zh]\nsha256 = '0'\n")
    (tmp_path / "emotion_zh.npz").write_bytes(b"broken")
    monkeypatch.setattr(files, "folder", lambda: tmp_path)
    caches = (files.arrays, files._manifest, recogniser._model)
    for cached in caches:
        cached.cache_clear()
    try:
        with pytest.raises(files.ModelUnusableError, match="emotion_zh"):
            load()
    finally:
        for cached in caches:
            cached.cache_clear()


def in_range(seen: Emotions):
    assert set(seen.probabilities) == set(Emotion)
    assert all(0 <= one <= 1 for one in seen.probabilities.values())
    assert -1 <= seen.valence <= 1
    assert 0 <= seen.arousal <= 1
    assert list(seen.felt) == sorted(seen.felt, key=lambda one: -seen.probabilities[one])
