"""What marks say about evidence: a report for people, never a change of the screen."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.risk import Kind, Level, Subject
from companion.staff.cases import FalseAlarm, Outcome, Trigger
from companion.staff.review import (
    Fired,
    Judged,
    false_by_kind,
    false_by_why,
    proposal,
    was_right,
    weights,
    wilson,
)

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TRIGGER, MESSAGE = UUID(int=1), UUID(int=2)


def fired(*evidence, count=1, why=None, outcome=Outcome.APPOINTMENT, kinds=(Kind.SUICIDE,)):
    return Fired(evidence=evidence, kinds=kinds, false_alarm=why, outcome=outcome, count=count)


def judged(*, why=None, outcome=Outcome.APPOINTMENT, level=Level.WATCH):
    trigger = Trigger(
        id=TRIGGER,
        message_id=MESSAGE,
        level=Level.HIGH,
        kinds=(Kind.SUICIDE,),
        subject=Subject.SELF,
        score=0.9,
        evidence=("speaks of wanting to die",),
        at=NOW,
        false_alarm=why,
    )
    return Judged(trigger=trigger, case_id=uuid4(), number=1001, level=level, outcome=outcome)


@pytest.mark.parametrize(
    ("why", "outcome", "right"),
    [
        pytest.param(None, None, None, id="an open case says nothing"),
        pytest.param(FalseAlarm.IDIOM, None, False, id="a mark says no, also in an open case"),
        pytest.param(FalseAlarm.IDIOM, Outcome.APPOINTMENT, False, id="one line of a real case"),
        pytest.param(None, Outcome.FALSE_ALARM, False, id="the whole case was none"),
        pytest.param(None, Outcome.EMERGENCY_CALLED, True, id="a real ending"),
        pytest.param(None, Outcome.UNREACHED, True, id="unreached is no false alarm"),
        pytest.param(None, Outcome.DUPLICATE, None, id="a duplicate says nothing"),
        pytest.param(None, Outcome.TEST, None, id="a test says nothing"),
    ],
)
def test_an_alarm_was_right(why, outcome, right):
    assert was_right(why, outcome) is right


# Values of R 4.3's prop.test(correct = FALSE).
@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_wilsons_interval_is_that_of_the_books(hits, of, low, high):
    assert wilson(hits, of) == pytest.approx((low, high), abs=1e-4)


@settings(deadline=None)
@given(st.integers(0, 500), st.integers(0, 500))
def test_wilsons_interval_holds_the_share_and_stays_within_bounds(hits, others):
    low, high = wilson(hits, hits + others)

    assert 0 <= low <= high <= 1
    if hits + others:
        assert low <= hits / (hits + others) <= high


def test_of_nothing_nothing_is_known():
    assert wilson(0, 0) == (0.0, 1.0)


def test_each_line_of_evidence_is_weighed_by_itself():
    found = {
        one.evidence: (one.right, one.false)
        for one in weights(
            [
                fired("a", "b", count=7),
                fired("a", count=2, why=FalseAlarm.IDIOM),
                fired("b", "b", outcome=Outcome.FALSE_ALARM),
                fired("a", outcome=None, count=100),
            ]
        )
    }

    assert found == {"a": (7, 2), "b": (7, 1)}


def test_what_is_most_surely_false_comes_first_and_few_cases_prove_little():
    found = weights(
        [
            fired("once", why=FalseAlarm.IDIOM),
            fired("often", why=FalseAlarm.IDIOM, count=40),
            fired("often", count=10),
            fired("never", count=10),
        ]
    )

    assert [one.evidence for one in found] == ["often", "once", "never"]


def test_false_alarms_are_counted_by_kind_and_by_why():
    alarms = [
        fired("a", why=FalseAlarm.IDIOM, count=3, kinds=(Kind.SUICIDE, Kind.SELF_HARM)),
        fired("b", why=FalseAlarm.FICTION, kinds=(Kind.SUICIDE,)),
        fired("c", outcome=Outcome.FALSE_ALARM, kinds=(Kind.ABUSE,)),
        fired("d", count=9),
    ]

    assert false_by_kind(alarms) == {Kind.SUICIDE: 4, Kind.SELF_HARM: 3, Kind.ABUSE: 1}
    assert false_by_why(alarms) == {FalseAlarm.IDIOM: 3, FalseAlarm.FICTION: 1}


def test_the_training_set_has_ids_levels_kinds_and_evidence_and_no_words():
    false, right = proposal([judged(why=FalseAlarm.IDIOM, outcome=None), judged()])

    assert json.loads(false) == {
        "id": str(TRIGGER),
        "message": str(MESSAGE),
        "level_said": "high",
        "level_marked": "none",
        "why": "idiom",
        "kinds": ["suicide"],
        "subject": "self",
        "evidence": ["speaks of wanting to die"],
    }
    assert json.loads(right)["level_marked"] == "watch"
    assert json.loads(right)["why"] is None


def test_what_nobody_judged_is_not_proposed():
    assert list(proposal([judged(outcome=None), judged(outcome=Outcome.TEST)])) == []
