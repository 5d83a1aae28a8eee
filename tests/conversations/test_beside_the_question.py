"""Answers that say something else than what was asked: each fact is taken up, none is guessed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from companion.language import Language
from companion.risk import Kind, Level, Subject, Verdict
from companion.safety.dialogue import Branch
from companion.safety.dialogue.reader import read
from companion.safety.dialogue.steps import branches, steps
from companion.safety.dialogue.tells import _tells, clauses
from tests.conversations.safety_talks import CALM, SafetyTalk

ZH, EN = Language.ZH, Language.EN
MODERATE = Verdict(level=Level.MODERATE, kinds=(Kind.SUICIDE,), subject=Subject.SELF)
#: What the models may find in a few dark words, without any rule.
ECHO = replace(MODERATE, level=Level.IMMINENT, evidence=("reads like something",))


def asked(step, language=ZH, **given):
    """A talk in which thoughts were told of, and this question waits."""
    talk = SafetyTalk(language=language)
    talk.begins(MODERATE)
    given = {"thoughts": "yes", **given} if step != "thoughts" else given
    order = branches()[Branch.SELF]
    before = tuple(name for name in order[: order.index(step)] if name in given)
    talk.state = replace(talk.state, asked=(*before, step), pending=step, answers=given)
    return talk


@pytest.mark.parametrize(
    ("language", "step", "text", "answers", "level", "pending"),
    [
        # Thoughts and means, when asked who is there.
        (ZH, "alone", "有想过，药在抽屉里", {"means": "yes"}, Level.HIGH, "distance"),
        (ZH, "alone", "会，就在包里", {"means": "yes"}, Level.HIGH, "distance"),
        (ZH, "alone", "有东西在手边", {"means": "yes"}, Level.HIGH, "distance"),
        (EN, "alone", "yes, in my bag", {"means": "yes"}, Level.HIGH, "distance"),
        (
            EN,
            "alone",
            "yeah they're all in my desk drawer",
            {"means": "yes"},
            Level.HIGH,
            "distance",
        ),
        # A plan, a time.
        (ZH, "alone", "是的，我已经想好了", {"plan": "yes"}, Level.HIGH, "recent"),
        (ZH, "alone", "没，我就是想今晚走", {"when": "today"}, Level.IMMINENT, "away"),
        (EN, "alone", "yeah i have a plan", {"plan": "yes"}, Level.HIGH, "recent"),
        (EN, "alone", "no i just want to do it tonight", {"when": "today"}, Level.IMMINENT, "away"),
        (ZH, "person", "没有，我今晚就想做", {"when": "today"}, Level.IMMINENT, "alone"),
        (ZH, "recent", "有，我已经计划好了", {"plan": "yes"}, Level.HIGH, "when"),
        # Something was taken.
        (ZH, "sent", "有，我已经吃药了", {"means": "used"}, Level.IMMINENT, "med_with"),
        (ZH, "alone", "有，刚才吞了一把药片", {"means": "used"}, Level.IMMINENT, "med_with"),
        (EN, "sent", "i took the pills", {"means": "used"}, Level.IMMINENT, "med_with"),
        # Attempts before.
        (ZH, "alone", "有试过一次，去年", {"past": "before"}, Level.MODERATE, "recent"),
        (ZH, "alone", "有，我上周试过", {"past": "recent"}, Level.HIGH, "recent"),
        (EN, "alone", "yes i tried once last year", {"past": "before"}, Level.MODERATE, "recent"),
        (EN, "means", "yes i tried last week", {"past": "recent"}, Level.HIGH, "plan"),
        # Who is there, when asked about danger.
        (ZH, "means", "是，室友刚回来", {"alone": "with"}, Level.MODERATE, "recent"),
        (ZH, "past", "有，室友在", {"alone": "with"}, Level.MODERATE, "recent"),
        (EN, "plan", "yes my friend is with me", {"alone": "with"}, Level.MODERATE, "recent"),
        (EN, "when", "no i'm alone", {"alone": "alone"}, Level.MODERATE, "recent"),
        # What keeps from calling.
        (ZH, "alone", "有打过电话，没人接", {"call": "useless"}, Level.MODERATE, "recent"),
        (ZH, "plan", "会，怕花钱", {"call": "cost"}, Level.MODERATE, "recent"),
        (
            EN,
            "means",
            "no, scared my parents find out",
            {"call": "parents"},
            Level.MODERATE,
            "recent",
        ),
    ],
)
def test_a_yes_to_something_else_answers_nothing_and_the_fact_is_taken_up(
    language, step, text, answers, level, pending
):
    talk = asked(step, language)

    said = talk.says(text, CALM)

    assert talk.state.answers[step] == "unread"
    assert answers.items() <= talk.state.answers.items()
    assert talk.level is level
    assert talk.state.pending == pending
    assert said is not None


@pytest.mark.parametrize(
    ("language", "step", "text", "answers", "level"),
    [
        (ZH, "thoughts", "有，药在抽屉里", {"thoughts": "yes", "means": "yes"}, Level.HIGH),
        (ZH, "plan", "有，今晚", {"plan": "yes", "when": "today"}, Level.IMMINENT),
        (ZH, "plan", "没有，我试过一次，高中的时候", {"plan": "no", "past": "before"}, Level.MODERATE),
        (ZH, "means", "有，我已经吃下去了", {"means": "used"}, Level.IMMINENT),
        (ZH, "past", "没有，但我今晚想", {"past": "no", "when": "today"}, Level.IMMINENT),
        (ZH, "alone", "有，但他在打游戏", {"alone": "with"}, Level.MODERATE),
        (ZH, "past", "没有过", {"past": "no"}, Level.MODERATE),
        (ZH, "means", "手里没有", {"means": "no"}, Level.MODERATE),
        (ZH, "person", "跟我姐说了，我刚给我姐发了", {"person": "family", "sent": "sent"}, Level.MODERATE),
        (EN, "person", "ok i texted my friend", {"person": "friend", "sent": "sent"}, Level.MODERATE),
        (EN, "when", "yes i have some in my room", {"means": "yes"}, Level.HIGH),
        (EN, "past", "i gave them to my mum", {"distance": "done"}, Level.MODERATE),
        (ZH, "past", "不想打电话，怕被学校知道", {"past": "unread", "call": "parents"}, Level.MODERATE),
        (EN, "plan", "yes, tonight", {"plan": "yes", "when": "today"}, Level.IMMINENT),
        (EN, "plan", "no but i tried once in high school", {"plan": "no", "past": "before"}, Level.MODERATE),
        (EN, "distance", "ok i gave them to my friend", {"distance": "done"}, Level.MODERATE),
        (EN, "thoughts", "not my roommate, it's me", {"thoughts": "yes"}, Level.MODERATE),
    ],
)  # fmt: skip
def test_what_is_told_together_with_the_answer_is_heard_too(language, step, text, answers, level):
    talk = asked(step, language)

    talk.says(text, CALM)

    assert answers.items() <= talk.state.answers.items()
    assert talk.level is level


@pytest.mark.parametrize(
    ("language", "step", "text"),
    [
        (ZH, "alone", "我爸妈天天骂我"),
        (ZH, "alone", "有点烦"),
        (ZH, "alone", "有课要上"),
        (ZH, "alone", "没力气说话"),
        (ZH, "alone", "刚才吃了饭"),
        (ZH, "alone", "我按时吃药了"),
        (ZH, "alone", "我今天晚上要写作业"),
        (ZH, "alone", "他试过一次"),
        (ZH, "means", "我爸妈天天骂我"),
        (ZH, "means", "我的手机在手边"),
        (ZH, "plan", "没有人知道"),
        (ZH, "past", "我室友去年试过"),
        (ZH, "recent", "今天一直在写作业"),
        (EN, "alone", "my mum hates me"),
        (EN, "alone", "nobody cares"),
        (EN, "alone", "i took my meds like every day"),
        (EN, "means", "my phone is in my hand"),
        (EN, "plan", "no one knows"),
        (EN, "plan", "i have a lot of homework today"),
        (EN, "past", "my brother tried last year"),
    ],
)
def test_everyday_words_are_no_answer_and_no_fact(language, step, text):
    talk = asked(step, language)

    talk.says(text, CALM)

    assert set(talk.state.answers.items()) - {("thoughts", "yes")} == {(step, "unread")}
    assert talk.level is Level.MODERATE


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (ZH, "没有，是我室友想"),
        (ZH, "不是，我是替朋友问的"),
        (EN, "no its my roommate who wants to"),
    ],
)
def test_a_worry_about_somebody_else_turns_the_questions_to_them(language, text):
    talk = asked("thoughts", language)

    talk.says(text, CALM)

    assert talk.state.branch is Branch.OTHER
    assert talk.state.pending == "friend_with"


def test_a_no_is_taken_back_by_what_is_told_later():
    talk = asked("alone", means="no")

    talk.says("没有，其实药就在抽屉里", CALM)

    assert talk.state.answers["means"] == "yes"
    assert talk.level is Level.HIGH


def test_the_facts_together_count_as_they_do_one_after_the_other():
    talk = asked("alone", plan="yes", recent="now")

    talk.says("有想过，药在抽屉里", CALM)

    assert talk.level is Level.IMMINENT


def test_what_was_told_when_nothing_was_asked_any_more_begins_the_questions_again():
    talk = asked("person")
    talk.state = replace(talk.state, pending=None)

    said = talk.says("其实药就在抽屉里", CALM)

    assert talk.level is Level.HIGH
    assert said is not None
    assert talk.state.pending == "distance"


def test_who_wished_for_quiet_and_then_tells_of_means_is_asked_again():
    talk = asked("plan")
    talk.says("别问了", CALM)
    assert talk.state.branch is Branch.QUIET

    talk.says("药就在抽屉里", CALM)

    assert talk.state.branch is Branch.SELF
    assert talk.state.pending == "distance"


def test_dark_words_beside_an_answer_are_not_put_down_to_the_talk():
    talk = asked("alone")

    turned = talk.hears("有，我站在天台边上", ECHO)

    assert turned.state.answers["alone"] == "with"
    assert turned.verdict.level is Level.HIGH


def test_a_few_words_that_say_nothing_are_not_imminent_for_the_talk_before_them():
    talk = asked("alone", EN)

    turned = talk.hears("not tonight", ECHO, alone=CALM)

    assert turned.verdict.level <= Level.MODERATE


@pytest.mark.parametrize("text", ["发了，她说明天过来看我", "发了，手机快没电了"])
def test_what_follows_something_done_is_not_dark_because_models_find_it_so(text):
    talk = asked("sent", person="friend")

    turned = talk.hears(text, ECHO)

    assert turned.state.answers["sent"] == "sent"
    assert turned.verdict.level <= Level.WATCH


def test_what_models_alone_find_in_a_few_words_is_never_imminent():
    talk = asked("recent")

    assert talk.hears("我出来了，在便利店", ECHO).verdict.level is Level.HIGH


def test_what_was_done_already_is_taken_up_before_what_could_be_done():
    talk = asked("person", EN)

    said = talk.says("ok i texted my friend", CALM)

    assert "You could send" not in said.text
    assert talk.state.pending == "recent"


def test_in_a_talk_about_a_friend_such_words_are_about_the_friend():
    talk = SafetyTalk()
    talk.begins(replace(MODERATE, subject=Subject.OTHER))

    talk.says("药在抽屉里", CALM)

    assert "means" not in talk.state.answers
    assert talk.level is Level.MODERATE


def test_a_long_story_is_not_read_clause_by_clause():
    talk = asked("alone")
    story = "那天药在抽屉里。" * 30

    assert read(story, talk.state).beside == ()
    assert clauses(story, asked="alone") == ()


def test_every_fact_answers_a_question_that_there_is_or_is_known_by_its_meaning():
    for tell in _tells():
        step = steps()[tell.step]
        assert tell.code in {*step.codes, *step.to}
        assert tell.no in {"", *step.codes}
