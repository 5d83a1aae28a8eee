"""Long talks and many hours: a pause is offered once, people are named, nobody is sent away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from companion.language import Language
from companion.texts import say
from tests.fakes.scripted_model import ScriptedModel


@pytest.fixture
def talking(campus):
    campus.student_id = campus.onboard()
    campus.model_asked = ScriptedModel(["听到了。"])
    campus.services = replace(campus.services, model=campus.model_asked)
    return campus


def talks_on(campus, *, minutes, line="今天和室友去了食堂"):
    """Write every nine minutes; returns everything that came."""
    texts = []
    for _ in range(minutes // 9 + 1):
        texts += campus.says(line)
        campus.clock.passes(seconds=9 * 60)
    return texts


@pytest.mark.parametrize("language", list(Language))
def test_a_pause_is_offered_once_in_a_stretch_and_again_in_the_next(talking, language):
    talking.says("English" if language is Language.EN else "中文")
    pause = say("lean.pause", language)

    assert pause not in talks_on(talking, minutes=27)
    assert talks_on(talking, minutes=72).count(pause) == 1
    talking.clock.passes(hours=2)
    assert pause not in talks_on(talking, minutes=27)
    assert talks_on(talking, minutes=45).count(pause) == 1


def test_the_campus_says_after_how_long(talking):
    talking.services = replace(talking.services, campus=replace(talking.campus, break_minutes=120))

    assert say("lean.pause", Language.ZH) not in talks_on(talking, minutes=100)


def test_at_night_it_speaks_of_sleep(talking):
    talking.clock.passes(hours=14)

    assert say("lean.pause_night", Language.ZH) in talks_on(talking, minutes=60)


def test_not_in_a_safety_talk(talking):
    talking.says("我不想活了，已经想好怎么做了")

    texts = talks_on(talking, minutes=80, line="嗯")

    assert say("lean.pause", Language.ZH) not in texts


def test_who_is_here_for_hours_day_after_day_is_shown_people_once_a_week(talking):
    people = say("lean.people", Language.ZH)
    texts = []
    for _ in range(4):
        texts += talks_on(talking, minutes=200)
        talking.clock.passes(seconds=(24 * 60 - 207) * 60)

    texts += talking.says("今天上了三节课")

    assert texts.count(people) == 1
    assert "不让对方觉得是负担" in talking.model_asked.prompts[-1][0].content
    assert "不让对方觉得是负担" not in talking.model_asked.prompts[0][0].content


def test_no_word_of_it_holds_back_or_blames():
    for language in Language:
        for key in ("pause", "pause_night", "people", "named"):
            text = (
                say(f"lean.{key}", language, people="")
                if key == "named"
                else say(f"lean.{key}", language)
            )
            assert not any(
                word in text
                for word in ("太多", "不应该", "别走", "too much", "shouldn't", "don't go")
            )
