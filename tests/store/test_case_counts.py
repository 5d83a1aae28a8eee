"""Erased students are still counted by month and sort, and nothing tells who they were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from companion.campus import Campus
from companion.flows.purge import RECEIPT_LIFE
from companion.risk import Kind, Level, Subject, Verdict
from companion.staff.cases import Outcome
from companion.staff.drills import NOBODY
from companion.staff.people import ChannelKind
from companion.store import PageDraft, PageReason, PageState
from companion.store.figures import Period
from tests.store.conftest import NOW

SHANGHAI = ZoneInfo("Asia/Shanghai")
CAMPUS = Campus(region="HK", timezone=SHANGHAI)
YEAR = Period(
    datetime(2026, 1, 1, tzinfo=SHANGHAI).astimezone(UTC),
    datetime(2027, 1, 1, tzinfo=SHANGHAI).astimezone(UTC),
)
DAY = timedelta(days=1)


@pytest.fixture
def make_case(store, arrive):
    """Open a case of a student of its own, and perhaps end it; returns case and student."""

    def make(*, level=Level.HIGH, outcome=Outcome.APPOINTMENT, at=NOW, is_drill=False):
        message = arrive(sender=str(uuid4()), at=at)
        verdict = Verdict(
            level=level, kinds=(Kind.SUICIDE, Kind.ABUSE), subject=Subject.SELF, score=0.9
        )
        with store.transaction() as tx:
            case_id, _ = tx.cases.record(
                message.student_id,
                message_id=message.id,
                verdict=verdict,
                asked_for=False,
                may_page=True,
                now=at,
                is_drill=is_drill,
            )
            if outcome is not None:
                tx.cases.close(case_id, outcome=outcome, staff_id=None, now=at)
        return case_id, message.student_id

    return make


def erase(store, student_id, *, now=NOW):
    with store.transaction() as tx:
        tx.students.erase(student_id, code=str(uuid4()), campus=CAMPUS, now=now)


def figures(store):
    with store.reading() as tx:
        return {
            "opened": tx.figures.opened([YEAR]),
            "levels": dict(tx.figures.levels(YEAR)),
            "outcomes": [dict(one) for one in tx.figures.outcomes([YEAR])],
            "referred": tx.figures.referred([YEAR]),
        }


def rows(engine):
    with engine.connect() as connection:
        return connection.execute(
            text(
                "SELECT region, level, kinds, outcome, was_shown, count FROM case_counts"
                " ORDER BY level, outcome"
            )
        ).all()


def test_the_figures_are_the_same_before_and_after_students_erase_everything(store, make_case):
    made = [
        make_case(),
        make_case(),
        make_case(outcome=Outcome.REFERRED_HOSPITAL),
        make_case(level=Level.WATCH),
        make_case(outcome=None),
    ]
    make_case()  # stays
    before = figures(store)

    for _, student_id in made:
        erase(store, student_id)

    assert figures(store) == before
    assert before["opened"] == [6]
    assert before["referred"] == [5]


def test_what_is_kept_is_a_number_for_each_sort_and_no_id(store, engine, make_case):
    ids = [make_case() for _ in range(3)]
    for _, student_id in ids:
        erase(store, student_id)

    assert [tuple(row) for row in rows(engine)] == [
        ("HK", int(Level.HIGH), "abuse,suicide", "appointment", 1, 3)
    ]
    with engine.connect() as connection:
        kept = str(connection.execute(text("SELECT * FROM case_counts")).all())
    assert not any(
        str(one).replace("-", "") in kept.replace("-", "") for pair in ids for one in pair
    )


def test_erasing_twice_counts_once_also_while_staff_are_still_to_be_told(store, make_case):
    case_id, student_id = make_case(outcome=None)
    draft = PageDraft(
        staff_id=None,
        channel_id=None,
        kind=ChannelKind.TELEGRAM,
        rung=0,
        level=Level.HIGH,
        why=PageReason.ERASED,
        dedupe="once",
    )
    with store.transaction() as tx:
        page_id = tx.pages.add(case_id, draft, now=NOW)
    before = figures(store)

    erase(store, student_id)
    erase(store, student_id)
    assert figures(store) == before

    with store.transaction() as tx:
        tx.pages.claim(page_id, now=NOW, until=NOW)
        tx.pages.settle(page_id, PageState.SENT, reason=None, now=NOW)
        tx.students.bury(before=NOW - RECEIPT_LIFE, campus=CAMPUS)
    assert figures(store) == before


def test_a_drill_is_not_counted(store, make_case):
    _, student_id = make_case(is_drill=True, outcome=Outcome.TEST)

    erase(store, student_id)

    assert figures(store)["opened"] == [0]
    assert student_id != NOBODY


def test_a_month_is_one_of_the_campus(store, make_case):
    new_year = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)  # 01:00 on the first, on the campus
    _, student_id = make_case(at=new_year)

    erase(store, student_id, now=new_year)

    after = Period(YEAR.ends_at, YEAR.ends_at + 31 * DAY)
    with store.reading() as tx:
        assert tx.figures.opened([YEAR, after]) == [0, 1]


def test_a_case_of_one_who_came_back_is_counted_when_the_purge_takes_it(store, make_case, arrive):
    _, student_id = make_case()
    erase(store, student_id)
    with store.transaction() as tx:
        # Came back, and by now every word since is past its date.
        tx.cases.record(
            student_id,
            message_id=None,
            verdict=Verdict(level=Level.HIGH, subject=Subject.SELF),
            asked_for=False,
            may_page=True,
            now=NOW + DAY,
        )
    before = figures(store)

    with store.transaction() as tx:
        assert tx.students.bury(before=NOW + 2 * DAY, campus=CAMPUS) == 1

    assert figures(store) == before
    assert before["opened"] == [2]
