"""Telling staff: one page to one person, or to the staff group, over one channel (law 9)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from companion.flows.bundle import bundle_of
from companion.flows.page_text import page_text, text_without_case
from companion.flows.services import Services
from companion.flows.tell_student import tell_notified
from companion.jobs import Job
from companion.ports import Channel, PageText, Refused, RetryLater, Uncertain
from companion.risk import Level, Verdict
from companion.staff.cases import Case
from companion.store import Page, PageReason, PageState, Reading, Transaction

#: How long a worker may take to hand one page over; then another one tries.
CLAIM = timedelta(seconds=30)
#: After so many tries a page has failed: the next rung is due.
TRIES = 3
#: A channel that wants to wait longer than this has failed, by how grave the case is.
_PATIENCE = {True: timedelta(seconds=20), False: timedelta(seconds=60)}
_AGAIN = timedelta(seconds=2)
#: Before each try of a page that has no row (seconds).
_DIRECT_PAUSES = (0, 2, 10, 30)
#: Reasons that speak of a case nobody has yet: they are dropped when somebody has it.
_LADDER = {PageReason.RISEN, PageReason.RUNG, PageReason.ASKED, PageReason.BUNDLE}


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one try."""

    state: PageState
    reason: str | None = None
    after: timedelta = field(default=timedelta())


def page(page_id: UUID, *, services: Services) -> None:
    """Send one page; a failed one makes the next rung due, the first taken one is told on.

    Raises UnknownRow, StoreUnavailable. Safe to run twice: a page may repeat rather than be
    missed.
    """
    now = services.clock.now()
    with services.store.transaction() as tx:
        claimed = tx.pages.claim(page_id, now=now, until=now + CLAIM)
        if claimed is None:
            return
        case = tx.cases.get(claimed.case_id)
        needless = _needless(claimed, case)
        if needless is not None:
            tx.pages.settle(page_id, PageState.DROPPED, reason=needless, now=now)
            return
        address = _address(tx, claimed, services)
        text = page_text(tx, claimed, case, services=services, now=now)
    outcome = _send(services.channels.get(claimed.kind), address, text, claimed)
    with services.store.transaction() as tx:
        _record(tx, claimed, outcome, now=services.clock.now())


def page_directly(verdict: Verdict, *, services: Services) -> bool:
    """Page staff with no database in between (law 4); False when no channel took it.

    There is no row that somebody could find later: what a channel cannot take at once is tried
    again right here.
    """
    text = text_without_case(verdict, campus=services.campus, now=services.clock.now())
    ways = [
        (channel, address)
        for kind, address in services.channels.campus_wide
        if (channel := services.channels.get(kind)) is not None
    ]
    has_reached = False
    for pause in _DIRECT_PAUSES:
        services.clock.sleep(pause)
        tried = [(way, _try(*way, text).state) for way in ways]
        has_reached |= any(state is PageState.SENT for _, state in tried)
        ways = [way for way, state in tried if state is PageState.OWED]
        if not ways:
            break
    return has_reached


def _needless(page: Page, case: Case) -> str | None:
    """Return why a page need not leave any more; None when it must."""
    if page.why not in _LADDER:
        return None
    if not case.is_open or case.is_answered:
        return "answered"
    return None if case.may_page else "objected"


def _address(tx: Reading, page: Page, services: Services) -> str | None:
    if page.staff_id is None:
        return dict(services.channels.campus_wide).get(page.kind)
    ways = tx.members.channels(page.staff_id)
    return next((way.address for way in ways if way.id == page.channel_id), None)


def _send(channel: Channel | None, address: str | None, text: PageText, page: Page) -> _Outcome:
    if page.attempts > TRIES:  # workers died over it
        return _Outcome(PageState.FAILED, "gave_up")
    if channel is None or address is None:
        return _Outcome(PageState.FAILED, "no_channel")
    outcome = _try(channel, address, text)
    is_too_late = outcome.after > _PATIENCE[page.level >= Level.HIGH]
    if outcome.state is PageState.OWED and (page.attempts == TRIES or is_too_late):
        return _Outcome(PageState.FAILED, outcome.reason)
    return outcome


def _try(channel: Channel, address: str, text: PageText) -> _Outcome:
    try:
        channel.page(address, text)
    except RetryLater as error:
        return _Outcome(PageState.OWED, "busy", error.after)
    except Refused as error:
        return _Outcome(PageState.FAILED, error.reason)
    except Uncertain:
        # Once too often is better than never.
        return _Outcome(PageState.OWED, "uncertain", _AGAIN)
    return _Outcome(PageState.SENT)


def _record(tx: Transaction, page: Page, outcome: _Outcome, *, now: datetime) -> None:
    if not tx.pages.settle(page.id, outcome.state, reason=outcome.reason, now=now):
        return
    case = tx.cases.get(page.case_id)
    if outcome.state is PageState.OWED:
        tx.enqueue(Job.PAGE, page.id, after=outcome.after.total_seconds())
    elif page.why not in _LADDER or _is_old(page, case):
        return  # what it said is not what the case waits for now
    elif outcome.state is PageState.SENT:
        for heard in (case, *_bundled(tx, page, case)):
            if tx.cases.notified(heard.id, now=now):
                tell_notified(tx, heard, now=now)
    elif tx.pages.failed_rung(case.id, page.rung, since=case.raised_at) and tx.cases.hurry(
        case.id, rung=page.rung, now=now
    ):
        tx.enqueue(Job.RAISE, case.id)


def _is_old(page: Page, case: Case) -> bool:
    return page.created_at < case.raised_at or page.level < case.level


def _bundled(tx: Reading, page: Page, carrier: Case) -> list[Case]:
    """Return the other cases that this page spoke for."""
    if page.why is not PageReason.BUNDLE:
        return []
    return [
        other
        for other in bundle_of(tx, carrier)
        if other.id != carrier.id and other.raised_at <= page.created_at
    ]
