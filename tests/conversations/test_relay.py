"""A person and a student write to each other through us, and the companion is silent."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from companion.errors import BadInput
from companion.flows import case_work
from companion.flows.deliver import deliver
from companion.flows.relay import (
    LONGEST_LINE,
    close_relay,
    open_relay,
    relay_of,
    say_to_student,
)
from companion.flows.watch_cases import watch_cases
from companion.flows.watch_relays import PATIENCE
from companion.jobs import Job
from companion.language import Language
from companion.messages import InboundKind, OutboundKind, OutboundState, Platform
from companion.ports import Refused, RetryLater, Uncertain
from companion.risk import Level
from companion.staff.cases import CaseState, Outcome
from companion.store import PageReason
from companion.store.relays import RelayedState, Through
from tests.conversations.staffed import CRISIS, audited, employ, reload, to_counsellor, worry
from tests.fakes.campus import FakeCampus
from tests.fakes.scripted_model import ScriptedModel


class Held:
    """A student at risk and the counsellor who holds the talk from a private chat."""

    def __init__(
        self, campus, *, text=CRISIS[Language.ZH], name="李老师", through=Through.TELEGRAM
    ):
        self.campus = campus
        self.student_id = campus.onboard()
        self.staff = employ(campus, name=name)
        if not re.search(r"[\u4e00-\u9fff]", text + name):
            campus.says("/language en")
        self.case = worry(campus, text)
        case_work.claim(self.case.id, staff=self.staff, services=campus.services)
        campus.run()
        if through is not None:
            self.open(through)

    def open(self, through=Through.TELEGRAM):
        """The counsellor presses Relay."""
        opened = open_relay(
            self.case.id, staff=self.staff, through=through, services=self.campus.services
        )
        self.campus.run()
        return opened

    def writes(self, text, **how):
        """The counsellor writes; returns the outbound row's id."""
        sent = say_to_student(
            self.case.id, text, staff=self.staff, services=self.campus.services, **how
        )
        self.campus.run()
        return sent

    def hands_back(self):
        closed = close_relay(self.case.id, staff=self.staff, services=self.campus.services)
        self.campus.run()
        return closed

    @property
    def relay(self):
        with self.campus.store.reading() as tx:
            return relay_of(tx, self.student_id)

    def lines(self):
        with self.campus.store.reading() as tx:
            [relay] = tx.relays.of_case(self.case.id)
            return [(line.is_students, line.text, line.state) for line in tx.relays.lines(relay.id)]


@pytest.fixture
def held(campus):
    """A talk that a person holds because the student asked for one."""
    return Held(campus, text="/human")


# ------------------------------------------------------------ both ways, in order


@pytest.mark.parametrize(
    ("language", "opened", "header", "ended"),
    [
        (
            Language.ZH,
            "值班老师 李老师（真人）现在在这里了",
            "值班老师 李老师（真人）：\n我在，慢慢说。",
            "李老师 把对话交还了。现在说话的又是我，暖语（AI）",
        ),
        (
            Language.EN,
            "Li Wen, counsellor (a person), is here now.",
            "Li Wen, counsellor (a person):\n我在，慢慢说。",
            "Li Wen has handed back. I am Nuanyu, the companion (AI), again.",
        ),
    ],
    ids=["zh", "en"],
)
def test_a_relay_is_announced_marked_and_ended_in_plain_words(
    campus, language, opened, header, ended
):
    name = "李老师" if language is Language.ZH else "Li Wen"
    held = Held(campus, text=CRISIS[language], name=name)

    assert opened in campus.telegram.texts[-1]
    held.writes("我在，慢慢说。")
    assert campus.telegram.texts[-1] == header
    held.hands_back()
    assert ended in campus.telegram.texts[-1]


