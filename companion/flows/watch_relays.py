"""Seeing that nobody who writes to a person is left waiting without a word."""

from __future__ import annotations

from datetime import datetime, timedelta

from companion.flows.pass_on import page_holder
from companion.flows.sending import send
from companion.flows.services import Services
from companion.jobs import Job
from companion.messages import Choice, OutboundKind
from companion.store import Draft, Transaction
from companion.store.relays import Relay
from companion.texts import say

#: A student who waits this long for an answer in a relay is told the truth; its holder is paged.
PATIENCE = timedelta(minutes=15)
#: Younger lines are left to the job that was sent for them.
GRACE = timedelta(seconds=10)
_BATCH = 200


def watch_relays(*, services: Services) -> int:
    """Page the holders of relays that stand still and tell the students so; send lost lines on.

    Returns how many lines it sent on. Raises StoreUnavailable. Safe to run twice: each stretch of
    waiting is told once.
    """
    now = services.clock.now()
    with services.store.transaction() as tx:
        lines = tx.relays.unfinished(before=now - GRACE, now=now, limit=_BATCH)
        for line in lines:
            tx.enqueue(Job.RELAY, line)
        idle = tx.relays.idle(before=now - PATIENCE, limit=_BATCH)
    for relay, since in idle:
        with services.store.transaction() as tx:
            _remind(tx, relay, since, services=services, now=now)
    return len(lines)


def _remind(
    tx: Transaction, relay: Relay, since: datetime, *, services: Services, now: datetime
) -> None:
    once = f"{since:%Y%m%dT%H%M%S%f}"
    dedupe = f"relay:idle:{relay.id}:{once}"
    if tx.outbound.find(relay.student_id, dedupe) is not None:
        return
    has_paged = page_holder(tx, relay, once=once, services=services, now=now)
    student = tx.students.get(relay.student_id)
    name = tx.members.get(relay.staff_id).name
    key = "idle_told" if has_paged else "idle_untold"
    draft = Draft(
        kind=OutboundKind.RELAY,
        text=say(f"relay.{key}", student.language, name=name).strip(),
        choices=(Choice(say("relay.back_button", student.language), "/human back"),),
        dedupe=dedupe,
    )
    send(tx, tx.students.latest_account(student.id), draft, now=now)
