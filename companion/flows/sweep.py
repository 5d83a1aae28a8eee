"""Finding what is still owed: queues may lose any job at any time, rows may not (law 1).

Cases and pages have a watch of their own (companion.flows.watch_cases).
"""

from __future__ import annotations

from datetime import timedelta

from companion.flows.deliver import lost_notice
from companion.flows.sending import start_delivery
from companion.flows.services import Services
from companion.messages import Outbound, OutboundKind, OutboundState

#: Younger work is left to the job that was sent for it.
GRACE = timedelta(seconds=20)
#: Rows of each kind in one sweep; the next sweep goes on.
_BATCH = 500


def sweep(*, services: Services) -> int:
    """Send again the jobs of all that is owed and overdue; returns how many.

    Raises StoreUnavailable. Safe to run twice, and from two schedulers.
    """
    now = services.clock.now()
    before = now - GRACE
    with services.store.transaction() as tx:
        owed = {*tx.inbound.unfinished(before=before, limit=_BATCH)}
        for job, row_id in sorted(owed, key=str):
            tx.enqueue(job, row_id)
        overdue = tx.outbound.unfinished(before=before, now=now, limit=_BATCH)
        for outbound in overdue:
            account = tx.students.account(outbound.account_id)
            if outbound.state is OutboundState.PENDING or (
                outbound.kind.is_urgent and tx.outbound.reopen(outbound.id, now=now)
            ):
                start_delivery(tx, account, outbound.id, kind=outbound.kind, is_held=True)
            elif tx.outbound.doubt(outbound.id, now=now) and not _is_nudge(outbound):
                student = tx.students.get(outbound.student_id)
                notice = tx.outbound.add(account, lost_notice(outbound, student), now=now)
                if notice is not None:
                    start_delivery(tx, account, notice.id, kind=notice.kind)
    return len(owed) + len(overdue)


def _is_nudge(outbound: Outbound) -> bool:
    """Whether it is one of those that nobody has to be asked about when they may be lost."""
    return outbound.kind is OutboundKind.NUDGE