def test_what_the_student_writes_reaches_the_counsellor_in_order_and_nothing_answers(held):
    campus = held.campus
    before = len(campus.telegram.sent)

    for text in ("老师好", "我在宿舍", "室友不在"):
        campus.arrives(text)
    campus.run()

    assert to_counsellor(campus)[-3:] == [
        f"编号 {held.case.number}：学生\n{text}" for text in ("老师好", "我在宿舍", "室友不在")
    ]
    assert len(campus.telegram.sent) == before
    assert [state for _, _, state in held.lines()] == ["sent"] * 3


def test_a_line_that_waits_holds_back_those_behind_it(held):
    campus = held.campus
    campus.channels.telegram.faults.append(RetryLater(timedelta(seconds=3)))

    campus.arrives("一")
    campus.arrives("二")
    campus.run()

    assert [text.rpartition("\n")[2] for text in to_counsellor(campus)[-2:]] == ["一", "二"]


def test_a_line_of_which_nobody_knows_is_sent_again_rather_than_missed(held):
    held.campus.channels.telegram.faults.append(Uncertain("cut"))

    held.campus.says("在吗")

    assert to_counsellor(held.campus)[-1].endswith("在吗")
    assert held.lines()[-1][2] == RelayedState.SENT


def test_a_line_the_chat_refuses_is_shown_at_the_desk_and_pages_the_counsellor(held):
    campus = held.campus
    campus.channels.telegram.faults.append(Refused("blocked", unreachable=True))

    campus.says("在吗")

    assert held.lines()[-1] == (True, "在吗", "failed")
    with campus.store.reading() as tx:
        assert PageReason.RELAY in {page.why for page in tx.pages.of_case(held.case.id)}


def test_every_job_may_run_twice(held):
    campus = held.campus
    campus.arrives("在吗")
    campus.run(only={Job.ASSESS})
    campus.jobs.sent += campus.jobs.sent
    campus.run()

    assert [text for text in to_counsellor(campus) if text.endswith("在吗")] == [
        f"编号 {held.case.number}：学生\n在吗"
    ]


def test_a_lost_job_is_found_by_the_watch(held):
    campus = held.campus
    campus.arrives("在吗")
    campus.run(only={Job.ASSESS})
    campus.jobs.sent.clear()
    campus.clock.passes(seconds=30)

    watch_cases(services=campus.services)
    campus.run()

    assert to_counsellor(campus)[-1].endswith("在吗")


def test_the_counsellors_message_goes_once_however_often_it_is_repeated(held):
    first = held.writes("我在", once="7")
    second = held.writes("我在", once="7")

    assert first == second
    assert [text for text in held.campus.telegram.texts if text.endswith("我在")] == [
        "值班老师 李老师（真人）：\n我在"
    ]


def test_what_was_said_is_never_taken_for_markdown(held):
    sent = held.writes("**不是粗体** [也不是链接](x)")

    with held.campus.store.reading() as tx:
        outbound = tx.outbound.get(sent)
    assert outbound.kind is OutboundKind.RELAY
    assert outbound.kind is not OutboundKind.REPLY


@pytest.mark.parametrize("text", ["", "  \n", "字" * (LONGEST_LINE + 1)])
def test_what_cannot_be_sent_is_refused_before_it_is_a_row(held, text):
    with pytest.raises(BadInput):
        held.writes(text)


def test_the_first_words_of_the_counsellor_are_the_first_contact(held):
    assert reload(held.campus, held.case).state is CaseState.CLAIMED

    held.writes("我在")

    assert reload(held.campus, held.case).state is CaseState.IN_CONTACT
    assert {"relay.open", "relay.say", "case.contact"} <= set(audited(held.campus, held.case))


def test_words_that_cannot_reach_the_student_page_the_counsellor_once(held):
    campus = held.campus
    campus.telegram.faults += [Refused("blocked", unreachable=True)] * 2

    first = held.writes("你在吗")
    held.writes("我很担心")

    with campus.store.reading() as tx:
        assert tx.outbound.get(first).state is OutboundState.REFUSED
        undelivered = [
            page for page in tx.pages.of_case(held.case.id) if page.why is PageReason.UNDELIVERED
        ]
    assert len(undelivered) == 1
    assert "没有送到" in to_counsellor(campus)[-1]
    assert "担心" not in to_counsellor(campus)[-1]


