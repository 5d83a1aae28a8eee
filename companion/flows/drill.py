"""Drills: the whole way to people, marked everywhere, counted nowhere."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from companion.errors import UnknownRow
from companion.flows.services import Services
from companion.jobs import Job
from companion.risk import Level
from companion.staff.cases import Case, Outcome
from companion.staff.drills import ALARM, LASTS, NOBODY, is_due
from companion.staff.people import Staff
from companion.store import Reading, Transaction

START, END = "drill.start", "drill.end"


def start_drill(*, staff: Staff | None, services: Services) -> UUID:
    """Begin a drill and return its case; while one runs, that one.

    `staff` is who pressed the button; None: the weekly plan. Raises StoreUnavailable. Safe to run
    twice.
    """
    now = services.clock.now()
    with services.store.transaction() as tx:
        running = tx.cases.open_of(NOBODY)
        if running is not None:
            return running.id
        return _begin(tx, staff=staff, services=services, now=now)


def watch_drills(*, services: Services) -> int:
    """Begin the weekly drill when its hour has come, and end what has lasted long enough.

    It does not begin while a real case waits for somebody. Returns how many drills began or ended.
    Raises StoreUnavailable. Safe to run
    twice.
    """
    now = services.clock.now()
    with services.store.reading() as tx:
        ends = _over(tx, now=now)
        begins = ends is None and _may_begin(tx, services=services, now=now)
    if ends is not None:
        return int(end_drill(ends.id, services=services))
    if begins:
        start_drill(staff=None, services=services)
    return int(begins)


def end_drill(case_id: UUID, *, staff: Staff | None = None, services: Services) -> bool:
    """Close a drill; False when it is closed, or none.

    Raises UnknownRow, StoreUnavailable. Safe to run twice.
    """
    now = services.clock.now()
    with services.store.transaction() as tx:
        if not tx.cases.get(case_id).is_drill:
            return False
        by = None if staff is None else staff.id
        if not tx.cases.close(case_id, outcome=Outcome.TEST, staff_id=by, now=now):
            return False
        tx.pages.drop(case_id, now=now)
        tx.audit.add(actor=str(by or "system"), action=END, case_id=case_id, now=now)
    return True


def _begin(tx: Transaction, *, staff: Staff | None, services: Services, now: datetime) -> UUID:
    tx.drills.prepare(language=services.campus.language, now=now)
    recorded = tx.cases.record(
        NOBODY,
        message_id=None,
        verdict=ALARM,
        asked_for=False,
        may_page=True,
        now=now,
        is_drill=True,
    )
    if recorded is None:  # only ever so for a message that was recorded before
        raise UnknownRow
    case_id, starts = recorded
    if starts:
        actor = "system" if staff is None else str(staff.id)
        tx.audit.add(actor=actor, action=START, case_id=case_id, now=now)
        tx.enqueue(Job.RAISE, case_id)
    return case_id


def _over(tx: Reading, *, now: datetime) -> Case | None:
    running = tx.cases.open_of(NOBODY)
    return running if running is not None and now - running.opened_at >= LASTS else None


def _may_begin(tx: Reading, *, services: Services, now: datetime) -> bool:
    plan, zone = services.campus.weekly_drill, services.campus.timezone
    if plan is None:
        return False
    past = tx.cases.all_of(NOBODY)
    last = past[0].opened_at if past else None
    if not is_due(plan, last=last, now=now, zone=zone):
        return False
    return not any(
        case.is_unclaimed and case.level >= Level.MODERATE and not case.is_drill
        for case in tx.cases.queue()
    )
