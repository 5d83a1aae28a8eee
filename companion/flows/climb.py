"""Climbing the ladder of a case: page whoever stands on the rung that is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from companion.flows.bundle import COLLECTED, bundle_of, is_collecting
from companion.flows.roster import read_roster, ways_to
from companion.flows.services import Services
from companion.flows.tell_student import tell_nobody
from companion.jobs import Job
from companion.risk import Level
from companion.staff.cases import Case
from companion.staff.ladder import Step, next_step
from companion.store import PageDraft, PageReason, Transaction


def climb(case_id: UUID, *, services: Services) -> None:
    """Page the rung that is due, and note when the next one is.

    Raises UnknownRow, StoreUnavailable. Safe to run twice: a rung is climbed once.
    """
    now = services.clock.now()
    with services.store.transaction() as tx:
        case = tx.cases.get(case_id)
        if case.next_rung_at is None or case.next_rung_at > now:
            return
        bundle = bundle_of(tx, case)
        if not bundle:
            _climb(tx, case, (), services=services, now=now)
        elif is_collecting(case, now=now):
            tx.cases.climb(case, rung=0, next_rung_at=case.raised_at + COLLECTED)
        else:
            first, *others = bundle  # the same for every worker: one of them wins
            _climb(tx, first, others, services=services, now=now)


def _climb(
    tx: Transaction, case: Case, others: Sequence[Case], *, services: Services, now: datetime
) -> None:
    clock = services.campus.clocks.of(case.level, asked_for=case.asked_for)
    roster = read_roster(tx, channels=services.channels, now=now, since=case.raised_at)
    step = next_step(case, clock, roster, now=now)
    if not tx.cases.climb(case, rung=step.rung, next_rung_at=step.at):
        return
    why = PageReason.BUNDLE if others else _why(case, step)
    _page_all(tx, case, step, why=why, services=services, now=now)
    for one in (case, *others):
        if one is not case:
            tx.cases.climb(one, rung=step.rung, next_rung_at=step.at)
        if step.tells_student:
            tell_nobody(tx, one, campus=services.campus, now=now)
    if step.at is not None and step.at <= now:
        tx.enqueue(Job.RAISE, case.id)


def _why(case: Case, step: Step) -> PageReason:
    if case.asked_for and case.level < Level.MODERATE:
        return PageReason.ASKED
    return PageReason.RUNG if step.paged > 1 else PageReason.RISEN


def _page_all(
    tx: Transaction,
    case: Case,
    step: Step,
    *,
    why: PageReason,
    services: Services,
    now: datetime,
) -> None:
    # What is paged again and again is told apart by the time it was due.
    again = "" if step.rung == step.paged else f":{case.next_rung_at}"
    once = f"{case.id}:{case.raised_at}:{case.level}:{step.paged}"
    for way in ways_to(tx, step.standing, channels=services.channels):
        draft = PageDraft(
            staff_id=way.staff_id,
            channel_id=way.channel_id,
            kind=way.kind,
            rung=step.paged,
            level=case.level,
            why=why,
            dedupe=f"{once}:{way.channel_id or way.kind}{again}",
        )
        page_id = tx.pages.add(case.id, draft, now=now)
        if page_id is not None:
            tx.enqueue(Job.PAGE, page_id)
