"""Showing a counsellor what became of each message of theirs, at the message itself (law 8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from companion.flows.services import Services
from companion.jobs import Job
from companion.language import Language
from companion.messages import OutboundState
from companion.ports import Marking, Refused, RetryLater, Uncertain
from companion.staff.people import ChannelKind
from companion.store import Reading, Transaction
from companion.store.relays import Written
from companion.texts import say

#: Later than this after it was written a mark tells nobody anything: the card has the state.
WORTH = timedelta(minutes=30)
_AGAIN = timedelta(seconds=2)
#: Why something was refused, where that has words of its own.
_REASONS = {"blocked", "chat_gone", "bad_request", "platform_off"}


@dataclass(frozen=True, slots=True)
class _Place:
    """A counsellor's message, and the chat it stands in."""

    written: Written
    address: str = field(repr=False)
    language: Language


def owe_mark(tx: Transaction, outbound_id: UUID) -> None:
    """Show after COMMIT what became of a message, if a counsellor wrote it in a chat."""
    if tx.relays.written(outbound_id) is not None:
        tx.enqueue(Job.MARK_DELIVERY, outbound_id)


def mark_delivery(outbound_id: UUID, *, services: Services) -> None:
    """Mark a counsellor's message with how far it has got.

    Raises UnknownRow, StoreUnavailable. Safe to run twice: a mark replaces the one before, and
    what changes meanwhile is marked anew, so that the last mark is the true one.
    """
    channel = services.channels.get(ChannelKind.TELEGRAM)
    if channel is None or not isinstance(channel, Marking):
        return
    marked: OutboundState | None = None
    while True:
        with services.store.reading() as tx:
            place = _place(tx, outbound_id)
        if place is None or place.written.state is marked:
            return
        if services.clock.now() - place.written.at > WORTH:
            return
        again = _mark(channel, place)
        if again is not None:
            with services.store.transaction() as tx:
                tx.enqueue(Job.MARK_DELIVERY, outbound_id, after=again.total_seconds())
            return
        marked = place.written.state


def _place(tx: Reading, outbound_id: UUID) -> _Place | None:
    written = tx.relays.written(outbound_id)
    if written is None:
        return None
    staff = tx.members.get(tx.relays.get(written.relay_id).staff_id)
    ways = {way.id: way.address for way in tx.members.channels(staff.id)}
    address = ways.get(written.channel_id)
    if address is None or staff.disabled_at is not None:
        return None
    return _Place(written, address, staff.language)


def _mark(channel: Marking, place: _Place) -> timedelta | None:
    """Show it; returns when to try again."""
    written = place.written
    try:
        channel.mark(
            place.address,
            message_id=written.message_id,
            state=written.state,
            words=_words(written, place.language),
        )
    except RetryLater as busy:
        return max(busy.after, _AGAIN)
    except (Refused, Uncertain):
        return None  # a second try might say it twice
    return None


def _words(written: Written, language: Language) -> str:
    match written.state:
        case OutboundState.SENT:
            return say("relay.fate_sent", language)
        case OutboundState.REFUSED:
            reason = written.reason if written.reason in _REASONS else "other"
            why = say(f"relay.refused_{reason}", language)
            return say("relay.fate_refused", language, why=why)
        case _:
            return say("relay.fate_waiting", language)