def test_words_for_a_platform_that_is_off_page_the_counsellor_too(held):
    campus = held.campus
    campus.services.senders.by_platform.clear()

    sent = held.writes("你在吗")

    with campus.store.reading() as tx:
        assert tx.outbound.get(sent).state is OutboundState.REFUSED
        assert tx.students.latest_account(held.case.student_id).reachable
    assert "没有送到" in to_counsellor(campus)[-1]


# ------------------------------------------------------------ silence


def test_a_reply_that_is_being_written_is_dropped_when_a_person_comes(tmp_path):
    campus = FakeCampus(
        tmp_path, model=ScriptedModel(["我听到你说，", "这很难。", "你愿意多说一点吗？"])
    )
    held = Held(campus, text="/human", through=None)
    before = len(campus.telegram.texts)
    campus.model.before_piece = lambda number: held.open() if number == 1 else None

    campus.says("我也不知道怎么办")

    assert ["现在在这里了" in text for text in campus.telegram.texts[before:]] == [True]
    campus.close()


def test_a_reply_that_waits_to_be_sent_is_not_sent_once_a_person_is_there(campus):
    held = Held(campus, text="/human", through=None)
    campus.arrives("今天天气不错")
    campus.run(only={Job.ASSESS, Job.REPLY})
    with campus.store.reading() as tx:
        account = tx.students.latest_account(held.student_id)
        waiting = tx.outbound.next_pending(account.id)
    # Opening cancels what waits; a reply of which a part was sent already is left, and stopped
    # when its next part would go.
    campus.telegram.limit = 5
    campus.telegram.faults += [RetryLater(timedelta(minutes=1))]
    campus.run(only={Job.DELIVER})
    with campus.store.transaction() as tx:
        owner = uuid4()
        now = campus.clock.now() + timedelta(minutes=2)
        tx.outbound.claim(waiting, owner=owner, now=now, until=now)
        tx.outbound.part_sent(waiting, owner=owner, parts=1, until=now)
        tx.outbound.put_back(waiting, owner=owner, not_before=now, reason="retry_later")
    campus.clock.passes(minutes=3)
    held.open()
    texts = len(campus.telegram.sent)

    deliver(waiting, services=campus.services)

    with campus.store.reading() as tx:
        assert tx.outbound.get(waiting).state is OutboundState.CANCELLED
    assert not any("天气" in text for text in campus.telegram.texts[texts:])


def test_generating_is_not_even_begun_while_a_person_is_there(tmp_path):
    campus = FakeCampus(tmp_path, model=ScriptedModel(["好。"]))
    held = Held(campus, text="/human")

    campus.says("你好")
    campus.jobs.send(Job.REPLY, held.student_id)
    campus.run()

    assert campus.model.prompts == []
    campus.close()


def test_what_was_written_to_the_companion_before_is_not_passed_on(campus):
    held = Held(campus, through=None)
    campus.arrives("这句只是跟你说的")
    campus.run(only={Job.ASSESS})

    held.open()

    assert not any("这句只是跟你说的" in text for text in to_counsellor(campus))
    assert held.lines() == []


def test_every_line_is_screened_and_raises_the_case_without_a_card(campus):
    held = Held(campus, through=None)
    case_work.set_level(
        held.case.id, Level.MODERATE, staff=held.staff, reason="试", services=campus.services
    )
    held.open()
    before = len(campus.telegram.sent)

    campus.says(CRISIS[Language.ZH])

    assert reload(campus, held.case).level >= Level.HIGH
    assert len(campus.telegram.sent) == before
    assert any("程序判断紧急程度" in text for text in to_counsellor(campus))
    assert any(text.endswith(CRISIS[Language.ZH]) for text in to_counsellor(campus))


def test_commands_still_work_and_are_not_passed_on(held):
    campus = held.campus
    before = len(to_counsellor(campus))

    [card] = campus.says("/sos")

    assert re.search(r"\d{3,}", card)
    assert len(to_counsellor(campus)) == before


