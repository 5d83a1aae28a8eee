"""Letting a student see that, and what, is being written. Hints only: nothing is owed here."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from companion.errors import UnknownRow
from companion.flows.services import Services
from companion.jobs import Job
from companion.messages import Outbound, OutboundState
from companion.ports import Sender

#: Platforms show "typing" for about five seconds.
_TYPING_STEP = 4.5  # seconds
_LONGEST_TYPING = timedelta(seconds=90)


def show_typing(outbound_id: UUID, *, services: Services) -> None:
    """Show "typing", and come back for as long as there are no words yet.

    Comes back as a job of its own: a slow model must not hold the threads that deliver.
    """
    found = _writing(outbound_id, services)
    if found is None or found[0].text:
        return
    outbound, sender, address = found
    sender.show_typing(address)
    if services.clock.now() - outbound.created_at < _LONGEST_TYPING:
        with services.store.transaction() as tx:
            tx.enqueue(Job.SHOW_TYPING, outbound_id, after=_TYPING_STEP)


def show_draft(outbound_id: UUID, *, services: Services) -> None:
    """Show the part of an answer that is written already, as it is now."""
    found = _writing(outbound_id, services)
    if found is not None and found[0].text:
        outbound, sender, address = found
        sender.show_draft(address, draft=outbound.seq, text=outbound.text)


def _writing(outbound_id: UUID, services: Services) -> tuple[Outbound, Sender, str] | None:
    """Return a row that is being written, with where to show it; None when it is not any more."""
    try:
        with services.store.reading() as tx:
            outbound = tx.outbound.get(outbound_id)
            address = tx.students.account(outbound.account_id).address
    except UnknownRow:
        return None
    sender = services.senders.get(outbound.platform)
    if outbound.state is not OutboundState.WRITING or sender is None:
        return None
    return outbound, sender, address
