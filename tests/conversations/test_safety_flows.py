"""Staying with a student through the real flows and a real store: card, questions, plan, silence."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from companion.campus import Campus, Pace
from companion.flows.stay import TALK_GAP, is_in_safety_talk
from companion.jobs import Job
from companion.language import Language
from companion.messages import InboundKind
from companion.risk import Level
from companion.safety.dialogue import Branch
from companion.safety.plan import SafetyPlan
from companion.safety.wordings import wordings
from infra.store.store import SqlStore
from tests.fakes.campus import FakeCampus
from tests.fakes.scripted_model import ScriptedModel

DARK = "我不想活了"


@pytest.fixture
def talking(campus):
    """A campus with one student who has answered the first questions."""
    campus.student_id = campus.onboard()
    return campus


def state_of(campus):
    with campus.store.reading() as tx:
        return tx.safety.talks.get(campus.student_id)


def plan_of(campus):
    with campus.store.reading() as tx:
        return tx.safety.plans.get(campus.student_id)


def case_of(campus):
    with campus.store.reading() as tx:
        return tx.cases.open_of(campus.student_id)


def in_safety_talk(campus):
    with campus.store.reading() as tx:
        return is_in_safety_talk(tx, campus.student_id, now=campus.clock.now())


def cards(texts):
    return [text for text in texts if "希望24热线" in text]


def presses(campus, label):
    return campus.says(label, kind=InboundKind.CHOICE)


# ------------------------------------------------------------ card, then questions


def test_the_card_comes_first_and_then_one_question_after_the_other(talking):
    first = talking.says(DARK)
    second = talking.says("有")
    third = talking.says("这阵子常有")

    assert len(cards(first)) == 1
    assert cards(second + third) == []
    assert state_of(talking).asked == ("thoughts", "recent", "plan")
    assert in_safety_talk(talking)


def test_no_model_answers_while_a_question_waits_and_afterwards_it_does(tmp_path):
    campus = FakeCampus(tmp_path, model=ScriptedModel(["粥听起来不错。"]))
    campus.student_id = campus.onboard()
    campus.says(DARK)
    campus.says("说不清")
    assert campus.model.prompts == []

    campus.says("别问了")
    presses(campus, "聊点别的")
    said = campus.says("今天食堂的粥挺好喝的")

    assert said == ["粥听起来不错。"]
    assert not in_safety_talk(campus)
    assert any("求助电话已经发给学生了" in line.content for line in campus.model.prompts[0])
    campus.close()


def test_answers_raise_the_case_and_page_anew(talking):
    talking.says(DARK)
    before = case_of(talking)
    talking.says("有")
    talking.says("这阵子常有")
    talking.says("有")

    case = case_of(talking)
    assert before.level is Level.MODERATE
    assert case.id == before.id
    assert case.level is Level.HIGH
    with talking.store.reading() as tx:
        evidence = [phrase for one in tx.cases.triggers(case.id) for phrase in one.evidence]
    assert "says yes when asked about a plan" in evidence


def test_it_may_be_tonight_so_the_emergency_number_stands_first(talking):
    for text in (DARK, "有", "此刻就很强", "有"):
        talking.says(text)

    (said, *_) = talking.says("就是今天或今晚")

    assert "120" in said.splitlines()[0]
    assert case_of(talking).level is Level.IMMINENT


def test_a_lyric_is_believed_and_the_case_keeps_its_level(talking):
    talking.says(DARK)
    level = case_of(talking).level

    (said,) = talking.says("只是一句歌词啦")

    assert "我信你" in said
    assert case_of(talking).level is level
    assert not in_safety_talk(talking)


def test_the_talk_is_the_same_after_a_restart(talking):
    talking.says(DARK)
    talking.says("有")
    talking.store = SqlStore(talking.engine, talking.sealers, jobs=talking.jobs, bell=talking.bell)
    talking.services = replace(talking.services, store=talking.store)

    talking.says("这阵子常有")

    assert state_of(talking).pending == "plan"


def test_a_message_that_is_assessed_twice_is_answered_once(talking):
    talking.says(DARK)
    received = talking.arrives("有")
    talking.run()
    sent = len(talking.telegram.sent)
    talking.jobs.send(Job.ASSESS, received.message_id)
    talking.run()

    assert len(talking.telegram.sent) == sent
    assert state_of(talking).asked == ("thoughts", "recent")


# ------------------------------------------------------------ silence, leaving, other things


def test_after_six_hours_of_silence_nothing_is_asked_and_no_answer_is_kept(talking):
    talking.says(DARK)
    talking.says("有")
    talking.clock.passes(seconds=TALK_GAP.total_seconds() + 1)

    assert not in_safety_talk(talking)
    talking.says("今天食堂的粥挺好喝的")

    assert state_of(talking) is None
    with talking.store.reading() as tx:
        assert tx.safety.talks.latest(talking.student_id).answers == {}


def test_a_new_alarm_after_the_silence_brings_a_card_in_other_words(talking):
    first = talking.says(DARK)[0]
    talking.clock.passes(hours=30)

    again = talking.says(DARK)[0]

    assert cards([first]) == [first]
    assert cards([again]) == [again]
    assert first.splitlines()[-1] != again.splitlines()[-1]


def test_stop_is_obeyed_at_once_and_nothing_is_asked_any_more(talking):
    talking.says(DARK)

    (said,) = talking.says("停")

    assert "停下了" in said
    assert not in_safety_talk(talking)


def test_commands_work_in_the_middle_and_the_question_goes_on_waiting(talking):
    talking.says(DARK)

    assert "/sos" in talking.says("/help")[0]
    assert state_of(talking).pending == "thoughts"


def test_sos_while_a_question_waits_shows_the_numbers_and_asks_nothing(talking):
    talking.says(DARK)

    (said,) = talking.says("/sos")

    assert "12356" in said
    assert not re.search("[?？]", said)
    assert state_of(talking).pending == "thoughts"


def test_sos_listens_to_the_answer_of_its_own_question(talking):
    talking.says("/sos")
    assert case_of(talking) is None

    talking.says("有，我想过")

    assert case_of(talking).level is Level.MODERATE


def test_who_only_looked_at_the_numbers_is_not_asked_on_and_on(talking):
    talking.says("/sos")
    talking.says("没有想过")
    talking.says("也没有")

    assert not in_safety_talk(talking)
    assert case_of(talking) is None


def test_english_and_chinese_buttons_are_both_understood(talking):
    talking.says(DARK)
    presses(talking, "Yes, I've thought about it")

    assert state_of(talking).answers["thoughts"] == "yes"


def test_words_of_the_talk_are_sealed_and_gone_after_deletion(talking):
    talking.says(DARK)
    talking.says("/plan write")
    talking.says("蔷薇花开的时候")
    raw = talking.folder.joinpath("nuanyu.db").read_bytes()
    assert "蔷薇".encode() not in raw

    talking.says("/delete confirm", kind=InboundKind.CHOICE)

    assert state_of(talking) is None
    assert plan_of(talking) is None


# ------------------------------------------------------------ the safety plan


def test_a_plan_is_written_part_by_part_kept_shown_and_shared(talking):
    talking.says("/plan write")
    for words in ("睡不着", "出去走走", "图书馆", "阿敏", "不用加", "请阿敏收着"):
        talking.says(words)
    talking.says("可以让老师看到")

    plan = plan_of(talking)
    assert plan.lines["signs"] == ("睡不着",)
    assert "lines" not in plan.lines
    assert plan.shared
    (shown,) = talking.says("安全计划")
    assert shown.index("睡不着") < shown.index("图书馆") < shown.index("12356")


def test_one_part_is_changed_and_the_others_stay(talking):
    with talking.store.transaction() as tx:
        plan = SafetyPlan({"self": ("跑步",), "people": ("阿敏",)})
        tx.safety.plans.put(talking.student_id, plan, now=talking.clock.now())

    talking.says("/plan edit people")
    talking.says("我姐")

    assert plan_of(talking).lines["people"] == ("我姐",)
    assert plan_of(talking).lines["self"] == ("跑步",)
    assert not in_safety_talk(talking)


def test_sharing_is_taken_back_and_the_plan_erased_after_asking(talking):
    with talking.store.transaction() as tx:
        plan = SafetyPlan({"self": ("跑步",)}, shared=True)
        tx.safety.plans.put(talking.student_id, plan, now=talking.clock.now())

    assert "只有你" in talking.says("/plan unshare")[0]
    assert not plan_of(talking).shared
    assert "找不回来" in talking.says("/plan delete")[0]
    talking.says("/plan delete confirm")
    assert plan_of(talking) is None


def test_dark_words_in_a_warning_sign_are_kept_as_one(talking):
    talking.says("/plan write")

    talking.says("觉得活着没意思，一直躺着")

    assert plan_of(talking).lines["signs"] == ("觉得活着没意思，一直躺着",)
    assert state_of(talking).branch is Branch.PLAN


def test_an_alarm_in_the_middle_of_the_plan_is_one(talking):
    talking.says("/plan write")

    said = talking.says("我今晚就要结束自己的生命，东西都准备好了")

    assert "120" in said[0]
    assert state_of(talking).branch is not Branch.PLAN
    assert case_of(talking).level >= Level.HIGH


# ------------------------------------------------------------ the truth about people


def test_with_nobody_to_tell_the_card_says_so_and_nothing_says_it_again(tmp_path):
    campus = FakeCampus(tmp_path, campus=Campus(pace=Pace(shortest=0, usual=0, longest=0)))
    campus.student_id = campus.onboard()
    campus.channels.campus_wide = ()

    said = campus.says(DARK)

    assert len(said) == 1
    assert "叫不到值班的老师" in said[0]
    assert case_of(campus).told_nobody_at is not None, "the desk shows that the student knows"
    campus.close()


def test_with_a_staff_group_the_card_says_that_it_is_being_told(talking):
    assert "现在就去提醒" in talking.says(DARK)[0]


def test_an_alert_is_called_sent_only_when_a_page_was_taken(talking):
    talking.says(DARK)
    assert case_of(talking).notified_at is not None

    assert "已经发出的提醒" in talking.says("开玩笑的")[0]


def test_while_no_page_was_taken_yet_the_alert_is_only_on_its_way(talking):
    talking.arrives(DARK)
    talking.run(only={Job.ASSESS, Job.DELIVER_URGENT})
    assert case_of(talking).notified_at is None

    talking.arrives("开玩笑的")
    talking.run(only={Job.ASSESS, Job.DELIVER_URGENT})

    assert "可能已经在路上" in talking.telegram.texts[-1]


def test_where_nobody_can_be_told_no_alert_is_spoken_of(talking):
    talking.channels.campus_wide = ()
    talking.says(DARK)

    assert "提醒" not in talking.says("开玩笑的")[0]


@pytest.mark.parametrize("language", Language)
def test_the_words_for_it_are_not_a_promise(language):
    people = wordings(language).tables["people"]
    assert all("AI" in text for text in people.values())
