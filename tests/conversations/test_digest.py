"""Once a day staff hear how many students were at watch: figures, no names, no words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from companion.jobs import Job
from companion.language import Language
from companion.ports import Refused, RetryLater, Uncertain
from companion.risk import Level, Subject, Verdict
from companion.staff.duty import Duty, Shift
from companion.staff.people import ChannelKind, Role
from companion.texts import say
from tests.conversations.staffed import employ

NINE = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)  # 09:00 on the campus
WATCH = Verdict(level=Level.WATCH, subject=Subject.SELF)
LOW = "最近什么都提不起劲"


@pytest.fixture
def low(campus):
    """Let so many students be at watch within the last hours, some of them more than once."""

    def low(students: int, *, twice: int = 0) -> None:
        campus.clock.at = NINE.replace(hour=0)
        for number in range(students):
            for _ in range(2 if number < twice else 1):
                message = campus.arrives(LOW, sender=f"u{number}")
                with campus.store.transaction() as tx:
                    tx.inbound.judge(
                        message.message_id, WATCH, owed=False, in_talk=True, now=campus.clock.now()
                    )
        campus.jobs.sent.clear()
        campus.clock.at = NINE

    return low


def ticks(campus, times=1):
    for _ in range(times):
        campus.jobs.send(Job.DIGEST)
        campus.run()
    return campus.channels.telegram.sent


def test_staff_hear_the_figures_once_however_often_it_ticks(campus, low):
    low(12, twice=6)

    [(address, text)] = ticks(campus, times=3)

    assert address == "staff-group"
    assert text.subject == say("digest.subject", Language.ZH, level="关注")
    assert "11-21 09:00 到 11-22 09:00" in text.body
    assert "的同学：12" in text.body
    assert "不止一次的：6" in text.body
    assert "更多的：0" in text.body
    assert LOW not in text.body
    campus.clock.passes(days=1)
    assert len(ticks(campus)) == 1  # nobody was at watch that day


def test_small_groups_are_not_shown(campus, low):
    low(4, twice=2)

    [(_, text)] = ticks(campus)

    assert "同学：不到 5 人" in text.body
    assert text.body.count("人数少，不显示") == 2


def test_nobody_at_watch_means_no_digest(campus):
    campus.clock.at = NINE

    assert ticks(campus) == []


@pytest.mark.parametrize(
    ("at", "leaves"),
    [({"minutes": -1}, 0), ({"minutes": 119}, 1), ({"minutes": 120}, 0)],
    ids=["before its hour", "while it is news", "hours late"],
)
def test_it_leaves_at_its_hour_or_not_at_all(campus, low, at, leaves):
    low(5)
    campus.clock.passes(**at)

    assert len(ticks(campus)) == leaves


def test_after_an_outage_of_days_one_digest_leaves_not_a_pile(campus, low):
    low(5)
    campus.channels.telegram.dead["staff-group"] = RetryLater(NINE - NINE)
    ticks(campus, times=2)
    campus.channels.telegram.dead.clear()
    campus.clock.passes(days=3)

    assert ticks(campus) == []


def test_a_busy_channel_gets_it_at_the_next_tick(campus, low):
    low(5)
    campus.channels.telegram.faults = [RetryLater(NINE - NINE)]

    assert ticks(campus) == []
    assert len(ticks(campus, times=2)) == 1


@pytest.mark.parametrize("fault", [Uncertain("cut off"), Refused("chat_gone", unreachable=True)])
def test_one_that_may_have_arrived_or_never_will_is_not_sent_again(campus, low, fault):
    low(5)
    campus.channels.telegram.faults = [fault]

    assert ticks(campus, times=2) == []


def test_the_supervisor_on_duty_hears_it_in_their_own_language(campus, low):
    low(6)
    head = employ(campus, "wu", role=Role.SUPERVISOR, language=Language.EN, chat="700")
    other = employ(campus, "xu", role=Role.SUPERVISOR, chat="701")
    employ(campus, "li", chat="501")
    campus.services = replace(campus.services, public_url="https://care.example.edu/")
    with campus.store.transaction() as tx:
        tx.shifts.add(
            Shift(
                id=head.id,
                staff_id=head.id,
                duty=Duty.SUPERVISOR,
                starts_at=NINE.replace(hour=0),
                ends_at=NINE.replace(hour=8),
            )
        )

    sent = dict(ticks(campus))

    assert set(sent) == {"700", "staff-group"}
    assert "Students whose highest level was “watch”" in sent["700"].body
    assert sent["700"].url == "https://care.example.edu/desk/figures"
    assert sent["staff-group"].url == "https://care.example.edu/desk"
    assert other.role is Role.SUPERVISOR  # is not on duty: not told


def test_with_no_supervisor_on_duty_every_supervisor_hears_it_over_each_channel(campus, low):
    low(6)
    campus.channels.campus_wide = ()
    head = employ(campus, "wu", role=Role.SUPERVISOR, chat="700")
    employ(campus, "xu", role=Role.SUPERVISOR, chat="701")
    employ(campus, "li", chat="501")
    with campus.store.transaction() as tx:
        tx.members.add_channel(head.id, ChannelKind.EMAIL, "wu@example.edu", now=NINE)

    assert {address for address, _ in ticks(campus, times=2)} == {"700", "701"}
    assert [address for address, _ in campus.channels.email.sent] == ["wu@example.edu"]


@pytest.mark.parametrize(("at", "leaves"), [(None, 0), (time(8, 30), 1), (time(9, 30), 0)])
def test_the_campus_decides_the_hour_or_has_none(campus, low, at, leaves):
    low(5)
    mine = replace(campus.services.campus, watch_digest=at)
    campus.services = replace(campus.services, campus=mine)

    assert len(ticks(campus)) == leaves


def test_each_message_carries_an_id_of_its_own_for_receivers_that_count(campus, low):
    low(5)
    employ(campus, "wu", role=Role.SUPERVISOR, chat="700")

    ids = [text.once for _, text in ticks(campus)]

    assert len(set(ids)) == 2
    assert None not in ids