# ------------------------------------------------------------ what is not text


@pytest.mark.parametrize(
    ("kind", "text", "mark", "told"),
    [
        (InboundKind.PHOTO, "", "［发了一张图片，没有转过来］", "图片转不过去"),
        (InboundKind.PHOTO, "我的手", "［发了一张图片，没有转过来］ 我的手", "图片转不过去"),
        (InboundKind.VOICE, "", "［发了一条语音，没有转过来］", "语音转不过去"),
        (InboundKind.OTHER, "", "［发了一个文件或别的内容，没有转过来］", "这个转不过去"),
        (InboundKind.STICKER, "😭", "［表情 😭］", None),
        (InboundKind.EDIT, "在宿舍", "［改了上一条］ 在宿舍", None),
    ],
)
def test_what_is_not_text_is_marked_and_the_student_told(held, kind, text, mark, told):
    reached = held.campus.says(text, kind=kind)

    assert to_counsellor(held.campus)[-1] == f"编号 {held.case.number}：学生\n{mark}"
    assert [told in one for one in reached] == ([True] if told else [])


def test_a_campus_may_keep_words_out_of_telegram(campus):
    campus.services = replace(
        campus.services, campus=replace(campus.campus, relay_in_telegram=False)
    )
    held = Held(campus)

    campus.says("在宿舍")

    assert to_counsellor(campus)[-1] == f"编号 {held.case.number}：学生来了新的一条，请到值班台看。"
    assert held.lines() == [(True, "在宿舍", "sent")]


def test_lines_for_the_desk_go_into_no_chat(campus):
    held = Held(campus, through=Through.DESK)
    before = len(to_counsellor(campus))

    campus.says("在宿舍")

    assert len(to_counsellor(campus)) == before
    assert held.lines() == [(True, "在宿舍", "owed")]
    assert (held.student_id, "relay") in campus.bell.rung
    held.open(Through.TELEGRAM)
    assert to_counsellor(campus)[-1].endswith("在宿舍")


# ------------------------------------------------------------ who may, and the end


def test_only_the_owner_of_the_case_opens_and_writes(held):
    campus = held.campus
    wang = employ(campus, "wang", name="王老师", chat="502")
    how = {"staff": wang, "services": campus.services}

    assert not open_relay(held.case.id, through=Through.DESK, **how)
    assert say_to_student(held.case.id, "我来", **how) is None
    assert not close_relay(held.case.id, **how)


def test_opening_twice_is_announced_once(held):
    assert held.open()

    opened = [text for text in held.campus.telegram.texts if "现在在这里了" in text]
    assert len(opened) == 1


def test_after_the_hand_back_the_companion_answers_and_knows_of_it(tmp_path):
    campus = FakeCampus(tmp_path, model=ScriptedModel(["好，我在。"]))
    held = Held(campus, text="/human")
    campus.says("这句是写给老师的")
    held.writes("先吃点东西")
    assert held.hands_back()
    assert not held.hands_back()
    campus.clock.passes(minutes=1)

    campus.says("我吃过饭了")

    prompt = "\n".join(line.content for line in campus.model.prompts[-1])
    assert "现在已经把对话交还给你" in prompt
    assert "这句是写给老师的" not in prompt
    assert "先吃点东西" not in prompt
    campus.close()


def test_the_marker_is_gone_in_the_next_talk(tmp_path):
    campus = FakeCampus(tmp_path, model=ScriptedModel(["早。"]))
    held = Held(campus, text="/human")
    held.hands_back()
    campus.clock.passes(hours=8)

    campus.says("早上好")

    assert "交还给你" not in campus.model.prompts[-1][0].content
    campus.close()


def test_closing_or_handing_on_the_case_hands_the_talk_back(held):
    campus = held.campus
    wang = employ(campus, "wang", name="王老师", chat="502")
    how = {"services": campus.services}

    case_work.hand_on(held.case.id, staff=held.staff, to=wang.id, reason="换班", **how)
    campus.run()
    assert held.relay is None
    assert "把对话交还了" in campus.telegram.texts[-1]

    assert open_relay(held.case.id, staff=wang, through=Through.DESK, **how)
    case_work.close(held.case.id, staff=wang, outcome=Outcome.APPOINTMENT, why=None, **how)
    assert held.relay is None


