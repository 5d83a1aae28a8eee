"""Asking for a person: the truth about who is there, a queue, and a way back."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from companion.flows import case_work
from companion.messages import InboundKind
from companion.staff.cases import CaseState, Outcome
from companion.staff.duty import Duty, Shift
from tests.conversations.staffed import audited, case_of, employ, reload, worry


@pytest.fixture
def talking(campus):
    campus.onboard()
    return campus


def on_shift(campus, staff, *, begins=timedelta(0), hours=4):
    starts_at = campus.clock.now() + begins
    with campus.store.transaction() as tx:
        tx.shifts.add(
            Shift(
                id=uuid4(),
                staff_id=staff.id,
                duty=Duty.PRIMARY,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=hours),
            )
        )


def english(campus):
    campus.says("/language en")
    return campus


@pytest.mark.parametrize("words", ["/human", "转人工", "我要找真人"])
def test_who_is_on_duty_is_named_and_staff_are_told_without_words(talking, words):
    on_shift(talking, employ(talking))

    [told, *_] = talking.says(words)

    assert "现在值班的是 李老师" in told
    assert "我正在提醒老师" in told
    assert "你前面没有人在等" in told
    assert "不能替老师保证" in told
    case = case_of(talking)
    assert case.asked_for
    assert audited(talking, case) == ["case.asked"]
    assert talking.channels.pages


def test_in_english_too(talking):
    on_shift(talking, employ(talking, name="Li Wen"))

    [told, *_] = english(talking).says("talk to a human")

    assert "On duty right now: Li Wen." in told
    assert "Nobody is waiting before you." in told
    assert talking.buttons() == {"Not now": "/human cancel"}


def test_when_nobody_is_on_duty_the_next_beginning_is_told(talking):
    on_shift(talking, employ(talking), begins=timedelta(hours=3))

    [told, *_] = talking.says("/human")

    assert "现在没有老师值班，下一班今天 13:00开始" in told


def test_an_empty_roster_promises_nobody(talking):
    [told, *_] = talking.says("/human")

    assert "我不知道什么时候有人" in told


def test_without_a_way_to_staff_nobody_is_said_to_be_told(talking):
    talking.channels.campus_wide = ()

    [told, *_] = talking.says("/human")

    assert "没法替你通知到人" in told
    assert "我正在提醒老师" not in told


def test_asking_twice_is_asking_once(talking):
    talking.says("/human")
    pages = len(talking.channels.pages)

    [told] = talking.says("/human")

    assert "你已经在排着了" in told
    assert len(talking.channels.pages) == pages
    assert audited(talking, case_of(talking)) == ["case.asked"]


def test_the_place_in_the_queue_counts_those_before(talking):
    worry(talking, sender="u2")
    talking.says("/human", sender="u3")

    [told, *_] = talking.says("/human")

    assert "你前面还有 2 位同学在等" in told


def test_how_long_it_usually_takes_is_told_only_from_enough_cases(talking):
    staff = employ(talking)
    for number in range(5):
        sender = f"earlier{number}"
        talking.says("/human", sender=sender)
        case = case_of(talking, sender=sender)
        talking.clock.passes(minutes=10)
        case_work.claim(case.id, staff=staff, services=talking.services)
        case_work.close(
            case.id,
            staff=staff,
            outcome=Outcome.APPOINTMENT,
            why=None,
            services=talking.services,
        )
        if number == 3:
            [told, *_] = talking.says("/human", sender="too-early")
            assert "最近三十天" not in told
            talking.says("/human cancel", sender="too-early")

    talking.clock.passes(minutes=1)
    talking.run()
    [told, *_] = talking.says("/human")

    assert "一半的同学等了不到 11 分钟，九成不到 11 分钟" in told


def test_a_wish_is_taken_back_by_a_button(talking):
    talking.says("/human")
    case = case_of(talking)

    [told] = talking.says("/human cancel", kind=InboundKind.CHOICE)

    assert "好，取消了" in told
    assert reload(talking, case).state is CaseState.CLOSED
    assert reload(talking, case).outcome is Outcome.WITHDRAWN
    assert case_of(talking) is None
    [told] = talking.says("/human cancel", kind=InboundKind.CHOICE)
    assert "不用取消" in told


def test_where_a_risk_was_seen_only_a_person_ends_the_case(talking):
    case = worry(talking)
    talking.says("/human")
    assert talking.buttons() == {}

    [told] = talking.says("/human cancel")

    assert "这一条我不取消" in told
    assert reload(talking, case).is_open


def test_what_somebody_has_taken_is_not_cancelled_behind_their_back(talking):
    staff = employ(talking)
    talking.says("/human")
    case = case_of(talking)
    case_work.claim(case.id, staff=staff, services=talking.services)

    talking.says("/human cancel")

    assert "李老师（真人）已经看到了" in talking.telegram.texts[-1]
    assert reload(talking, case).is_open
    [told] = talking.says("/human")
    assert "李老师（真人）已经接手了" in told


def test_asking_while_at_risk_tells_staff_that_a_person_is_wanted(talking):
    case = worry(talking)
    pages = len(talking.channels.pages)
    talking.clock.passes(minutes=1)

    talking.says("/human")

    assert reload(talking, case).asked_for
    assert len(talking.channels.pages) > pages
