from __future__ import annotations

import pytest

from companion.dialogue.memory import MOST_CHARACTERS, extract_facts, summarise
from companion.errors import ModelBroken, ModelUnavailable
from companion.language import Language
from companion.turns import Role, Turn
from infra.redaction import TalkMask
from tests.fakes.scripted_model import ScriptedModel

TALK = (
    Turn(Role.USER, "我叫王小明，下周答辩，睡不着"),
    Turn(Role.ASSISTANT, "是什么让你醒着？"),
    Turn(Role.USER, "怕导师当众否定我"),
    Turn(Role.USER, "嗯"),
)


def fold(model: ScriptedModel | None, previous: str | None = None) -> str:
    return summarise(TALK, previous, model=model, mask=TalkMask(), language=Language.ZH)


def test_the_model_folds_old_turns_without_learning_names() -> None:
    model = ScriptedModel(("<PERSON_1>下周答辩，", "怕被否定。"))

    summary = fold(model, "学生在读研三。")

    sent = model.prompts[0][1].content
    assert summary == "王小明下周答辩，怕被否定。"
    assert "王小明" not in sent
    assert "学生在读研三。" in sent
    assert "怕导师当众否定我" in sent


@pytest.mark.parametrize(
    "model",
    [
        None,
        ScriptedModel((ModelUnavailable(),)),
        ScriptedModel(("学生下周", ModelBroken())),
        ScriptedModel(("   ",)),
        ScriptedModel(("长" * 600, "长" * 600)),
    ],
    ids=["none", "away", "broken", "empty", "endless"],
)
def test_without_a_good_model_the_students_own_words_are_kept(model: ScriptedModel | None) -> None:
    summary = fold(model, "学生说过：\n- 在读研三，很忙")

    assert summary.splitlines() == [
        "学生说过：",
        "- 在读研三，很忙",
        "- 我叫王小明，下周答辩，睡不着",
        "- 怕导师当众否定我",
    ]


def test_a_summary_stays_short_and_keeps_the_newest() -> None:
    talk = [Turn(Role.USER, f"第{n}天，" + "事" * 300) for n in range(60)]

    summary = summarise(talk, None, model=None, mask=TalkMask(), language=Language.ZH)

    assert len(summary) <= MOST_CHARACTERS
    assert "第59天" in summary
    assert "第0天" not in summary


def test_nothing_said_is_nothing_summed_up() -> None:
    assert summarise((), None, model=None, mask=TalkMask(), language=Language.EN) == ""


@pytest.mark.parametrize(
    ("language", "text", "facts"),
    [
        ("zh", "叫我阿宁吧，我是大三的", ("希望被叫作阿宁", "现在大三")),
        ("zh", "我学的是土木工程专业。", ("专业：土木工程",)),
        ("zh", "我室友叫李想，天天打游戏", ("室友叫李想",)),
        ("zh", "我养了一只猫，叫团团。", ("养了猫，叫团团",)),
        ("zh", "我的高数期末在12月20号", ("高数期末：12月20号",)),
        (
            "en",
            "Call me Ann. I'm a second-year student.",
            ("wants to be called Ann", "is a second-year student"),
        ),
        ("en", "I study economics at this place.", ("studies economics",)),
        ("en", "My dog is called Rex.", ("has a dog called Rex",)),
        ("en", "my exam is on december 20", ("exam: december 20",)),
    ],
)
def test_what_a_student_clearly_tells_is_remembered(
    language: str, text: str, facts: tuple[str, ...]
) -> None:
    assert extract_facts([Turn(Role.USER, text)], Language(language)) == facts


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "他们都叫我废物"),
        ("zh", "妈妈叫我别烦她"),
        ("zh", "我室友叫我滚"),
        ("zh", "我上大一的时候很开心"),
        ("zh", "我想死"),
        ("zh", "如果我是大三就好了"),
        ("en", "they call me names"),
        ("en", "call me crazy, but I like it"),
        ("en", "I study a lot and get nowhere"),
        ("en", "my roommate called at night"),
    ],
)
def test_what_is_not_clear_is_not_remembered(language: str, text: str) -> None:
    assert extract_facts([Turn(Role.USER, text)], Language(language)) == ()


def test_what_nuanyu_says_is_no_fact_and_a_fact_counts_once() -> None:
    talk = [
        Turn(Role.ASSISTANT, "叫我暖语就好。"),
        Turn(Role.USER, "叫我阿宁"),
        Turn(Role.USER, "叫我阿宁吧"),
    ]

    assert extract_facts(talk, Language.ZH) == ("希望被叫作阿宁",)
