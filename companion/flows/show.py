"""Letting a student see that, and what, is being written. Hints only: nothing is owed here."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from companion.errors import UnknownRow
from companion.flows.services import Services
from companion.messages import OutboundState

#: Platforms show "typing" for about five seconds.
_TYPING_STEP = 4.5  # seconds
_LONGEST_TYPING = timedelta(seconds=90)


def show_typing(outbound_id: UUID, *, services: Services) -> None:
    """Show "typing" until the first words are there, or the answer is complete."""
    begin = services.clock.now()
    while services.clock.now() - begin < _LONGEST_TYPING:
        try:
            with services.store.reading() as tx:
                outbound = tx.outbound.get(outbound_id)
                address = tx.students.account(outbound.account_id).address
        except UnknownRow:
            return
        sender = services.senders.get(outbound.platform)
        if outbound.state is not OutboundState.WRITING or outbound.text or sender is None:
            return
        sender.show_typing(address)
        services.clock.sleep(_TYPING_STEP)


def show_draft(outbound_id: UUID, *, services: Services) -> None:
    """Show the part of an answer that is written already, as it is now."""
    try:
        with services.store.reading() as tx:
            outbound = tx.outbound.get(outbound_id)
            address = tx.students.account(outbound.account_id).address
    except UnknownRow:
        return
    sender = services.senders.get(outbound.platform)
    if outbound.state is OutboundState.WRITING and outbound.text and sender is not None:
        sender.show_draft(address, draft=outbound.seq, text=outbound.text)
