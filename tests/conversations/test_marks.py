"""What a counsellor wrote in a chat carries a mark there: waiting, delivered, not delivered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from companion.flows import case_work
from companion.flows.mark_delivery import WORTH, mark_delivery
from companion.flows.relay import open_relay, say_to_student
from companion.jobs import Job
from companion.language import Language
from companion.messages import Platform
from companion.ports import Refused, RetryLater, Uncertain
from companion.staff.people import ChannelKind
from companion.store.relays import Through, chat_key
from tests.conversations.staffed import CRISIS, employ, worry

CHAT = "501"


class Writing:
    """A counsellor who holds a talk from a private chat, message by message."""

    def __init__(self, campus, *, language=Language.ZH):
        self.campus = campus
        campus.onboard()
        self.staff = employ(campus, chat=CHAT, language=language)
        self.case = worry(campus)
        case_work.claim(self.case.id, staff=self.staff, services=campus.services)
        open_relay(
            self.case.id, staff=self.staff, through=Through.TELEGRAM, services=campus.services
        )
        campus.run()
        with campus.store.reading() as tx:
            [self.way] = tx.members.channels(self.staff.id)

    def writes(self, text="我在", *, number=7, once=None, runs=True):
        """Write one message, which has this number in the chat."""
        sent = say_to_student(
            self.case.id,
            text,
            staff=self.staff,
            services=self.campus.services,
            once=once or chat_key(self.way.id, number),
        )
        if runs:
            self.campus.run()
        return sent

    @property
    def marks(self):
        return [
            (chat, number, state) for chat, number, state, _ in self.campus.channels.telegram.marks
        ]


@pytest.fixture
def writing(campus):
    return Writing(campus)


def test_each_message_is_marked_by_itself_once_the_platform_took_it(writing):
    for number in (7, 8, 9):
        writing.writes(f"第{number}句", number=number)

    assert writing.marks == [(CHAT, number, "sent") for number in (7, 8, 9)]


@pytest.mark.parametrize(
    ("language", "reason", "said"),
    [
        (Language.ZH, "blocked", "没有送到：学生屏蔽了机器人。请换一种方式联系。"),
        (Language.ZH, "http_418", "没有送到：平台没有收下。请换一种方式联系。"),
        (
            Language.EN,
            "chat_gone",
            "Not delivered: the chat is gone. Please try another way.",
        ),
    ],
)
def test_what_does_not_arrive_is_marked_with_why(campus, language, reason, said):
    writing = Writing(campus, language=language)
    campus.telegram.faults.append(Refused(reason, unreachable=True))

    writing.writes()

    assert campus.channels.telegram.marks == [(CHAT, 7, "refused", said)]


def test_what_waits_is_marked_as_waiting_and_then_as_delivered(writing):
    writing.campus.telegram.faults.append(RetryLater(timedelta(minutes=2)))

    writing.writes(runs=False)
    writing.campus.run()
    assert [state for *_, state in writing.marks] == ["pending"]

    writing.campus.clock.passes(minutes=3)
    writing.campus.jobs.send(Job.SWEEP)
    writing.campus.run()
    assert [state for *_, state in writing.marks] == ["pending", "sent"]


def test_the_last_mark_is_the_true_one_even_if_the_message_went_out_meanwhile(writing):
    campus = writing.campus
    campus.telegram.faults.append(RetryLater(timedelta(minutes=2)))
    sent = writing.writes(runs=False)
    campus.run(only={Job.DELIVER_URGENT})

    def goes_out():
        campus.clock.passes(minutes=3)
        campus.jobs.send(Job.DELIVER_URGENT, sent)
        campus.run(only={Job.DELIVER_URGENT})

    campus.channels.telegram.before_mark.append(goes_out)
    mark_delivery(sent, services=campus.services)

    assert [state for *_, state in writing.marks] == ["pending", "sent"]


def test_a_student_on_the_web_has_it_at_once(writing):
    campus = writing.campus
    web = campus.arrives(CRISIS[Language.ZH], sender="w", platform=Platform.WEB)
    campus.run()
    with campus.store.reading() as tx:
        writing.case = tx.cases.open_of(web.student_id)
    case_work.claim(writing.case.id, staff=writing.staff, services=campus.services)
    open_relay(
        writing.case.id, staff=writing.staff, through=Through.TELEGRAM, services=campus.services
    )
    campus.run()

    writing.writes(number=11)

    assert writing.marks == [(CHAT, 11, "sent")]


def test_what_was_written_at_the_desk_has_no_message_to_mark(writing):
    writing.writes(once="a-form-of-the-desk")

    assert writing.marks == []


def test_a_busy_chat_is_marked_later_and_a_refusing_one_is_left_alone(writing):
    channel = writing.campus.channels.telegram
    channel.before_mark.append(RetryLater(timedelta(seconds=1)))
    writing.writes(number=7)
    channel.before_mark += [Refused("bad_request", unreachable=False)]
    writing.writes(number=8)
    channel.before_mark += [Uncertain("cut")]
    writing.writes(number=9)

    assert writing.marks == [(CHAT, 7, "sent")]


def test_a_mark_that_comes_far_too_late_is_not_made(writing):
    sent = writing.writes(runs=False)
    writing.campus.run(only={Job.DELIVER_URGENT})
    writing.campus.clock.passes(seconds=WORTH.total_seconds() + 1)

    mark_delivery(sent, services=writing.campus.services)

    assert writing.marks == []


def test_a_chat_that_was_unbound_gets_no_mark(writing):
    sent = writing.writes(runs=False)
    with writing.campus.store.transaction() as tx:
        tx.members.drop_channel(writing.staff.id, writing.way.id)
    writing.campus.run()

    mark_delivery(sent, services=writing.campus.services)

    assert writing.marks == []


def test_without_the_staff_bot_nothing_is_marked(writing):
    writing.campus.channels.off.add(ChannelKind.TELEGRAM)

    writing.writes()

    assert writing.marks == []


def test_marks_may_run_twice(writing):
    sent = writing.writes()

    mark_delivery(sent, services=writing.campus.services)

    assert set(writing.marks) == {(CHAT, 7, "sent")}
