"""Passing one line of a student to the counsellor who holds the talk: in order, once it is owed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from companion.campus import Campus
from companion.flows.services import Services
from companion.jobs import Job
from companion.language import Language
from companion.messages import InboundKind, Message
from companion.ports import Channel, PageText, Refused, RetryLater, Uncertain
from companion.staff.cases import Case
from companion.staff.people import ChannelKind, Staff
from companion.store import PageDraft, PageReason, Reading, Transaction
from companion.store.relays import Relay, Relayed, RelayedState, Through
from companion.texts import say

#: How long a worker may take to hand one line over; then another one tries.
CLAIM = timedelta(seconds=30)
#: After so many tries a line has failed; the desk still shows it, and the counsellor is paged.
TRIES = 5
_AGAIN = timedelta(seconds=2)
_PLAIN = {InboundKind.TEXT, InboundKind.CHOICE}


@dataclass(frozen=True, slots=True)
class _Errand:
    """One line in the hands of one worker."""

    line: Relayed
    relay: Relay
    channel: Channel | None
    address: str | None = field(repr=False)
    text: PageText = field(repr=False)


def pass_on(relayed_id: UUID, *, services: Services) -> None:
    """Hand one line over, and start the next one of the same relay.

    Raises UnknownRow, StoreUnavailable. Safe to run twice: a line is claimed before it is sent,
    and may repeat rather than be missed.
    """
    now = services.clock.now()
    with services.store.transaction() as tx:
        relay = tx.relays.get(tx.relays.relayed(relayed_id).relay_id)
        if relay.through is not Through.TELEGRAM:
            return  # The desk shows it.
        line = tx.relays.claim(relayed_id, now=now, until=now + CLAIM)
        if line is None:
            return
        errand = _errand(tx, line, relay, services)
    state, reason, after = _hand_over(errand)
    with services.store.transaction() as tx:
        if not tx.relays.settle(line.id, state, reason=reason, now=services.clock.now()):
            return
        if state is RelayedState.OWED:
            tx.enqueue(Job.RELAY, line.id, after=after.total_seconds())
            return
        if state is RelayedState.FAILED:
            page_holder(tx, relay, once=str(line.id), services=services, now=now)
        following = tx.relays.next_owed(relay.id)
        if following is not None:
            tx.enqueue(Job.RELAY, following)


def page_holder(
    tx: Transaction,
    relay: Relay,
    *,
    once: str,
    services: Services,
    now: datetime,
    why: PageReason = PageReason.RELAY,
) -> bool:
    """Page whoever holds a relay over every channel they have, else the whole campus's staff.

    False when there is nobody to page. Safe to run twice with the same `once`.
    """
    case = tx.cases.get(relay.case_id)
    holder = tx.members.get(relay.staff_id)
    ways: list[tuple[UUID | None, UUID | None, ChannelKind]] = [
        (holder.id, way.id, way.kind)
        for way in tx.members.channels(holder.id)
        if holder.disabled_at is None
    ]
    ways = ways or [(None, None, kind) for kind, _ in services.channels.campus_wide]
    for staff_id, channel_id, kind in ways:
        draft = PageDraft(
            staff_id=staff_id,
            channel_id=channel_id,
            kind=kind,
            rung=0,
            level=case.level,
            why=why,
            dedupe=f"{relay.id}:{once}:{channel_id or kind}",
        )
        page_id = tx.pages.add(case.id, draft, now=now)
        if page_id is not None:
            tx.enqueue(Job.PAGE, page_id)
    return bool(ways)


def shown_text(message: Message, *, language: Language) -> str:
    """Return a student's line as staff read it: the words, after a mark for what is not words."""
    if message.kind in _PLAIN:
        return message.text
    emoji = f" {message.text}" if message.kind is InboundKind.STICKER and message.text else ""
    mark = say(f"relay.mark_{message.kind.value}", language, emoji=emoji)
    words = "" if message.kind is InboundKind.STICKER else message.text
    return f"{mark} {words}".strip()


def _errand(tx: Reading, line: Relayed, relay: Relay, services: Services) -> _Errand:
    staff = tx.members.get(relay.staff_id)
    ways = _private_chats(tx, staff)
    return _Errand(
        line=line,
        relay=relay,
        channel=services.channels.get(ChannelKind.TELEGRAM),
        address=next(iter(ways), None),
        text=_words(
            tx.inbound.get(line.message_id),
            tx.cases.get(relay.case_id),
            language=staff.language,
            campus=services.campus,
        ),
    )


def _private_chats(tx: Reading, staff: Staff) -> list[str]:
    """Return where a student's words may go: never a group, nor somebody who has left."""
    return [
        way.address
        for way in tx.members.channels(staff.id)
        if way.kind is ChannelKind.TELEGRAM
        and not way.address.startswith("-")  # Telegram's mark of a group
        and staff.disabled_at is None
    ]


def _words(message: Message, case: Case, *, language: Language, campus: Campus) -> PageText:
    """Return what the counsellor's chat shows: the line itself only where the campus allows it."""
    subject = say("relay.page_subject", language, case=case.number)
    if not campus.relay_in_telegram:
        return PageText(subject=subject, body=say("relay.page_bare", language, case=case.number))
    words = shown_text(message, language=language)
    if message.level is not None and message.level.needs_card:
        level = say(f"page.level_{message.level.label}", language)
        words = f"{say('relay.mark_level', language, level=level)}\n{words}"
    return PageText(subject=subject, body=f"{subject}\n{words}")


def _hand_over(errand: _Errand) -> tuple[RelayedState, str | None, timedelta]:
    """Send; returns what became of it, why, and when to try again."""
    if errand.line.attempts > TRIES:
        return RelayedState.FAILED, "gave_up", timedelta()
    if errand.channel is None or errand.address is None:
        return RelayedState.FAILED, "no_channel", timedelta()
    try:
        errand.channel.page(errand.address, errand.text)
    except RetryLater as busy:
        return RelayedState.OWED, "busy", busy.after
    except Uncertain:
        return RelayedState.OWED, "uncertain", _AGAIN
    except Refused as refusal:
        return RelayedState.FAILED, refusal.reason, timedelta()
    return RelayedState.SENT, None, timedelta()
