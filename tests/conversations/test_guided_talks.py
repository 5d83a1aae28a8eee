"""The guided engine in whole talks: what a student may count on from the first line to the last."""

from __future__ import annotations

import re

import pytest

from companion.language import Language
from tests.conversations.talks import Talk, answer, carry_out, sentences, talks

TALKS = [pytest.param(talk, id=f"{lang}-{talk.title}") for lang in Language for talk in talks(lang)]

FORBIDDEN = {
    Language.ZH: re.compile(
        r"您|亲爱的|宝贝|加油|想开点|你应该|你必须|保密到底|自杀未遂|自杀成功|！|诊断为|抑郁症|焦虑症|\d"
    ),
    Language.EN: re.compile(
        r"\b(?:cheer up|you should|calm down|committed suicide|honey|my dear|i promise)\b|!|\d",
        re.IGNORECASE,
    ),
}
ACCEPTS = {"好，试试", "Okay, let's try"}
_TURNED = {
    "i": "you",
    "my": "your",
    "me": "you",
    "i'm": "you're",
    "im": "you're",
    "am": "are",
}
LONGEST = {Language.ZH: 105, Language.EN: 70}


def size(text: str, language: Language) -> int:
    """Length of a reply: characters in Chinese, words in English."""
    return len(text) if language is Language.ZH else len(text.split())


def own_words(reply: str, said: str, language: Language) -> bool:
    """Whether a reply holds words of the student: four characters or three words in a row."""
    if language is Language.ZH:
        turned = said.replace("我", "你")
        return any(turned[i : i + 4] in reply for i in range(len(turned) - 3))
    words = [_TURNED.get(word, word) for word in re.findall(r"[a-z']+", said.lower())]
    heard = " ".join(re.findall(r"[a-z']+", reply.lower()))
    return any(" ".join(words[i : i + 3]) in heard for i in range(len(words) - 2))


def test_there_are_thirty_talks_of_ten_turns_in_each_language():
    for language in Language:
        written = talks(language)
        assert len(written) == 30
        assert {len(talk.says) for talk in written} == {10}


@pytest.mark.parametrize("talk", TALKS)
def test_the_topic_is_heard_at_every_turn(talk: Talk):
    assert [e.reply.topic for e in carry_out(talk)] == list(talk.topics)


@pytest.mark.parametrize("talk", TALKS)
def test_what_the_student_told_comes_up_in_the_answers(talk: Talk):
    text = " ".join(e.reply.text for e in carry_out(talk)).lower()

    for words in talk.mentions:
        assert any(word.lower() in text for word in words.split("|")), words


@pytest.mark.parametrize("talk", TALKS)
def test_a_talk_gives_back_own_words_and_later_remembers_them(talk: Talk):
    """Half of a talk may go to an exercise, which has words of its own; some wish for few words."""
    replies = [e.reply.text for e in carry_out(talk)]
    pairs = [(i, j) for i in range(10) for j in range(i, 10)]
    echoed = {(i, j) for i, j in pairs if own_words(replies[j], talk.says[i], talk.language)}

    if talk.plain:
        return
    has_exercise = any(set(e.reply.choices) & ACCEPTS for e in carry_out(talk))
    assert len(echoed) >= (1 if has_exercise else 2)
    assert has_exercise or any(j > i for i, j in echoed), "nothing earlier was taken up again"


@pytest.mark.parametrize("talk", TALKS)
def test_no_sentence_is_said_twice(talk: Talk):
    said = [s for e in carry_out(talk) for s in sentences(e.reply.text)]

    assert len(said) == len(set(said))


@pytest.mark.parametrize("talk", TALKS)
def test_one_question_at_most_and_one_exercise_at_most(talk: Talk):
    replies = [e.reply for e in carry_out(talk)]

    assert all(len(re.findall(r"[?？]", reply.text)) <= 1 for reply in replies)
    labels = ACCEPTS
    assert sum(bool(labels & set(reply.choices)) for reply in replies) <= 1


@pytest.mark.parametrize("talk", TALKS)
def test_replies_are_short_plain_and_in_the_language_of_the_talk(talk: Talk):
    for exchange in carry_out(talk):
        text = exchange.reply.text
        assert 0 < size(text, talk.language) <= LONGEST[talk.language], text
        without_own = text.replace(exchange.says, "")
        han = sum("一" <= c <= "鿿" for c in without_own)
        assert (han > 3) if talk.language is Language.ZH else (han == 0), text


@pytest.mark.parametrize("talk", TALKS)
def test_nothing_is_said_that_should_never_be_said(talk: Talk):
    own = " ".join(talk.says)
    for exchange in carry_out(talk):
        found = FORBIDDEN[talk.language].findall(exchange.reply.text)
        assert all(word in own for word in found), exchange.reply.text


@pytest.mark.parametrize("talk", TALKS)
def test_the_same_talk_gets_the_same_answers(talk: Talk):
    assert answer(talk) == carry_out(talk)
