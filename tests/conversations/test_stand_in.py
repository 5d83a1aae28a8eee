"""With broker or workers gone the web process itself brings the card and the page (law 4)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from companion.flows.stand_in import LATE, stand_in
from companion.jobs import Job
from companion.language import Language
from companion.messages import Platform
from companion.ports import RetryLater
from tests.conversations.staffed import CRISIS, case_of, employ

GROUP = "staff-group"


@pytest.fixture
def alone(campus):
    """A campus whose workers are gone: jobs are taken by the broker and by nobody else."""
    campus.onboard()
    campus.jobs.sent.clear()
    campus.telegram.sent.clear()
    return campus


def passes(campus, **span):
    campus.clock.passes(**span)
    campus.jobs.sent.clear()
    return stand_in(services=campus.services)


def cards(campus):
    return [text for text in campus.telegram.texts if "12356" in text]


def test_a_text_at_risk_that_no_worker_screened_brings_the_card_and_the_page(alone):
    alone.arrives(CRISIS[Language.ZH])

    assert passes(alone, seconds=LATE.total_seconds() - 1) == 0
    passes(alone, seconds=2)

    assert len(cards(alone)) == 1
    assert [address for address, _ in alone.channels.telegram.sent] == [GROUP]
    assert str(case_of(alone).number) in alone.channels.pages[0]


def test_a_card_and_a_case_that_a_dying_worker_left_behind_are_seen_to(alone):
    alone.arrives(CRISIS[Language.ZH])
    alone.run(only={Job.ASSESS})
    assert cards(alone) == []

    passes(alone, seconds=LATE.total_seconds() + 1)

    assert (len(cards(alone)), len(alone.channels.pages)) == (1, 1)


def test_a_card_that_died_in_a_workers_hands_goes_out_again(alone):
    alone.arrives(CRISIS[Language.ZH])
    alone.run(only={Job.ASSESS})
    alone.telegram.faults.append(SystemExit())
    with pytest.raises(SystemExit):
        alone.run(only={Job.DELIVER_URGENT})

    passes(alone, minutes=2)

    assert len(cards(alone)) == 1


def test_a_channel_that_was_busy_is_tried_again_and_the_ladder_goes_on(alone):
    boss = employ(alone, "boss", chat="600")
    alone.channels.telegram.faults.append(RetryLater(timedelta(seconds=5)))
    alone.arrives(CRISIS[Language.ZH])

    passes(alone, seconds=31)
    assert alone.channels.pages == []
    passes(alone, seconds=31)
    assert [address for address, _ in alone.channels.telegram.sent] == [GROUP]
    for _ in range(11):
        passes(alone, minutes=1)

    assert "600" in {address for address, _ in alone.channels.telegram.sent}
    assert boss.login == "boss"


def test_beside_workers_that_live_nothing_is_done_twice(alone):
    alone.arrives(CRISIS[Language.ZH])
    alone.run()

    passes(alone, seconds=LATE.total_seconds() + 1)

    assert (len(cards(alone)), len(alone.channels.pages)) == (1, 1)


def test_ordinary_talk_is_left_to_the_workers(alone):
    alone.arrives("今天食堂的面不错")

    passes(alone, minutes=2)

    assert alone.telegram.texts == []


def test_a_card_on_a_page_is_in_its_mailbox_and_only_the_staff_are_told(alone):
    alone.arrives(CRISIS[Language.ZH], sender="w", platform=Platform.WEB)

    passes(alone, minutes=1)

    assert alone.telegram.texts == []
    assert len(alone.channels.pages) == 1
