"""Very long texts: read in bounded time, and no sentence at risk hides behind padding."""

from __future__ import annotations

import random

import pytest

from companion.risk import Level
from companion.risk.screen import screen
from companion.risk.windows import MOST, readings, without_repeats

RISK = "我真的不想活了，想结束自己的生命。"
PADDING = [
    pytest.param("今天去图书馆写作业，中午吃了面。", id="one sentence"),
    pytest.param("好的 ", id="one word without a stop"),
    pytest.param("the weather is nice and i walked to class. ", id="English"),
    pytest.param("😀", id="signs"),
]


@pytest.mark.parametrize("padding", PADDING)
@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_a_sentence_at_risk_is_found_within_100_kb_of_repeats(padding: str, place: float) -> None:
    times = 100_000 // len(padding)
    before = int(times * place)

    text = padding * before + "\n" + RISK + "\n" + padding * (times - before)

    assert screen(text).level >= Level.MODERATE


def test_a_sentence_at_risk_is_found_within_100_kb_of_changing_text() -> None:
    rng = random.Random(7)
    words = ["图书馆", "作业", "食堂", "天气", "老师", "球场", "同学", "电影", "周末", "早上"]
    lines = ["，".join(rng.choices(words, k=8)) + str(number) + "。" for number in range(3000)]
    lines.insert(1500, RISK)

    assert screen("".join(lines)).level >= Level.MODERATE


def test_only_so_many_windows_are_read_of_any_text() -> None:
    rng = random.Random(7)
    text = "".join(rng.choice("abcdefgh 的一是死活药") for _ in range(100_000))

    assert len(readings(text)) == MOST


def test_a_text_of_a_few_thousand_characters_is_read_whole() -> None:
    text = "".join(f"第{number}句话。" for number in range(800))

    read = "".join(view for window in readings(text) for view in window)

    assert all(f"第{number}句话" in read for number in range(800))


def test_repeats_are_read_once() -> None:
    assert len(without_repeats("一样的话。" * 1000)) < 50
    assert len(without_repeats("哈" * 1000)) < 50


def test_the_same_long_text_always_gets_the_same_verdict() -> None:
    text = "我好累，想消失。" + "今天" * 30_000

    assert screen(text) == screen(text)


def test_what_a_long_tired_message_says_in_its_middle_counts() -> None:
    text = (
        "今天上了一天课，中午没胃口，下午组会又被说了一顿，晚上在实验室改图，"
        "改到一半突然觉得死了就都好了，然后又接着改，明天还要交房租，还要回家里的电话，"
        "食堂阿姨问我怎么又只打半份，我说减肥"
    )

    assert screen(text).level >= Level.MODERATE


@pytest.mark.parametrize(
    "text",
    ["那盆花你留着吧，我等不到它开了", "i'm so tired, nothing matters. one last walk by the lake"],
)
def test_two_weak_signs_in_one_line_are_a_worry(text: str) -> None:
    assert screen(text).level >= Level.MODERATE
