"""A sentence of the model in front of a question of the safety dialogue, and all that forbids it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from companion.dialogue.reflection import first_sentence, is_told, may_stand
from companion.errors import ModelTimeout, ModelUnavailable
from companion.flows import case_work
from companion.flows.reflect import reflect
from companion.flows.relay import open_relay
from companion.flows.stay import HOLD
from companion.flows.sweep import GRACE
from companion.jobs import Job
from companion.language import Language
from companion.messages import InboundKind, Platform
from companion.store.relays import Through
from tests.conversations.staffed import case_of, employ
from tests.fakes.campus import FakeCampus
from tests.fakes.scripted_model import ScriptedModel

ZH, EN = Language.ZH, Language.EN
DARK = "我不想活了"
TOLD = "有，总觉得自己在硬撑，谁都看不出来"
HEARD = "听起来这么久以来，你一直一个人撑着。"


@pytest.fixture
def holding(tmp_path):
    """Build a campus whose safety worker holds questions for a model."""
    opened = []

    def build(*calls, model=None):
        campus = FakeCampus(tmp_path)
        opened.append(campus)
        reflector = model or ScriptedModel(*(calls or ([HEARD],)))
        campus.services = replace(campus.services, holds_questions=True, reflector=reflector)
        campus.reflector = reflector
        campus.student_id = campus.onboard()
        campus.says(DARK)
        campus.telegram.sent.clear()
        return campus

    yield build
    for campus in opened:
        campus.close()


def held(campus):
    with campus.store.reading() as tx:
        return tx.outbound.held(campus.student_id)


# ------------------------------------------------------------ in front of the question


def test_what_was_heard_stands_before_the_question_in_one_message(holding):
    campus = holding()

    (said,) = campus.says(TOLD)

    first, *rest = said.splitlines()
    assert first == HEARD
    assert "这样的念头" in rest[-1]
    assert campus.buttons()["此刻就很强"]
    assert held(campus) == []


def test_names_and_numbers_do_not_leave_and_come_back_in_no_sentence(holding):
    campus = holding()

    campus.says("有，张伟骂我之后我给13812345678打了电话也没人理")

    (prompt,) = campus.reflector.prompts
    assert "13812345678" not in prompt[-1].content


def test_it_replaces_words_that_took_up_nothing(holding):
    campus = holding()

    (said,) = campus.says("宿舍楼下的桂花都谢了，我也没去看")

    assert said.splitlines()[0] == HEARD
    assert len(said.splitlines()) == 2


def test_a_web_page_shows_the_question_when_it_is_let_go_and_not_before(holding):
    campus = holding()
    campus.onboarded = campus.arrives("你好", platform=Platform.WEB, sender="w1").student_id
    campus.run()
    campus.arrives(DARK, platform=Platform.WEB, sender="w1")
    campus.run()
    campus.arrives(TOLD, platform=Platform.WEB, sender="w1")
    campus.run(only={Job.ASSESS})
    with campus.store.reading() as tx:
        before = tx.talk.lines(campus.onboarded)
    assert before[-1].text == TOLD

    campus.bell.rung.clear()
    campus.run()

    with campus.store.reading() as tx:
        (line,) = tx.talk.lines(campus.onboarded, after=before[-1].seq)
    assert line.text.startswith(HEARD)
    assert line.state == "sent"
    assert (campus.onboarded, "message") in campus.bell.rung


# ------------------------------------------------------------ when it may not stand


@pytest.mark.parametrize(
    "sentence",
    [
        "你应该早点告诉别人。",
        "你有没有试着跟朋友说说？",
        "你已经撑了180天了。",
        "我会一直陪着你的。",
        "一切都会好起来的。",
        "听起来你想用药结束这一切。",
        "听起来你觉得死了就解脱了。",
        "听起来很累，但你还有家人。",
        "请拨打 4001234567。",
        "It sounds very heavy to carry.",
        "听起来很累" * 20 + "。",
        "**听起来很累。**",
        "",
    ],
)
def test_a_sentence_that_does_anything_else_is_dropped_and_the_question_goes_alone(
    holding, sentence
):
    campus = holding([sentence])

    (said,) = campus.says(TOLD)

    assert sentence == "" or sentence not in said
    assert said.startswith("谢谢你直接说出来。")
    assert "这样的念头" in said.splitlines()[-1]


@pytest.mark.parametrize("error", [ModelTimeout("late"), ModelUnavailable("open")])
def test_a_model_that_fails_lets_the_question_go_at_once(holding, error):
    campus = holding([error])

    (said,) = campus.says(TOLD)

    assert said.startswith("谢谢你直接说出来。")
    assert campus.clock.slept == []


def test_a_slow_model_does_not_hold_the_question_longer_than_its_moment(holding):
    campus = holding(["听起来", "很累", "。", "嗯。"])
    campus.reflector.before_piece = lambda _: campus.clock.passes(seconds=2)

    (said,) = campus.says(TOLD)

    assert said.startswith("谢谢你直接说出来。")
    assert len(campus.reflector.prompts) == 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("有，我想过", InboundKind.CHOICE),
        ("有", InboundKind.TEXT),
        ("嗯有的", InboundKind.TEXT),
    ],
)
def test_a_button_or_a_bare_yes_is_answered_at_once(holding, text, kind):
    campus = holding()

    campus.says(text, kind=kind)

    assert campus.reflector.prompts == []
    assert Job.REFLECT not in campus.done


@pytest.mark.parametrize(
    "text",
    [
        "有，而且今晚就想做，东西都准备好了",
        "有，药就在抽屉里，我一直看着它",
        "我刚才吞了一整把药片，现在很困",
        "别问了，我不想聊这个了好吗",
        "开玩笑的啦，你也太当真了吧",
    ],
)
def test_what_is_urgent_or_no_question_never_waits(holding, text):
    campus = holding()

    campus.says(text)

    assert campus.reflector.prompts == []
    assert Job.REFLECT not in campus.done


def test_the_card_never_waits(holding):
    campus = holding()

    assert Job.REFLECT not in campus.done
    campus.clock.passes(hours=30)
    campus.says("我真的不想活了，每天都在想怎么消失")

    assert Job.REFLECT not in campus.done


def test_without_a_model_nothing_is_held(tmp_path):
    campus = FakeCampus(tmp_path)
    campus.student_id = campus.onboard()
    campus.says(DARK)

    campus.says(TOLD)

    assert Job.REFLECT not in campus.done
    campus.close()


# ------------------------------------------------------------ workers that die, lines that come


def test_a_worker_that_dies_costs_the_sentence_and_not_the_question(holding):
    campus = holding()
    campus.arrives(TOLD)
    campus.run(only={Job.ASSESS})
    (row,) = held(campus)
    campus.jobs.sent = [(job, ids) for job, ids in campus.jobs.sent if job is Job.DELIVER_URGENT]

    campus.run(only={Job.DELIVER_URGENT})
    assert campus.telegram.texts == []  # not before its moment
    campus.clock.passes(seconds=HOLD.total_seconds() + 1)
    campus.jobs.send(Job.DELIVER_URGENT, row.id)
    campus.run()

    (said,) = campus.telegram.texts
    assert said == row.text


@pytest.mark.parametrize("platform", [Platform.TELEGRAM, Platform.WEB])
def test_with_every_job_lost_the_sweeper_lets_the_question_out(holding, platform):
    campus = holding()
    student = campus.arrives(DARK, platform=platform, sender="u7").student_id
    campus.run()
    campus.arrives(TOLD, platform=platform, sender="u7")
    campus.run(only={Job.ASSESS})
    campus.jobs.sent.clear()
    campus.clock.passes(seconds=GRACE.total_seconds() + 1)

    campus.jobs.send(Job.SWEEP)
    campus.run()

    with campus.store.reading() as tx:
        assert tx.outbound.held(student) == []
        last = tx.talk.lines(student)[-1]
    assert "这样的念头" in last.text
    assert last.state == "sent"


def test_the_job_run_twice_or_too_late_changes_nothing(holding):
    campus = holding()
    campus.arrives(TOLD)
    campus.run(only={Job.ASSESS})
    (row,) = held(campus)
    campus.clock.passes(seconds=HOLD.total_seconds() + 1)
    campus.run(only={Job.DELIVER_URGENT})
    assert len(campus.telegram.sent) == 1

    reflect(row.id, services=campus.services)
    campus.run()

    assert len(campus.telegram.sent) == 1


def test_the_next_line_lets_a_held_question_out_first(holding):
    campus = holding()
    campus.arrives(TOLD)
    campus.run(only={Job.ASSESS})
    campus.arrives("此刻特别强烈，快要压不住了")

    campus.run(only={Job.ASSESS, Job.DELIVER_URGENT})

    first, second = campus.telegram.texts
    assert "这样的念头" in first.splitlines()[-1]
    assert "怎么做" in second.splitlines()[-1]


def test_a_person_who_takes_the_talk_meanwhile_hears_no_model(holding):
    campus = holding()
    campus.arrives(TOLD)
    campus.run(only={Job.ASSESS})
    staff, case = employ(campus), case_of(campus)
    case_work.claim(case.id, staff=staff, services=campus.services)
    open_relay(case.id, staff=staff, through=Through.DESK, services=campus.services)

    campus.run(only={Job.REFLECT})

    assert campus.reflector.prompts == []


def test_the_job_is_not_on_the_queue_of_the_replies():
    assert Job.REFLECT.queue is not Job.REPLY.queue
    assert Job.REFLECT.queue is not Job.ASSESS.queue


# ------------------------------------------------------------ the parts


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (ZH, HEARD),
        (ZH, "这段日子压得你透不过气。"),
        (ZH, "没有人听你说，这让你很孤单。"),
        (EN, "It sounds exhausting to carry this by yourself."),
        (EN, "Nobody seems to notice how tired you are."),
        (EN, "Being compared all the time has worn you down."),
    ],
)
def test_plain_reflections_may_stand(language, sentence):
    assert may_stand(sentence, language=language, said=())


@pytest.mark.parametrize(
    "sentence",
    [
        "You should tell someone about it.",
        "Have you told anyone about it?",
        "I'll always be here for you.",
        "It will get better.",
        "Try to take a deep breath.",
        "It sounds like the pills feel like a way out.",
        "You want to die.",
        "That is heavy, but you have friends.",
        "It has been 3 months of this.",
        "No wonder you want it to end.",
        "It sounds heavy",
        "<PERSON_1> hurt you deeply.",
    ],
)
def test_in_english_too_anything_else_may_not(sentence):
    assert not may_stand(sentence, language=EN, said=())


def test_what_was_said_before_is_not_said_again():
    assert not may_stand(HEARD, language=ZH, said=[HEARD])


def test_only_the_first_sentence_is_taken_and_rambling_is_given_up():
    assert first_sentence(["“听起来很累。", "”你可以", "试试。"]) == "听起来很累。"
    assert first_sentence(["听起来很累。"]) == "听起来很累。"
    assert first_sentence(["很" * 200, "累" * 200, "。", "嗯"]) == ""


def test_own_words_are_more_than_an_answer():
    assert is_told("这半年我一直一个人硬撑")
    assert is_told("i have been alone with it")
    assert not is_told("有，我想过")
    assert not is_told("yes i have")
