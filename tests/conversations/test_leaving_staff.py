"""Whoever leaves the staff leaves no student waiting for them."""

from __future__ import annotations

import pytest

from companion.flows.case_work import claim
from companion.flows.leave import leave
from companion.flows.relay import open_relay
from companion.jobs import Job
from companion.language import Language
from companion.staff.cases import CaseState
from companion.staff.people import ChannelKind
from companion.texts import say
from tests.conversations.staffed import CRISIS, audited, employ, reload, to_counsellor, worry


@pytest.fixture
def held(campus):
    """A case that a counsellor holds, and the counsellor."""
    campus.onboard()
    li = employ(campus)
    case = worry(campus)
    claim(case.id, staff=li, services=campus.services)
    campus.run()
    campus.telegram.sent.clear()
    campus.channels.telegram.sent.clear()
    return case, li


def goes(campus, staff):
    with campus.store.transaction() as tx:
        count = leave(tx, staff.id, by="system", now=campus.clock.now())
    campus.run()
    return count


def test_their_cases_go_back_to_the_queue_and_the_ladder_begins_anew(campus, held):
    case, li = held
    campus.clock.passes(minutes=30)

    assert goes(campus, li) == 1

    now = reload(campus, case)
    assert now.owner_id is None
    assert now.state is CaseState.NOTIFIED
    assert now.raised_at == campus.clock.now()
    assert campus.channels.telegram.sent[0][0] == "staff-group"
    assert audited(campus, case)[-1] == "case.hand_on"
    assert to_counsellor(campus) == []
    assert goes(campus, li) == 0


@pytest.mark.parametrize("language", Language)
def test_a_relay_is_handed_back_and_the_student_hears_it(campus, language):
    campus.onboard()
    campus.says(f"/language {language}")
    li = employ(campus)
    case = worry(campus, CRISIS[language])
    claim(case.id, staff=li, services=campus.services)
    open_relay(case.id, staff=li, through="telegram", services=campus.services)
    campus.run()
    campus.telegram.sent.clear()

    goes(campus, li)

    assert say("relay.ended", language, name=li.name) in campus.telegram.texts
    with campus.store.reading() as tx:
        assert tx.relays.of_staff(li.id) == []
    assert campus.says("我还在" if language is Language.ZH else "still here")


def test_a_relay_in_a_case_that_is_somebody_elses_by_now_ends_too(campus, held):
    case, li = held
    wu = employ(campus, "wu", name="吴老师", chat="502")
    open_relay(case.id, staff=li, through="telegram", services=campus.services)
    with campus.store.transaction() as tx:
        tx.cases.give(case.id, owner=li.id, to=wu.id, now=campus.clock.now())

    assert goes(campus, li) == 0

    assert reload(campus, case).owner_id == wu.id
    with campus.store.reading() as tx:
        assert tx.relays.open_of(case.student_id) is None


def test_nobody_can_be_reached_or_bound_through_the_account_any_more(campus, held):
    _, li = held
    now = campus.clock.now()
    with campus.store.transaction() as tx:
        tx.members.add_code("hash", li.id, expires_at=now.replace(year=2099))

    goes(campus, li)

    with campus.store.transaction() as tx:
        assert tx.members.channels(li.id) == []
        assert tx.members.use_code("hash", now=now) is None
        # The chat may belong to whoever comes next.
        wu = tx.members.add(login="wu", name="吴老师", role=li.role, language=Language.ZH, now=now)
        assert tx.members.add_channel(wu.id, ChannelKind.TELEGRAM, "501", now=now) is not None


def test_with_the_broker_away_the_watch_finds_what_was_put_back(campus, held):
    case, li = held
    campus.clock.passes(minutes=5)
    campus.jobs.is_away = True
    goes(campus, li)
    assert campus.channels.pages == []
    campus.jobs.is_away = False

    campus.jobs.send(Job.WATCH_CASES)
    campus.run()

    assert len(campus.channels.pages) == 1
    assert reload(campus, case).is_notified
