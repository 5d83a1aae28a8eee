"""What is remembered: corrected by its owner, and known to the next reply with consent only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from companion.care.entries import EntryKind, EntryState
from companion.messages import InboundKind
from tests.fakes.scripted_model import ScriptedModel


def with_model(campus):
    model = ScriptedModel(["听到了。"])
    campus.services = replace(campus.services, model=model)
    return model


def did(campus, student_id, *, name="body-scan", helped="little"):
    now = campus.clock.now()
    with campus.store.transaction() as tx:
        tx.care.entries.begin(
            student_id,
            EntryKind.EXERCISE,
            {"helped": helped},
            name=name,
            state=EntryState.DONE,
            at=now,
            now=now,
        )


# ------------------------------------------------------------ correcting


@pytest.mark.parametrize(
    "said",
    [
        "改第 1 条：我养的是猫",
        "改第1条:我养的是猫",
        "correct 1: 我养的是猫",
    ],
)
def test_what_is_wrong_is_corrected_in_the_students_words(campus, said):
    campus.onboard()
    campus.says("记住：我养了一条狗")
    campus.says("记住：我学护理")

    assert campus.says(said) == ["好，改过来了。"]

    [text] = campus.says("/memory")
    assert "我养的是猫" in text
    assert "一条狗" not in text
    assert "我学护理" in text


@pytest.mark.parametrize(
    "said", ["改第 9 条：什么", "改第 0 条：什么", "/memory change", "/memory change x"]
)
def test_a_number_that_is_not_there_changes_nothing(campus, said):
    campus.onboard()
    campus.says("记住：我养了一条狗")

    campus.says(said)

    assert "我养了一条狗" in campus.says("/memory")[0]


def test_the_summary_can_be_forgotten_by_itself(campus):
    student_id = campus.onboard()
    campus.says("记住：我学护理")
    with campus.store.transaction() as tx:
        assert tx.students.set_summary(student_id, "学生说过考试的事", up_to=2)
    campus.says("/memory")
    campus.says(campus.buttons()["忘掉那段大意"], kind=InboundKind.CHOICE)

    [text] = campus.says("/memory")
    assert "考试的事" not in text
    assert "我学护理" in text


# ------------------------------------------------------------ what a reply knows


def test_a_reply_knows_of_exercises_and_the_plan_of_the_week(campus):
    student_id = campus.onboard()
    did(campus, student_id)
    campus.says("/week add 周三和室友吃饭")
    model = with_model(campus)

    campus.says("今天和室友去了食堂")

    system = model.prompts[0][0].content
    assert "今天做了练习“身体扫描”，说有一点帮助" in system
    assert "周三和室友吃饭" not in system, "a plan that was not agreed to is none"
    campus.says("/week")
    campus.says(campus.buttons()["就这样"], kind=InboundKind.CHOICE)
    campus.says("晚上又去了一次食堂")
    assert "这一周自己定的：" in model.prompts[-1][0].content
    assert "周三和室友吃饭" in model.prompts[-1][0].content


def test_in_english_and_a_day_later(campus):
    student_id = campus.onboard()
    campus.says("English")
    did(campus, student_id, helped="yes")
    campus.clock.passes(hours=24)
    model = with_model(campus)

    campus.says("i had lunch with my roommate")

    assert "yesterday and said it helped" in model.prompts[0][0].content


def test_without_consent_to_remember_none_of_it_is_known(campus):
    student_id = campus.onboard(memory=False)
    did(campus, student_id)
    model = with_model(campus)

    campus.says("今天和室友去了食堂")

    assert "练习“" not in model.prompts[0][0].content
