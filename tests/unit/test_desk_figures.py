"""Figures for the head of the centre: right, and never so small that somebody stands out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.errors import BadInput
from companion.risk import Level
from companion.staff.cases import CaseState
from companion.staff.clocks import Clocks
from companion.staff.duty import Duty, Shift
from companion.staff.figures import (
    SMALLEST_GROUP,
    Coverage,
    Step,
    Times,
    groups,
    missed,
    share,
    shown,
    wait,
)
from companion.staff.months import Month, months

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
NEVER = Coverage(())
counts = st.lists(st.integers(0, 30), min_size=1, max_size=6)


def minutes(number):
    return timedelta(minutes=number)


def a_case(level=Level.HIGH, *, claimed=None, contact=None, closed=None, raised=0, state=None):
    """A case opened at noon; the rest in minutes after it."""

    def at(number):
        return None if number is None else NOON + minutes(number)

    usual = CaseState.CLAIMED if claimed is not None else CaseState.NOTIFIED
    return Times(
        level=level,
        state=state or (CaseState.CLOSED if closed is not None else usual),
        opened_at=NOON,
        raised_at=NOON + minutes(raised),
        claimed_at=at(claimed),
        contact_at=at(contact),
        closed_at=at(closed),
    )


def a_shift(starts, ends):
    return Shift(
        id=uuid4(),
        staff_id=uuid4(),
        duty=Duty.PRIMARY,
        starts_at=NOON + minutes(starts),
        ends_at=NOON + minutes(ends),
    )


# ------------------------------------------------------------ small groups


@settings(deadline=None)
@given(st.integers(0, 100))
def test_a_count_is_shown_when_it_is_nobody_or_enough_to_hide_in(count):
    assert shown(count) == (None if 0 < count < SMALLEST_GROUP else count)


@settings(deadline=None)
@given(counts)
def test_parts_of_a_whole_are_counted_together_until_somebody_can_hide_in_them(table):
    found = groups(dict(enumerate(table)))

    assert [key for group in found for key in group.keys] == list(range(len(table)))
    for group in found:
        true = sum(table[key] for key in group.keys)
        assert group.count == shown(true)
    # A part is hidden only where the whole is: nothing can be worked out from the others.
    if sum(table) >= SMALLEST_GROUP or not sum(table):
        assert sum(group.count for group in found) == sum(table)
    else:
        assert [group.count for group in found] == [None]


@settings(deadline=None)
@given(st.lists(st.integers(SMALLEST_GROUP, 50) | st.just(0), min_size=1, max_size=6))
def test_where_all_parts_are_large_or_empty_each_stands_by_itself(table):
    assert [group.count for group in groups(dict(enumerate(table)))] == table


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ([6, 3, 4, 7], [((0,), 6), ((1, 2), 7), ((3,), 7)]),
        ([6, 7, 3], [((0,), 6), ((1, 2), 10)]),
        ([6, 0, 3], [((0, 1, 2), 9)]),
        ([0, 2, 0], [((0, 1, 2), None)]),
    ],
)
def test_a_small_part_joins_its_neighbour(table, expected):
    found = groups(dict(enumerate(table)))

    assert [(group.keys, group.count) for group in found] == expected


@settings(deadline=None)
@given(st.integers(0, 20), st.integers(0, 20))
def test_a_share_of_a_small_group_says_nothing(hits, of):
    found = share(min(hits, of), of)

    assert (found.of is None) is (0 < of < SMALLEST_GROUP)
    assert found.value is None or 0 <= found.value <= 1


# ------------------------------------------------------------ waiting


@settings(deadline=None)
@given(st.lists(st.integers(0, 10_000), min_size=SMALLEST_GROUP, max_size=60))
def test_nine_of_ten_waited_no_longer_than_the_ninth_of_ten(seconds):
    found = wait(timedelta(seconds=one) for one in seconds)

    in_time = sum(timedelta(seconds=one) <= found.most for one in seconds)
    assert in_time / len(seconds) >= 0.9
    assert found.most.total_seconds() in seconds
    assert found.median <= found.most
    assert found.count == len(seconds)


@pytest.mark.parametrize(("spans", "count"), [([], 0), ([minutes(1)] * 4, None)])
def test_of_few_waits_there_is_no_median(spans, count):
    found = wait(spans)

    assert (found.count, found.median, found.most) == (count, None, None)


def test_who_still_waits_has_no_waiting_time_yet():
    assert a_case().took(Step.CLAIM) is None
    assert wait([a_case().took(Step.CLAIM)]).count == 0


@pytest.mark.parametrize(
    ("case", "took"),
    [
        pytest.param(a_case(claimed=4), minutes(4), id="from the opening"),
        pytest.param(a_case(raised=10, claimed=12), minutes(2), id="from the last rise"),
        pytest.param(
            a_case(claimed=4, raised=30), minutes(4), id="a rise after it changes nothing"
        ),
        pytest.param(a_case(claimed=4, raised=30, state=CaseState.NEW), None, id="given back"),
    ],
)
def test_the_wait_for_a_claim_counts(case, took):
    assert case.took(Step.CLAIM) == took


# ------------------------------------------------------------ clocks


@pytest.mark.parametrize(
    ("case", "late", "of"),
    [
        pytest.param(a_case(claimed=10), 0, 1, id="claimed in time"),
        pytest.param(a_case(claimed=11), 1, 1, id="claimed too late"),
        pytest.param(a_case(), 1, 1, id="still waiting, and late"),
        pytest.param(a_case(raised=55), 0, 0, id="still waiting, in time: nobody knows yet"),
        pytest.param(a_case(closed=3), 0, 1, id="closed without a claim was looked at"),
    ],
)
def test_a_high_case_must_be_claimed_within_ten_minutes(case, late, of):
    now = NOON + minutes(60)

    assert missed([case], Clocks(), Step.CLAIM, duty=NEVER, now=now) == (late, of)


def test_a_clock_that_runs_on_duty_only_stands_still_at_night():
    case = a_case(Level.MODERATE, claimed=600)
    night = Coverage.of([a_shift(-60, 20), a_shift(580, 900)])
    always = Coverage.of([a_shift(-60, 700)])

    def late(duty):
        return missed([case], Clocks(), Step.CLAIM, duty=duty, now=NOON + minutes(999))[0]

    assert late(night) == 0  # forty minutes of duty
    assert late(always) == 1


def test_shifts_that_overlap_are_counted_once():
    duty = Coverage.of([a_shift(30, 90), a_shift(0, 60), a_shift(80, 85)])

    assert duty.between(NOON, NOON + minutes(120)) == minutes(90)
    assert duty.between(NOON + minutes(100), NOON + minutes(120)) == timedelta(0)


# ------------------------------------------------------------ months


def test_a_month_begins_at_the_campuss_own_midnight():
    assert Month(2026, 11).begins(SHANGHAI) == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert Month.at(datetime(2026, 10, 31, 17, tzinfo=UTC), SHANGHAI) == Month(2026, 11)


def test_months_follow_each_other_over_the_years():
    assert [str(one) for one in months(Month(2025, 11), Month(2026, 2))] == [
        "2025-11",
        "2025-12",
        "2026-01",
        "2026-02",
    ]
    assert Month(2026, 1).later(-1) == Month(2025, 12)
    assert Month(2026, 3).until(Month(2026, 1)) < 1


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "1066-10", "2026-1", "２０２６-11", "x-01"]
)
def test_what_is_no_month_is_refused(text):
    with pytest.raises(BadInput):
        Month.read(text)
