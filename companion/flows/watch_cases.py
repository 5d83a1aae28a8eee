"""Every few seconds: rungs that are due, pages that got stuck, owners who fell silent."""

from __future__ import annotations

from datetime import datetime, timedelta

from companion.flows.contact import contact_automatically
from companion.flows.drill import watch_drills
from companion.flows.hand_back import hand_back
from companion.flows.services import Services
from companion.flows.watch_relays import watch_relays
from companion.jobs import Job
from companion.staff.cases import Case
from companion.store import Transaction

#: A page younger than this is left to the job that was sent for it.
GRACE = timedelta(seconds=10)
#: An owner who was silent for so many times the contact clock, without a contact, gives it back.
IDLE_CLOCKS = 2
_BATCH = 500


def watch_cases(*, services: Services) -> int:
    """Start what is due for the open cases; returns how many jobs that took.

    Raises StoreUnavailable. Safe to run twice, and from two schedulers.
    """
    now = services.clock.now()
    with services.store.transaction() as tx:
        given_back = [
            case.id
            for case in tx.cases.claimed()
            if _is_idle(case, services, now) and _give_back(tx, case, now=now)
        ]
        due = tx.cases.due(now=now, limit=_BATCH)
        pages = tx.pages.unfinished(before=now - GRACE, now=now, limit=_BATCH)
        jobs = {
            *((Job.RAISE, one) for one in (*given_back, *due)),
            *((Job.PAGE, one) for one in pages),
        }
        for job, row_id in sorted(jobs, key=str):
            tx.enqueue(job, row_id)
    contact_automatically(services=services)
    return len(jobs) + watch_relays(services=services) + watch_drills(services=services)


def _is_idle(case: Case, services: Services, now: datetime) -> bool:
    clock = services.campus.clocks.of(case.level, asked_for=case.asked_for)
    seen = case.owner_seen_at or case.claimed_at or case.raised_at
    return now - seen > IDLE_CLOCKS * clock.contact


def _give_back(tx: Transaction, case: Case, *, now: datetime) -> bool:
    if not tx.cases.give(case.id, owner=case.owner_id, to=None, now=now):
        return False
    hand_back(tx, case.id, now=now, key="ended_by_silence")
    tx.audit.add(
        actor="system", action="case.idle", case_id=case.id, student_id=case.student_id, now=now
    )
    return True