def test_an_erased_student_ends_the_relay(held):
    campus = held.campus
    campus.says("/delete confirm", kind=InboundKind.CHOICE)
    campus.says("你好")

    assert held.relay is None
    assert not any(text.endswith("你好") for text in to_counsellor(campus))


def test_the_student_may_take_the_companion_back(held):
    campus = held.campus

    [said] = campus.says("/human back", kind=InboundKind.CHOICE)

    assert "现在说话的又是我，暖语（AI）" in said
    assert held.relay is None
    assert reload(campus, held.case).is_open
    assert held.writes("你在吗") is None


# ------------------------------------------------------------ nobody is left waiting


def test_a_counsellor_who_is_silent_is_paged_and_the_student_told_the_truth_once(held):
    campus = held.campus
    campus.says("在吗")
    campus.telegram.sent.clear()
    campus.clock.passes(seconds=PATIENCE.total_seconds() - 60)
    watch_cases(services=campus.services)
    campus.run()
    assert campus.telegram.texts == []

    campus.clock.passes(minutes=2)
    for _ in range(2):
        watch_cases(services=campus.services)
        campus.run()

    [told] = campus.telegram.texts
    assert "我刚才又提醒了一次" in told
    assert campus.buttons() == {"先跟暖语说": "/human back"}
    assert "正等着" in to_counsellor(campus)[-1]


def test_without_any_channel_the_student_is_not_told_of_a_reminder(campus):
    campus.onboard()
    staff = employ(campus, chat=None)
    case = worry(campus, "/human")
    case_work.claim(case.id, staff=staff, services=campus.services)
    open_relay(case.id, staff=staff, through=Through.DESK, services=campus.services)
    campus.says("在吗")
    campus.channels.campus_wide = ()
    campus.clock.passes(minutes=20)

    watch_cases(services=campus.services)
    campus.run()

    assert "没有办法再提醒到人" in campus.telegram.texts[-1]


def test_a_counsellor_who_answered_is_not_paged(held):
    campus = held.campus
    campus.says("在吗")
    held.writes("我在")
    campus.telegram.sent.clear()
    campus.clock.passes(minutes=20)

    watch_cases(services=campus.services)
    campus.run()

    assert campus.telegram.texts == []


def test_a_relay_with_a_student_on_the_web_is_in_the_mailbox_at_once(campus):
    campus.onboard()
    staff = employ(campus)
    campus.arrives(CRISIS[Language.ZH], sender="w1", platform=Platform.WEB)
    campus.run()
    with campus.store.reading() as tx:
        student = tx.students.find_account(Platform.WEB, "w1").student_id
        case = tx.cases.open_of(student)
    case_work.claim(case.id, staff=staff, services=campus.services)
    open_relay(case.id, staff=staff, through=Through.DESK, services=campus.services)

    sent = say_to_student(case.id, "我在", staff=staff, services=campus.services)

    with campus.store.reading() as tx:
        assert tx.outbound.get(sent).state is OutboundState.SENT
        assert tx.talk.lines(student)[-1].kind == OutboundKind.RELAY


def test_a_counsellor_who_never_wrote_gives_the_case_back_and_the_next_one_comes(campus):
    held = Held(campus)
    wang = employ(campus, "wang", name="王老师", chat="502")
    campus.clock.passes(minutes=20)
    watch_cases(services=campus.services)
    campus.run()

    assert any("李老师 一直没有回，我正在另外找别的老师" in text for text in campus.telegram.texts)
    assert held.relay is None
    assert reload(campus, held.case).owner_id is None
    case_work.claim(held.case.id, staff=wang, services=campus.services)
    assert open_relay(held.case.id, staff=wang, through=Through.DESK, services=campus.services)
