"""/suggest: one exercise with a true reason; refusals are obeyed; ratings are learned from."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources

import pytest

from companion.care.entries import EntryKind, EntryState
from companion.care.exercise_file import packaged_exercises
from companion.care.runner import begin
from companion.care.suggestions import Tally
from companion.messages import InboundKind


@pytest.fixture
def talking(campus):
    campus.student_id = campus.onboard()
    return campus


def press(campus, label):
    return campus.says(campus.buttons()[label], kind=InboundKind.CHOICE)


def kept(campus):
    with campus.store.reading() as tx:
        return tx.care.suggestions.get(campus.student_id)


def current(campus):
    return campus.buttons()["做这个"].removeprefix("/suggest begin ")


def test_asked_once_for_a_goal_then_one_exercise_with_its_reason(talking):
    [asked] = talking.says("/suggest")
    assert "最想先照顾哪一块" in asked

    [text] = press(talking, "睡不着")

    assert "为什么是它：你想先照顾“睡不着”。依据：" in text
    assert list(talking.buttons()) == ["做这个", "换一个", "对我没用", "别再推荐它"]
    [again] = talking.says("推荐")
    assert "最想先照顾" not in again, "asked once"
    [made, *_] = kept(talking).made
    assert made.situation == "sleep"
    assert 0 < made.propensity <= 1


def test_the_reason_is_what_the_student_wrote_and_how_often(talking):
    talking.says("/suggest goal none", kind=InboundKind.CHOICE)
    for _ in range(3):
        talking.says("昨晚又睡不着")
        talking.clock.passes(hours=24)
    talking.says("今天还行")

    texts = [text for _ in range(6) for text in talking.says("/suggest another")]

    assert any("这一周有 3 天你写到“睡不着”" in text for text in texts)


def test_without_consent_to_remember_only_this_talk_counts(campus):
    campus.student_id = campus.onboard(memory=False)
    campus.says("昨晚又睡不着")
    campus.clock.passes(hours=24)

    texts = [text for _ in range(4) for text in campus.says("/suggest another")]

    assert not any("睡不着”" in text for text in texts)


def test_in_english_with_words_of_ones_own(talking):
    talking.says("English")
    [text] = talking.says("/suggest goal less insomnia before exams")

    assert "Why this one: you said you want “less insomnia before exams”" in text
    assert ". Based on " in text
    assert list(talking.buttons()) == [
        "Do this one",
        "Another one",
        "Not useful to me",
        "Never again",
    ]


def test_never_again_is_obeyed_until_it_is_taken_back(talking):
    talking.says("/suggest goal sleep", kind=InboundKind.CHOICE)
    refused = current(talking)
    [noted] = press(talking, "别再推荐它")
    assert "不会再推荐它" in noted

    for _ in range(12):
        talking.says("/suggest another", kind=InboundKind.CHOICE)
        assert current(talking) != refused
    talking.clock.passes(hours=24 * 400)
    for _ in range(5):
        talking.says("/suggest another", kind=InboundKind.CHOICE)
        assert current(talking) != refused

    talking.says("/suggest reset")
    assert kept(talking).never == frozenset()


def test_another_brings_another_and_not_useful_is_remembered(talking):
    talking.says("/suggest goal sleep", kind=InboundKind.CHOICE)
    first = current(talking)
    press(talking, "对我没用")
    press(talking, "换一个")

    assert current(talking) != first
    assert kept(talking).dull(first) == 1


def test_when_everything_was_put_away_that_is_said_kindly(talking):
    talking.says("/suggest goal sleep", kind=InboundKind.CHOICE)
    with talking.store.transaction() as tx:
        state = tx.care.suggestions.get(talking.student_id)
        everything = frozenset(path.stem for path in exercise_files())
        tx.care.suggestions.put(
            talking.student_id, replace(state, never=everything), now=talking.clock.now()
        )

    [text] = talking.says("/suggest another", kind=InboundKind.CHOICE)

    assert "不做练习也没关系" in text
    press(talking, "重新都放进来")


def test_begun_from_a_suggestion_and_rated_it_is_counted_for_all(talking):
    talking.says("/suggest goal sleep", kind=InboundKind.CHOICE)
    name = current(talking)
    press(talking, "做这个")
    assert "/exercise" in str(talking.buttons())

    with talking.store.transaction() as tx:
        entry = tx.care.entries.begin(
            talking.student_id,
            EntryKind.EXERCISE,
            _body(talking),
            name=name,
            state=EntryState.DONE,
            at=talking.clock.now(),
            now=talking.clock.now(),
        )
    talking.says(f"/exercise {entry.code} helped yes", kind=InboundKind.CHOICE)

    with talking.store.reading() as tx:
        assert tx.care.tallies.of("sleep")[name] == Tally(helped=1, not_helped=0)
    assert kept(talking).latest(name).became == "begun"


def test_while_the_safety_talk_asks_suggestions_wait(talking):
    talking.says("我不想活了，已经想好怎么做了")

    [text] = talking.says("/suggest")

    assert "先把刚才的说完" in text


def test_at_night_it_asks_little(talking):
    talking.says("/suggest goal self_criticism", kind=InboundKind.CHOICE)
    talking.clock.passes(hours=14)

    for _ in range(4):
        [text] = talking.says("/suggest another", kind=InboundKind.CHOICE)
        assert "为什么是它" in text


def exercise_files():
    return list((resources.files("companion") / "content/exercises").iterdir())


def _body(campus):
    return begin(packaged_exercises()["body-scan"]).as_json()
