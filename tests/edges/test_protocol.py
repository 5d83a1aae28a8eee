"""The protocol says what is configured, and says plainly what is not."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.pages import page_routes
from bot.protocol import make_protocol, protocol_routes, span_text
from companion.campus import DutyLine
from companion.errors import StoreUnavailable
from companion.language import Language
from companion.risk import Level
from companion.staff.clocks import Clock, Clocks, Rung, Who
from companion.staff.duty import Duty, Shift
from companion.staff.people import ChannelKind, Role


def read(staged, /, **changes):
    """Return the whole page, as this campus would show it."""
    services = replace(staged.services, **changes)
    routes = [*page_routes(services), *protocol_routes(services)]
    answer = TestClient(Starlette(routes=routes)).get("/protocol")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


@pytest.fixture
def unpaged(campus):
    """A campus without any way to reach staff."""
    campus.channels.campus_wide = ()
    return campus


def test_it_is_linked_from_the_front_page_and_is_there_in_both_languages(campus):
    page = read(campus)

    assert "危机处理规程" in page
    assert "Crisis protocol" in page
    front = TestClient(Starlette(routes=page_routes(campus.services))).get("/").text
    assert 'href="/protocol"' in front


def test_nobody_is_promised_where_nobody_is_reached(unpaged):
    page = read(unpaged)

    assert "现在没有人会被提醒：还没有设置任何通知老师的渠道" in page
    assert "Nobody is alerted at present: no channel to staff is set" in page
    assert "3 分钟" not in page
    assert "within 3 min" not in page


def test_who_is_told_how_fast_comes_from_the_clocks(campus):
    clock = Clock(
        acknowledge=timedelta(minutes=7),
        contact=timedelta(hours=5),
        rungs=(Rung(Who.PRIMARY), Rung(Who.SUPERVISOR, timedelta(minutes=11))),
    )
    clocks = Clocks(by_level=Clocks().by_level | {Level.HIGH: clock})

    page = read(campus, campus=replace(campus.campus, clocks=clocks))

    assert all(said in page for said in ("within 7 min", "within 5 h", "after 11 min"))
    assert all(said in page for said in ("7 分钟内", "5 小时内", "11 分钟后"))
    assert "the Telegram group of on-call staff" in page


def test_staff_are_counted_and_never_named(unpaged):
    now = unpaged.clock.now()
    with unpaged.store.transaction() as tx:
        staff = tx.members.add(
            login="wang", name="王老师", role=Role.COUNSELLOR, language=Language.ZH, now=now
        )
        tx.members.add_channel(staff.id, ChannelKind.TELEGRAM, "wang-private", now=now)
        shift = Shift(
            id=uuid4(),
            staff_id=staff.id,
            duty=Duty.PRIMARY,
            starts_at=now + timedelta(days=1),
            ends_at=now + timedelta(days=2),
        )
        tx.shifts.add(shift)
    with_roster = read(unpaged)

    assert "有 1 位老师设置了自己的通知渠道" in with_roster
    assert "未来七天排了班" in with_roster
    assert "王老师" not in with_roster
    assert "wang" not in with_roster


def test_it_is_shown_while_the_database_is_away(campus):
    class Away:
        def reading(self):
            raise StoreUnavailable

    page = read(campus, store=Away())

    assert "此刻读不到排班" in page
    assert "within 3 min" in page


@pytest.mark.parametrize("language", Language)
def test_a_missing_duty_line_is_said_and_a_registered_one_comes_first(campus, language):
    missing = make_protocol(campus.services, None, language=language)
    names = {Language.ZH: "心理中心", Language.EN: "Counselling centre"}
    own = DutyLine(name=names, phone="555 0100")
    with_line = replace(campus.services, campus=replace(campus.campus, duty_line=own))
    there = make_protocol(with_line, None, language=language)

    assert not missing.has_duty_line
    assert there.has_duty_line
    assert (there.lines[0].name, there.lines[0].url) == (names[language], "tel:5550100")


@pytest.mark.parametrize("language", Language)
def test_every_line_tells_when_it_was_checked(campus, language):
    protocol = make_protocol(campus.services, None, language=language)

    assert len(protocol.lines) >= 3
    assert all("2026" in line.checked[0] for line in protocol.lines)
    # None was dialled before the release, and emergency numbers are not dialled to try them.
    emergency = {"110", "119", "120"}
    assert {line.number for line in protocol.lines if not line.is_due} == emergency


def test_what_the_campus_orders_is_said(campus):
    usual = read(campus)
    changed = replace(
        campus.campus,
        contact_automatically_at=Level.IMMINENT,
        show_reading_reasons=True,
        retention_days=99,
    )

    ordered = read(campus, campus=changed)

    assert "Once a day, at 09:00, staff read how many students" in usual
    assert "每天 09:00 老师会看到有多少同学处在这个程度" in usual
    assert "Once a day" not in read(campus, campus=replace(campus.campus, watch_digest=None))
    assert "Nothing is sent by itself here." in usual
    assert "from level “Imminent” on" in ordered
    assert "Students also see the reason" in ordered
    assert "for 99 days" in ordered


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (timedelta(minutes=3), "3 min"),
        (timedelta(minutes=60), "60 min"),
        (timedelta(minutes=90), "90 min"),
        (timedelta(hours=8), "8 h"),
        (timedelta(days=1), "1 d"),
    ],
)
def test_spans_are_told_as_people_tell_them(span, expected):
    words = {"minutes": "{count} min", "hours": "{count} h", "days": "{count} d"}

    assert span_text(span, words) == expected
