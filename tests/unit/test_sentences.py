from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.dialogue.sentences import SentenceStream, split_sentences

ALPHABET = st.sampled_from(
    [*"你好吗，。！？…“”「」（）ab C.!?\n\"'*-1 e.g.3：）", "e.g. ", "……", "\n\n", "**"]
)
TEXTS = st.lists(ALPHABET, max_size=60).map("".join)


@given(text=TEXTS, cuts=st.lists(st.integers(0, 60), max_size=10))
def test_no_sign_is_lost_or_added_whatever_the_chunks(text: str, cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(text)]
    stream = SentenceStream()

    sentences = [s for a, b in pairwise(edges) for s in stream.feed(text[a:b])]
    sentences.append(stream.rest())

    assert "".join(sentences) == text


@given(text=TEXTS)
def test_the_same_text_is_cut_at_the_same_places_whatever_the_chunks(text: str) -> None:
    letter_by_letter = SentenceStream()

    sentences = [s for letter in text for s in letter_by_letter.feed(letter)]
    rest = letter_by_letter.rest()

    assert [*sentences, rest] == [*split_sentences(text), *([""] if not rest else [])]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param(
            "我听到了。你愿意多说一点吗？嗯", ["我听到了。", "你愿意多说一点吗？", "嗯"], id="zh"
        ),
        pytest.param("I see. What now? Ok", ["I see. ", "What now? ", "Ok"], id="en"),
        pytest.param("嗯……慢慢来。好", ["嗯……慢慢来。", "好"], id="a pause is no end"),
        pytest.param("Well... maybe. Ok", ["Well... maybe. ", "Ok"], id="three dots"),
        pytest.param(
            "你问：“我行吗？”很难。好", ["你问：“我行吗？”很难。", "好"], id="zh quotation"
        ),
        pytest.param(
            "“我不行。我太笨。”很重。好", ["“我不行。我太笨。”很重。", "好"], id="in a quotation"
        ),
        pytest.param("“我没事。”\n好", ["“我没事。”\n", "好"], id="quotation and a new line"),
        pytest.param('"Why me?" she said. Ok', ['"Why me?" she said. ', "Ok"], id="en quotation"),
        pytest.param('"No." Then what', ['"No." ', "Then what"], id="en quotation that ends"),
        pytest.param("It was 3.5 of 5. Ok", ["It was 3.5 of 5. ", "Ok"], id="decimals"),
        pytest.param("A walk, e.g. outside. Ok", ["A walk, e.g. outside. ", "Ok"], id="e.g."),
        pytest.param("Dr. Li said so. Ok", ["Dr. Li said so. ", "Ok"], id="a title"),
        pytest.param("1. 呼吸\n2. 休息\n好", ["1. 呼吸\n", "2. 休息\n", "好"], id="a list"),
        pytest.param("- one\n- two\n\nOk", ["- one\n", "- two\n\n", "Ok"], id="bullets"),
        pytest.param("**记住。**慢慢来", ["**记住。**", "慢慢来"], id="emphasis"),
        pytest.param("好。**慢**慢来。嗯", ["好。", "**慢**慢来。", "嗯"], id="emphasis opens"),
        pytest.param("真的！！你呢？！好", ["真的！！", "你呢？！", "好"], id="several marks"),
        pytest.param("没有结尾", ["没有结尾"], id="no end"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_a_text_is_cut_where_a_reader_would(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


def test_a_sentence_is_given_as_soon_as_the_next_one_begins() -> None:
    stream = SentenceStream()

    assert stream.feed("我听到了") == []
    assert stream.feed("。") == []
    assert stream.feed("你") == ["我听到了。"]
    assert stream.rest() == "你"


def test_a_quotation_that_is_never_closed_does_not_swallow_the_answer() -> None:
    text = "他说“我会来，" + "但是一直没有来，" * 25 + "就这样。然后呢？好"

    assert len(split_sentences(text)) > 1
