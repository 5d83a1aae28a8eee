"""The web process does what nobody does on the crisis path: broker or workers are gone (law 4)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from companion.errors import UnknownRow
from companion.flows.assess import assess
from companion.flows.deliver import deliver
from companion.flows.page import page
from companion.flows.page_now import page_now
from companion.flows.services import Services
from companion.jobs import Job

#: Later than a worker that lives would be; to do it beside one does no harm.
LATE = timedelta(seconds=30)
#: Rows of each kind at a time: this process has webhooks to answer.
_BATCH = 20


def stand_in(*, services: Services) -> int:
    """Screen, send cards, climb ladders and page where that is overdue; returns how much was.

    Raises StoreUnavailable. Safe to run twice, and beside workers that come back.
    """
    now = services.clock.now()
    before = now - LATE
    with services.store.reading() as tx:
        owed = tx.inbound.unfinished(before=before, limit=_BATCH)
        rows = tx.outbound.unfinished(before=before, now=before, limit=_BATCH)
        pages = tx.pages.unfinished(before=before, now=before, limit=_BATCH)
        due = tx.cases.due(now=before, limit=_BATCH)
    messages = [row_id for job, row_id in owed if job is Job.ASSESS]
    cards = [row.id for row in rows if row.kind.is_urgent and not row.platform.is_mailbox]
    errands = (
        *((_screen, one) for one in messages),
        *((_send, one) for one in cards),
        *((page_now, one) for one in due),
        *((page, one) for one in pages),
    )
    for errand, row_id in errands:
        try:
            errand(row_id, services=services)
        except UnknownRow:  # erased meanwhile
            continue
    return len(errands)


def _send(outbound_id: UUID, *, services: Services) -> None:
    """Hand an urgent row over, also one that died in somebody's hands: it may repeat."""
    with services.store.transaction() as tx:
        tx.outbound.reopen(outbound_id, now=services.clock.now())
    deliver(outbound_id, services=services)


def _screen(message_id: UUID, *, services: Services) -> None:
    """Screen one message, hand over its card, page for its case."""
    if assess(message_id, services=services) is None:
        return
    with services.store.reading() as tx:
        message = tx.inbound.get(message_id)
        card = tx.outbound.find(message.student_id, f"card:{message_id}")
        case_id = tx.cases.of_message(message_id)
    if card is not None and not card.platform.is_mailbox:
        deliver(card.id, services=services)
    if case_id is not None:
        page_now(case_id, services=services)
