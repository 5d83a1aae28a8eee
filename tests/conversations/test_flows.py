"""The path of a message, law by law, through the real flows and a real store."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import time, timedelta
from uuid import uuid4

import pytest

from companion.campus import Campus, DutyLine, Pace
from companion.errors import ModelTimeout
from companion.flows.assess import assess
from companion.flows.deliver import deliver
from companion.flows.reply import LEASE, reply
from companion.flows.sweep import GRACE
from companion.jobs import Job
from companion.language import Language
from companion.messages import InboundKind, OutboundKind, OutboundState, Platform
from companion.open_hours import OpenHours
from companion.people.student import Purpose
from companion.ports import Refused, RetryLater, Uncertain
from companion.risk import Level
from companion.store import Draft
from companion.texts import say
from tests.fakes.campus import FakeCampus
from tests.fakes.scripted_model import ScriptedModel
from workers.tasks import FLOWS

CRISIS = "我不想活了，今晚就想结束这一切"


@pytest.fixture
def talking(campus):
    """A campus with one student who has answered the first questions."""
    campus.student_id = campus.onboard()
    return campus


def with_model(tmp_path, *calls, **how):
    campus = FakeCampus(tmp_path, model=ScriptedModel(*calls), **how)
    campus.student_id = campus.onboard()
    return campus


# ------------------------------------------------------------ law 1 and law 7: rows, copies


def test_the_same_update_five_times_is_answered_once(talking):
    for _ in range(5):
        talking.arrives("室友太吵了", platform_id="one")
    talking.run()

    assert len(talking.telegram.sent) == 1


def test_every_job_may_run_twice(talking):
    message = talking.arrives("室友太吵了")
    for _ in range(2):
        assess(message.message_id, services=talking.services)
        reply(talking.student_id, services=talking.services)
        for job, ids in list(talking.jobs.sent):
            if job is Job.DELIVER:
                deliver(*ids, services=talking.services)

    assert len(talking.telegram.sent) == 1


def test_what_the_broker_lost_is_swept_up(talking):
    talking.jobs.is_away = True
    talking.arrives("室友太吵了")
    talking.jobs.is_away = False
    assert talking.telegram.sent == []

    talking.clock.passes(seconds=GRACE.total_seconds() + 1)
    talking.jobs.send(Job.SWEEP)
    talking.run()

    assert len(talking.telegram.sent) == 1


def test_a_queue_that_is_emptied_between_any_two_steps_loses_nothing(talking):
    talking.arrives("室友太吵了")
    for _ in range(8):
        if talking.telegram.sent:
            break
        if talking.jobs.sent:
            job, ids = talking.jobs.sent.pop(0)
            if job is not Job.SWEEP:
                talking.jobs.sent.clear()  # Redis is emptied before anything else runs
            talking.jobs.send(job, *ids)
            talking.run(only={job})
            talking.jobs.sent.clear()
        talking.clock.passes(seconds=61)
        talking.jobs.send(Job.SWEEP)
        talking.run(only={Job.SWEEP})

    talking.run()
    assert len(talking.telegram.sent) == 1


# ------------------------------------------------------------ replies: order, merging, leases


def test_several_short_lines_are_answered_once(talking):
    for line in ("我", "今天又", "没去上课"):
        talking.arrives(line)
    talking.run()

    assert len(talking.telegram.sent) == 1


def test_the_pause_follows_how_the_student_types(tmp_path):
    pace = Pace(shortest=0.5, usual=2.0, longest=6.0)
    campus = FakeCampus(tmp_path, campus=Campus(pace=pace))
    campus.onboard()
    campus.clock.slept.clear()

    campus.says("我想说的是，")
    open_ended = sum(campus.clock.slept)
    campus.clock.slept.clear()
    campus.says("我说完了。")
    finished = sum(campus.clock.slept)

    assert 0.5 <= finished < open_ended <= 6.0
    campus.close()


def test_a_line_that_comes_while_the_model_writes_is_neither_lost_nor_answered_twice(tmp_path):
    campus = with_model(
        tmp_path, ["听起来很吵。", "这很累。", "你最怕什么？"], ["原来还有考试。"], ["不该再问"]
    )
    late = iter(["而且明天考试"])

    def meanwhile(number):
        if number == 2 and (line := next(late, None)):
            campus.arrives(line)
            campus.run(only={Job.ASSESS})

    campus.model.before_piece = meanwhile
    answers = campus.says("室友太吵了")

    assert answers == ["听起来很吵。这很累。你最怕什么？", "原来还有考试。"]
    assert len(campus.model.prompts) == 2
    campus.close()


def test_a_line_that_comes_before_anything_was_shown_joins_the_answer(tmp_path):
    campus = with_model(tmp_path, ["第一次没看到全部。"], ["两件事我都听见了。"])
    late = iter(["而且明天考试"])

    def meanwhile(number):
        if number == 0 and (line := next(late, None)):
            campus.arrives(line)
            campus.run(only={Job.ASSESS})

    campus.model.before_piece = meanwhile

    assert campus.says("室友太吵了") == ["两件事我都听见了。"]
    campus.close()


def test_two_workers_racing_for_one_chat_answer_once(talking):
    message = talking.arrives("室友太吵了")
    assess(message.message_id, services=talking.services)
    other = uuid4()
    now = talking.clock.now()
    with talking.store.transaction() as tx:
        assert tx.students.lease(talking.student_id, owner=other, now=now, until=now + LEASE)

    reply(talking.student_id, services=talking.services)

    with talking.store.reading() as tx:
        assert len(tx.inbound.waiting(talking.student_id)) == 1
    with talking.store.transaction() as tx:
        assert not tx.students.release(talking.student_id, owner=other)


def test_a_worker_that_died_while_writing_is_replaced_and_its_half_reply_never_sent(talking):
    message = talking.arrives("室友太吵了")
    assess(message.message_id, services=talking.services)
    talking.jobs.sent.clear()
    dead, now = uuid4(), talking.clock.now()
    with talking.store.transaction() as tx:
        tx.students.lease(talking.student_id, owner=dead, now=now, until=now + LEASE)
        half = tx.outbound.add(
            tx.students.latest_account(talking.student_id),
            Draft(
                kind=OutboundKind.REPLY,
                text="说到一半",
                dedupe="reply:dead",
                state=OutboundState.WRITING,
            ),
            now=now,
        )

    talking.clock.passes(seconds=LEASE.total_seconds() + 1)
    talking.jobs.send(Job.SWEEP)
    talking.run()

    assert len(talking.telegram.sent) == 1
    assert talking.telegram.texts[0] != "说到一半"
    with talking.store.reading() as tx:
        assert tx.outbound.get(half.id).state is OutboundState.CANCELLED


def test_answers_come_in_the_order_of_what_was_said(talking):
    for line in ("第一件事是考试。", "第二件事是论文。", "第三件事是室友。"):
        talking.says(line)

    with talking.store.reading() as tx:
        roles = [line.role for line in tx.talk.lines(talking.student_id, limit=6)]
    assert roles == ["user", "assistant"] * 3


def test_typing_comes_back_as_a_job_while_the_model_is_silent(tmp_path):
    """
    It must not wait in a thread: a slow model would hold those that deliver cards and replies.
    """
    campus = with_model(tmp_path, ["听起来很吵。", "你最怕什么？"])
    came_back = []

    def meanwhile(number):
        if number == 0:
            ((job, ids),) = campus.jobs.sent
            campus.jobs.sent.clear()
            FLOWS[job](*ids, services=campus.services)
            came_back.extend(campus.jobs.names)

    campus.model.before_piece = meanwhile
    campus.says("室友太吵了")

    assert came_back == [Job.SHOW_TYPING]
    assert campus.telegram.typing == ["u1"]
    assert campus.jobs.sent == []  # with the answer written, it does not come back
    campus.close()


# ------------------------------------------------------------ law 8: truth in delivery


def test_a_busy_platform_is_waited_for_as_it_asks(talking):
    talking.telegram.faults = [RetryLater(timedelta(seconds=7))]

    assert len(talking.says("室友太吵了")) == 1
    assert 7.0 in talking.clock.slept


def test_a_platform_that_asks_for_a_long_wait_is_left_to_the_sweeper(talking):
    talking.telegram.faults = [RetryLater(timedelta(minutes=3))]
    assert talking.says("室友太吵了") == []

    talking.clock.passes(minutes=2)
    talking.jobs.send(Job.SWEEP)
    talking.run()
    assert talking.telegram.sent == []

    talking.clock.passes(minutes=2)
    talking.jobs.send(Job.SWEEP)
    talking.run()
    assert len(talking.telegram.sent) == 1


def test_a_student_who_blocked_us_is_unreachable_until_they_write_again(talking):
    talking.telegram.faults = [Refused("blocked", unreachable=True)]
    talking.says("室友太吵了")
    with talking.store.reading() as tx:
        assert not tx.students.latest_account(talking.student_id).reachable

    assert len(talking.says("我又来了")) == 1
    with talking.store.reading() as tx:
        assert tx.students.latest_account(talking.student_id).reachable


def test_a_reply_in_doubt_is_not_sent_twice_but_asked_about(talking):
    talking.telegram.faults = [Uncertain()]

    (asked,) = talking.says("室友太吵了")
    assert asked == say("delivery.lost", Language.ZH)

    again = talking.buttons()[say("delivery.lost_again", Language.ZH)]
    (repeated,) = talking.says(again, kind=InboundKind.CHOICE)
    with talking.store.reading() as tx:
        lost = [line for line in tx.talk.lines(talking.student_id) if line.state == "unconfirmed"]
    assert [line.text for line in lost] == [repeated]


def test_a_worker_killed_mid_send_leaves_no_double_reply(talking):
    message = talking.arrives("室友太吵了")
    talking.run(only={Job.ASSESS, Job.REPLY})
    ((_, (outbound_id,)),) = [one for one in talking.jobs.sent if one[0] is Job.DELIVER]
    now = talking.clock.now()
    with talking.store.transaction() as tx:  # claimed, and then kill -9
        assert tx.outbound.claim(
            outbound_id, owner=uuid4(), now=now, until=now + timedelta(seconds=40)
        ).outbound
    talking.jobs.sent.clear()

    talking.clock.passes(seconds=90)
    talking.jobs.send(Job.SWEEP)
    talking.run()

    assert talking.telegram.texts == [say("delivery.lost", Language.ZH)]
    assert message.is_new


def test_a_card_in_doubt_goes_again(talking):
    talking.telegram.faults = [Uncertain()]

    sent = talking.says(CRISIS)

    assert "12356" in sent[0]


def test_a_long_text_goes_on_where_it_broke_off(tmp_path):
    words = (
        "听起来这一周你几乎没有喘气的时间，白天赶论文，晚上又被室友吵得睡不着。你最想先放下哪一件？"
    )
    campus = with_model(tmp_path, [words])
    campus.telegram.limit = 10
    sent_before_break = 2
    original = campus.telegram.send

    def send(address, part, *, choices):
        if len(campus.telegram.sent) == sent_before_break and not campus.telegram.faults:
            campus.telegram.faults = [RetryLater(timedelta(seconds=1))]
            campus.telegram.send = original
        return original(address, part, choices=choices)

    campus.telegram.send = send
    sent = campus.says("说吧")

    assert "".join(sent) == words
    campus.close()


# ------------------------------------------------------------ law 3 and 4: screening first


def test_a_text_at_risk_gets_the_card_at_once_and_no_generated_reply(tmp_path):
    campus = with_model(tmp_path, ["模型不该说话"])

    sent = campus.says(CRISIS)

    assert "12356" in sent[0]
    assert campus.model.prompts == []
    assert Job.REPLY not in campus.done
    campus.close()


def test_a_screen_that_breaks_counts_as_worrying(talking, monkeypatch):
    def broken(text, *, history=()):
        raise RuntimeError("damaged phrase file")

    monkeypatch.setattr("companion.flows.assess.screen", broken)

    assert "12356" in talking.says("今天天气不错")[0]


def test_a_safety_text_takes_the_place_of_the_reply_that_was_being_written(tmp_path):
    campus = with_model(tmp_path, ["听起来很吵。", "你最怕什么？", "还有呢？"])
    once = iter([CRISIS])

    def meanwhile(number):
        if number == 1 and (line := next(once, None)):
            campus.arrives(line)
            campus.run(only={Job.ASSESS, Job.DELIVER_URGENT})

    campus.model.before_piece = meanwhile
    sent = campus.says("室友太吵了")

    assert "12356" in sent[0]
    assert not any("你最怕什么" in text for text in sent)
    with campus.store.reading() as tx:
        assert tx.inbound.waiting(campus.student_id) == []
    campus.close()


def test_the_card_is_not_repeated_within_a_talk_but_the_bot_stays(talking):
    first = talking.says("我想死")[0]
    second = talking.says("就是觉得活着没意思，想死")[0]
    talking.clock.passes(hours=30)
    later = talking.says("我想死")[0]

    assert "12356" in first
    assert second != first
    assert len(second) < len(first)
    assert "12356" in later


def test_staff_are_paged_without_a_word_of_the_student(talking):
    talking.says(CRISIS)

    (page,) = talking.channels.pages
    assert "结束" not in page
    assert "紧急程度" in page
    assert say("delivery.told_staff", Language.ZH) in talking.telegram.texts


def test_a_page_that_was_not_taken_is_tried_again_and_the_student_not_told_otherwise(talking):
    talking.channels.telegram.dead["staff-group"] = Refused("chat_gone", unreachable=True)
    talking.says(CRISIS)
    assert say("delivery.told_staff", Language.ZH) not in talking.telegram.texts

    talking.channels.telegram.dead.clear()
    talking.clock.passes(minutes=1)
    talking.jobs.send(Job.WATCH_CASES)
    talking.run()
    assert len(talking.channels.pages) == 1
    assert say("delivery.told_staff", Language.ZH) in talking.telegram.texts


def test_below_high_staff_are_only_told_when_the_student_allowed_it(campus):
    student_id = campus.onboard()
    with campus.store.transaction() as tx:
        tx.students.consent(student_id, Purpose.STAFF_ALERT, granted=False, now=campus.clock.now())

    campus.says("我有时候会想死，但不会做什么")
    with campus.store.reading() as tx:
        level = tx.students.get(student_id).card_level

    assert level is Level.MODERATE
    assert campus.channels.pages == []


# ------------------------------------------------------------ first contact, commands


def test_the_first_words_are_heard_and_the_notice_comes_first(campus):
    sent = campus.says("我最近总是睡不着")

    assert sent[0].startswith("你好，我是暖语")
    assert "AI" in sent[0]
    assert sent[1] == say("onboarding.age", Language.ZH, minimum=18)
    assert len(sent) == 3
    assert len(campus.says("嗯，就是躺着想事情")) == 1  # and then it talks


def test_start_asks_age_then_each_consent_then_talks(campus):
    campus.says("/start")
    asked = []
    for _ in range(4):
        asked.append(campus.telegram.texts[-1])
        campus.says(next(iter(campus.buttons().values())), kind=InboundKind.CHOICE)

    assert asked[0] == say("onboarding.age", Language.ZH, minimum=18)
    assert [say(f"onboarding.consent_{purpose}", Language.ZH) for purpose in Purpose] == asked[1:]
    assert campus.telegram.texts[-1] == say("onboarding.done", Language.ZH)
    with campus.store.reading() as tx:
        student = tx.students.get(campus.arrives("x").student_id)
    assert student.onboarded
    assert all(student.allows(purpose) for purpose in Purpose)


def test_who_is_too_young_is_told_kindly_and_still_gets_help(campus):
    campus.says("/start")
    (told,) = campus.says("/age under_min", kind=InboundKind.CHOICE)
    assert "12355" in told
    assert campus.says("我作业写不完")[-1].startswith("谢谢你告诉我")
    assert "12356" in campus.says(CRISIS)[0]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("/help", "/sos"),
        ("帮助", "/sos"),
        ("/sos", "12356"),
        ("求助", "12356"),
        ("/privacy", "谁能看"),
        ("隐私", "谁能看"),
        ("/human", "真人"),
        ("转人工", "真人"),
        ("/memory", "记着"),
        ("你记得我什么？", "记着"),
        ("/stop", "停下了"),
        ("退出", "停下了"),
        ("/pause", "多久"),
        ("/pause 7", "2026-11-29"),
        ("/language", "Which language"),
        ("/language en", "English it is"),
        ("/nonsense", "/help"),
    ],
)
def test_commands_and_plain_words_are_answered(talking, words, expected):
    assert expected in talking.says(words)[0]


def test_english_students_are_answered_in_english(talking):
    talking.says("/language en")

    assert "Just write" in talking.says("/help")[0]


def test_the_language_follows_the_student(campus):
    sent = campus.says("I can't sleep before my exams and I feel so tired")
    assert sent[0].startswith("Hi, I'm Nuanyu")

    assert campus.says("我想说中文了，最近很累")[-1].isascii() is False


def test_exit_words_stop_what_is_being_written_and_ask_no_model(tmp_path):
    campus = with_model(tmp_path, ["听起来很吵。", "你最怕什么？", "还有呢？"])
    once = iter(["退出"])

    def meanwhile(number):
        if number == 1 and (line := next(once, None)):
            campus.arrives(line)
            campus.run(only={Job.ASSESS})

    campus.model.before_piece = meanwhile
    sent = campus.says("室友太吵了")

    assert sent == [say("command.stopped", Language.ZH)]
    assert len(campus.model.prompts) == 1
    campus.close()


def test_human_tells_the_truth_about_who_is_there(tmp_path):
    line = DutyLine(
        name={Language.ZH: "心理中心", Language.EN: "the counselling centre"},
        phone="021-5555 0101",
        hours=(
            OpenHours(
                days=frozenset({1, 2, 3, 4, 5}),
                opens=time(8),
                closes=time(22),
            ),
        ),
    )
    campus = FakeCampus(tmp_path, campus=Campus(duty_line=line, pace=Pace(shortest=0, usual=0)))
    campus.onboard()

    campus.clock.at = campus.clock.at.replace(day=23, hour=2)  # Monday 10:00 in Shanghai
    assert "现在有人" in campus.says("/human")[0]
    campus.clock.passes(hours=14)  # Tuesday 00:00
    closed = campus.says("转人工")[0]
    assert "不是接听时间" in closed
    assert "周一至周五 08:00-22:00" in closed
    campus.channels.campus_wide = ()
    assert "没法替你通知" in campus.says("转人工")[0]
    campus.close()


def test_memory_can_be_seen_corrected_and_erased(talking):
    assert "记住了" in talking.says("记住：我学护理，大二")[0]
    assert "我学护理" in talking.says("/memory")[0]

    forget = talking.buttons()[say("command.memory_forget_one", Language.ZH, number=1)]
    talking.says(forget, kind=InboundKind.CHOICE)

    assert "我学护理" not in talking.says("/memory")[0]


def test_without_consent_nothing_is_remembered(campus):
    campus.onboard(memory=False)

    assert "没有让我记事" in campus.says("记住：我学护理")[0]


def test_export_holds_the_talk_and_is_a_page_and_json(talking):
    talking.says("室友<b>太吵</b>了")
    talking.says("/export")

    ((address, name, content),) = talking.telegram.files
    archive = zipfile.ZipFile(io.BytesIO(content))
    data = json.loads(archive.read("nuanyu.json"))
    page = archive.read("nuanyu.html").decode()
    assert address == "u1"
    assert name.endswith(".zip")
    assert "室友<b>太吵</b>了" in [message["text"] for message in data["messages"]]
    assert "室友&lt;b&gt;太吵&lt;/b&gt;了" in page


def test_delete_asks_once_then_all_is_gone_with_a_receipt(talking):
    talking.says("室友太吵了")
    assert "确定" in talking.says("删除我的数据")[0]
    assert "什么都没动" in talking.says("/delete cancel", kind=InboundKind.CHOICE)[0]

    (receipt,) = talking.says("/delete confirm", kind=InboundKind.CHOICE)

    assert "收据编号" in receipt
    with talking.store.reading() as tx:
        kept = [line.text for line in tx.talk.lines(talking.student_id)]
    assert kept == [receipt]
    talking.jobs.send(Job.PURGE)
    talking.run()
    with talking.store.reading() as tx:
        assert tx.students.find_account(Platform.TELEGRAM, "u1") is None


def test_after_deletion_everything_begins_anew(talking):
    talking.says("/delete confirm", kind=InboundKind.CHOICE)

    assert talking.says("你还记得我吗")[0].startswith("你好，我是暖语")


# ------------------------------------------------------------ what is no plain text


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (InboundKind.STICKER, "😭", "😭"),
        (InboundKind.PHOTO, "", "图片"),
        (InboundKind.VOICE, "", "语音"),
        (InboundKind.OTHER, "", "打不开"),
        (InboundKind.TEXT, "", "空的"),
        (InboundKind.TEXT, " \n\u200b\ufeff", "空的"),
    ],
)
def test_what_has_no_words_gets_an_honest_answer(talking, kind, text, expected):
    (answer,) = talking.says(text, kind=kind)

    assert expected in answer


def test_an_edited_text_is_screened_and_answered_as_edited(talking):
    assert talking.says("室友还好", kind=InboundKind.EDIT)[0].startswith("我看到你改了")
    assert "12356" in talking.says(CRISIS, kind=InboundKind.EDIT)[0]


def test_a_caption_is_answered_and_screened(talking):
    assert "图片我看不了" in talking.says("这是我的宿舍，好乱", kind=InboundKind.PHOTO)[0]
    assert "12356" in talking.says(CRISIS, kind=InboundKind.PHOTO)[0]


@pytest.mark.parametrize(
    "text",
    [
        "啊" * 100_000,
        "\u202eקשה לי מאוד\u202c",
        "\x00\x01\x02\ufffe",
        "\ud83d half a pair",
        "z\u0335" * 3000,
        "🫠" * 500,
    ],
    ids=["100 kB", "right to left", "binary", "lone surrogate", "combining", "emoji"],
)
def test_strange_texts_are_handled(talking, text):
    assert talking.says(text)


# ------------------------------------------------------------ the model is away


def test_when_the_model_is_away_the_guided_engine_answers_and_says_so_once(tmp_path):
    campus = with_model(tmp_path, [ModelTimeout("late")])

    first = campus.says("我论文写不出来，导师一直催")[0]
    second = campus.says("我觉得自己很没用")[0]

    assert first != second
    assert campus.telegram.texts
    campus.close()


def test_the_model_sees_no_names_or_numbers_and_the_student_sees_them_again(tmp_path):
    campus = with_model(tmp_path, ["<PHONE_1> 这个号码我记下了。"])

    (answer,) = campus.says("我电话是13812345678，总有人骚扰我")

    prompt = " ".join(line.content for line in campus.model.prompts[0])
    assert "13812345678" not in prompt
    assert "<PHONE_1>" in prompt
    assert answer
    campus.close()


def test_old_turns_are_folded_into_a_summary(tmp_path):
    campus = with_model(tmp_path, ["嗯，我在听。"])
    for number in range(35):
        campus.says(f"第{number}天，我又失眠到凌晨三点，白天上课一直犯困")

    with campus.store.reading() as tx:
        assert tx.students.summary(campus.student_id)
        assert tx.students.get(campus.student_id).summary_seq > 0
    campus.close()
