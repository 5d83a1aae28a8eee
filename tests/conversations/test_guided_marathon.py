"""The guided engine over very long talks and over anything at all."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.dialogue.guided import respond
from companion.language import Language
from companion.turns import Role, Turn
from tests.conversations.talks import sentences, talks

ANYTHING = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["嗯", "不知道", "没有", "好", "……", "", "  ", "😭", "asdfghjk", "谢谢", "怎么办", "你是真人吗",
         "我室友很吵", "睡不着", "ok", "idk", "no", "yes", "7", "my dog died", "help me", "shut up",
         "我不想活了", "i want to die", "不想醒来", "what should I do", "hola, estoy muy cansado hoy",
         "今日はとても疲れました", "\u202eabc", "\u200b\u200d", "\x00\x01\xff", "{c} {0} %s", "想试试"]
    ),
)  # fmt: skip


def answer_all(says: list[str], language: Language) -> list[str]:
    """Let the engine answer line after line; return its answers."""
    turns: list[Turn] = []
    for line in says:
        turns.append(Turn(Role.USER, line))
        turns.append(Turn(Role.ASSISTANT, respond(turns, language=language).text))
    return [turn.text for turn in turns if turn.role is Role.ASSISTANT]


def assert_kept(replies: list[str]) -> None:
    """Assert what holds for every talk, whatever was said in it."""
    said = [s for reply in replies for s in sentences(reply)]
    assert all(reply.strip() for reply in replies)
    assert len(said) == len(set(said))
    assert all(len(re.findall(r"[?？]", reply)) <= 1 for reply in replies)


@settings(max_examples=40, deadline=None)
@given(says=st.lists(ANYTHING, min_size=1, max_size=12), language=st.sampled_from(Language))
def test_whatever_is_written_gets_one_new_answer_with_one_question_at_most(says, language):
    assert_kept(answer_all(says, language))


@pytest.mark.parametrize("language", Language)
def test_sixty_turns_without_a_repeated_sentence(language):
    """A student who talks through the night hears nothing twice."""
    lines = [says for talk in talks(language) for says in talk.says]

    assert_kept(answer_all(lines[3:183:3], language))


@pytest.mark.parametrize(
    "line",
    ["嗯", "", "不知道", "我好累", "no", "i feel so alone", "你是谁", "我不想活了"],
)
@pytest.mark.parametrize("language", Language)
def test_the_same_line_sixty_times_gets_sixty_different_answers(line, language):
    assert_kept(answer_all([line] * 60, language))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("我好累" * 40_000, id="100 kB"),
        pytest.param("\x00\ud7ff\u200f\u202e" * 500, id="garbage"),
        pytest.param("مرحبا كيف حالك اليوم أنا متعب", id="right to left"),
        pytest.param("a" * 100_000, id="one long word"),
        pytest.param("?" * 5000, id="only marks"),
    ],
)
@pytest.mark.parametrize("language", Language)
def test_strange_texts_are_answered(text, language):
    assert_kept(answer_all([text, text], language))


@pytest.mark.parametrize("language", Language)
def test_an_empty_talk_and_one_that_ends_with_our_own_words_are_answered(language):
    assert respond([], language=language).text
    assert respond([Turn(Role.ASSISTANT, "你好。")], language=language).text
