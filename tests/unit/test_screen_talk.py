"""A text in its talk: answers to direct questions, signs over several lines, retractions."""

from __future__ import annotations

import pytest

from companion.language import Language
from companion.risk import Level, Subject
from companion.risk.screen import screen
from companion.turns import Role, Turn

#: Questions as a person, or the companion, asks them.
FIRST = {
    Language.ZH: (
        "你现在是在想结束自己的生命吗？",
        "除了伤害自己，有没有也想过结束自己的生命？",
    ),
    Language.EN: (
        "Are you thinking about ending your life?",
        "Besides hurting yourself, have you also thought about ending your life?",
    ),
}
PLAN = {
    Language.ZH: "谢谢你没有停下来不说。你有没有想过要怎么做？不用讲细节，说有或没有就好。",
    Language.EN: "No details needed: have you thought about how you would do it?",
}
HOW_STRONG = {
    Language.ZH: "我听着。此刻这个念头有多强，是轻轻的，还是快压不住了？",
    Language.EN: "I'm listening. Right now, how strong is it: in the background, or hard to hold back?",
}
AWAY = "先只看接下来的十分钟。你能不能离会伤到你的东西远一点，换个房间，或者交给别人保管？"


def said(text: str) -> Turn:
    return Turn(Role.USER, text)


def asked(text: str) -> Turn:
    return Turn(Role.ASSISTANT, text)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("你现在是在想结束自己的生命吗？", "嗯"),
        ("你现在是在想结束自己的生命吗？", "有时候吧"),
        ("你现在是在想结束自己的生命吗？", "不知道"),
        ("Are you thinking about ending your life?", "yes"),
        ("Are you thinking about ending your life?", "i guess"),
        ("Are you thinking about ending your life?", "rather not say"),
    ],
)
def test_a_short_yes_to_the_direct_question_is_heard(question: str, answer: str) -> None:
    assert screen(answer, history=[asked(question)]).level >= Level.MODERATE


@pytest.mark.parametrize("answer", ["没有", "没想过，就是累", "no", "not really"])
def test_a_no_to_the_direct_question_raises_nothing_by_itself(answer: str) -> None:
    question = "你有没有想过结束自己的生命？ Are you thinking about ending your life?"

    assert screen(answer, history=[asked(question)]).level is Level.NONE


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("answer", ["嗯", "yes"])
def test_a_yes_to_each_first_question_is_heard(language: Language, answer: str) -> None:
    for question in FIRST[language]:
        assert screen(answer, history=[asked(question)]).level >= Level.MODERATE


@pytest.mark.parametrize("language", Language)
def test_a_yes_to_the_question_about_a_plan_is_high(language: Language) -> None:
    question = PLAN[language]

    assert screen("yes", history=[said("我不想活了"), asked(question)]).level is Level.HIGH


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("这个念头，是今天就可能去做，还是一直压在心里？", "今天"),
        ("Is this something you might do today?", "today"),
        ("Is this something you might do today?", "now"),
    ],
)
def test_saying_that_it_is_now_is_imminent(question: str, answer: str) -> None:
    verdict = screen(answer, history=[said("I want to die"), asked(question)])

    assert verdict.level is Level.IMMINENT


@pytest.mark.parametrize(
    ("language", "answer", "level"),
    [
        (Language.ZH, "快压不住了", Level.IMMINENT),
        (Language.EN, "hard to hold back", Level.IMMINENT),
        (Language.EN, "i can't hold it back", Level.IMMINENT),
        (Language.ZH, "挺强的", Level.HIGH),
        (Language.ZH, "不知道", Level.HIGH),
        (Language.ZH, "轻轻的", Level.MODERATE),
        (Language.EN, "in the background", Level.MODERATE),
    ],
)
def test_how_strong_the_thoughts_are_decides_the_level(
    language: Language, answer: str, level: Level
) -> None:
    question = HOW_STRONG[language]

    assert screen(answer, history=[said("I want to die"), asked(question)]).level is level


@pytest.mark.parametrize(("answer", "level"), [("可以", Level.WATCH), ("不行", Level.HIGH)])
def test_being_unable_to_move_away_from_danger_is_high(answer: str, level: Level) -> None:
    question = AWAY

    assert screen(answer, history=[said("我不想活了"), asked(question)]).level is level


@pytest.mark.parametrize("question", ["How do you feel right now?", "吃饭了吗？", "你到宿舍了吗？"])
@pytest.mark.parametrize("answer", ["yes", "done", "ready", "fine", "嗯", "吃了", "到了", "晚安"])
def test_a_word_after_a_harmless_question_brings_no_card(question: str, answer: str) -> None:
    assert screen(answer, history=[asked(question)]).level <= Level.WATCH


def test_a_yes_to_an_everyday_question_means_nothing() -> None:
    assert screen("嗯", history=[asked("今天吃饭了吗？")]).level is Level.NONE


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("我把东西都送人了", "你们以后要好好的"),
        ("gave all my books away", "take care of each other"),
    ],
)
def test_giving_away_and_a_goodbye_count_together_over_lines(first: str, then: str) -> None:
    assert not screen(then).level.needs_card

    assert screen(then, history=[said(first), asked("嗯")]).level is Level.HIGH


def test_giving_away_and_a_goodbye_at_graduation_are_neither() -> None:
    history = [said("毕业了，东西都送给学妹了")]

    assert screen("毕业快乐，你们以后要好好的", history=history).level is Level.NONE


def test_sudden_calm_after_despair_is_heard() -> None:
    history = [said("我看不到任何未来，好绝望")]

    assert screen("突然觉得很平静", history=history).level >= Level.MODERATE


def test_a_goodbye_after_speaking_of_dying_is_high() -> None:
    assert screen("你们要好好的", history=[said("我好想死")]).level is Level.HIGH


@pytest.mark.parametrize(
    ("before", "retraction", "level"),
    [
        ("我已经决定今晚结束自己的生命", "开玩笑的啦", Level.MODERATE),
        ("I'm going to kill myself", "jk lol", Level.MODERATE),
        ("I want to die", "just kidding, it was a song lyric", Level.WATCH),
    ],
)
def test_a_retraction_does_not_clear_what_was_said(
    before: str, retraction: str, level: Level
) -> None:
    assert screen(retraction, history=[said(before)]).level is level


def test_a_plain_line_after_a_risk_is_watched() -> None:
    assert screen("明天吃什么", history=[said("我不想活了")]).level is Level.WATCH


def test_what_the_companion_said_is_never_the_student_s_risk() -> None:
    history = [asked("如果你不想活了，可以告诉我。")]

    assert screen("今天天气真好", history=history).level is Level.NONE


def test_a_story_goes_on_over_lines_but_a_confession_breaks_it() -> None:
    history = [said("我在写一本小说"), asked("讲什么的？")]

    story, confession = (
        screen("他最后从楼上跳下去了", history=history),
        screen("其实我也想死", history=history),
    )

    assert (story.level, story.subject) == (Level.NONE, Subject.FICTION)
    assert confession.level >= Level.MODERATE
