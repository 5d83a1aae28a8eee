"""Handing one row to its platform; `sent` only when the platform said so (law 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from companion.flows.export import export_file
from companion.flows.mark_delivery import owe_mark
from companion.flows.pass_on import page_holder
from companion.flows.picture import draw
from companion.flows.services import Services
from companion.flows.stay import is_in_safety_talk
from companion.messages import Choice, Outbound, OutboundKind, OutboundState
from companion.people.nudges import STALE
from companion.people.student import Account, Student
from companion.ports import Refused, RetryLater, Sender, Uncertain
from companion.store import Draft, PageReason, Reading, Transaction
from companion.texts import say

#: A claim is believed this long after its last sign of life.
CLAIM = timedelta(seconds=40)
#: A platform that asks for more patience than this gets its row from the sweeper.
LONGEST_WAIT = timedelta(seconds=30)
#: Attempts after which small talk is given up; what is urgent is never given up.
_MOST_ATTEMPTS = 12
#: How soon an urgent row goes out again after nobody knew whether it arrived.
_AFTER_DOUBT = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class _HandOver:
    """One row in the hands of one worker."""

    outbound: Outbound
    account: Account
    student: Student
    owner: UUID
    services: Services


def deliver(outbound_id: UUID, *, services: Services) -> None:
    """Send one row, and whatever of the same chat has become due by it.

    Raises StoreUnavailable. Safe to run twice: a row is claimed before it is sent.
    """
    following: UUID | None = outbound_id
    while following is not None:
        following = _deliver_one(following, services)


def _deliver_one(outbound_id: UUID, services: Services) -> UUID | None:
    """Send one row; returns what to send now: the same again, the chat's next, or nothing."""
    owner, now = uuid4(), services.clock.now()
    with services.store.transaction() as tx:
        claim = tx.outbound.claim(outbound_id, owner=owner, now=now, until=now + CLAIM)
        if claim.outbound is None:
            return claim.blocked_by
        account = tx.students.account(claim.outbound.account_id)
        student = tx.students.get(account.student_id)
        is_overtaken = _is_overtaken(tx, claim.outbound, now=now)
    one = _HandOver(claim.outbound, account, student, owner, services)
    retry = None if is_overtaken else _hand_over(one)
    if is_overtaken:
        _settle(one, OutboundState.CANCELLED, reason="overtaken")
    if retry is not None:
        return _put_back(one, retry)
    with services.store.reading() as tx:
        return tx.outbound.next_pending(account.id)


def _is_overtaken(tx: Reading, outbound: Outbound, *, now: datetime) -> bool:
    """Whether it may not be sent any more.

    A person holds the talk now: then the companion is silent. And a nudge that comes late, or
    between the questions of a safety talk, is worse than none.
    """
    if outbound.kind is OutboundKind.NUDGE:
        is_late = now - outbound.created_at > STALE
        if is_late or is_in_safety_talk(tx, outbound.student_id, now=now):
            return True
    is_ours = outbound.kind in {OutboundKind.REPLY, OutboundKind.NUDGE}
    return is_ours and tx.relays.open_of(outbound.student_id) is not None


def _hand_over(one: _HandOver) -> timedelta | None:
    """Give the row to its platform and record what became of it; returns when to try again."""
    if one.outbound.platform.is_mailbox:  # it was held back; now the page may show it
        _settle(one, OutboundState.SENT)
        one.services.bell.ring(one.student.id, "message")
        return None
    sender = one.services.senders.get(one.outbound.platform)
    if sender is None:
        _refuse(one, Refused("platform_off", unreachable=False))
        return None
    try:
        _send(one, sender)
    except RetryLater as busy:
        return busy.after
    except Uncertain:
        if one.outbound.kind.is_urgent:  # may repeat rather than be missed
            return _AFTER_DOUBT
        _doubt(one)
    except Refused as refusal:
        _refuse(one, refusal)
    else:
        _settle(one, OutboundState.SENT)
    return None


def _send(one: _HandOver, sender: Sender) -> None:
    outbound, address = one.outbound, one.account.address
    if outbound.kind is OutboundKind.EXPORT:
        sender.send_file(
            address,
            name=say("command.export_name", one.student.language),
            content=export_file(one.student.id, services=one.services),
            caption=outbound.text,
        )
        return
    if outbound.kind is OutboundKind.PICTURE and _send_picture(one, sender):
        return
    parts = sender.parts(outbound.text, markdown=outbound.kind is OutboundKind.REPLY)
    for number, part in enumerate(parts, start=1):
        if number <= outbound.parts_sent:
            continue
        is_last = number == len(parts)
        sender.send(address, part, choices=outbound.choices if is_last else ())
        if not is_last:
            _note_part(one, number)


def _send_picture(one: _HandOver, sender: Sender) -> bool:
    """Send the picture with its words; False where they must go out alone."""
    painter, outbound = one.services.painter, one.outbound
    if painter is None:
        return False
    drawn = draw(outbound, services=one.services)
    if drawn is None:
        return False
    try:
        sender.send_picture(
            one.account.address,
            content=painter.png(drawn),
            caption=outbound.text,
            choices=outbound.choices,
        )
    except Refused as refusal:
        if refusal.unreachable:
            raise
        return False  # a chat that takes no pictures still takes words
    return True


def _note_part(one: _HandOver, parts: int) -> None:
    until = one.services.clock.now() + CLAIM
    with one.services.store.transaction() as tx:
        tx.outbound.part_sent(one.outbound.id, owner=one.owner, parts=parts, until=until)


def _settle(one: _HandOver, state: OutboundState, *, reason: str | None = None) -> None:
    now = one.services.clock.now()
    with one.services.store.transaction() as tx:
        tx.outbound.settle(one.outbound.id, owner=one.owner, state=state, reason=reason, now=now)
        _ring(tx, one)


def _ring(tx: Transaction, one: _HandOver) -> None:
    """Let the counsellor's page, or chat, show at once what became of their words."""
    if one.outbound.kind is OutboundKind.RELAY:
        tx.ring(one.student.id, "relay")
        owe_mark(tx, one.outbound.id)


def _refuse(one: _HandOver, refusal: Refused) -> None:
    _settle(one, OutboundState.REFUSED, reason=refusal.reason)
    if one.outbound.kind is OutboundKind.RELAY:
        _tell_counsellor(one)
    if one.outbound.kind is OutboundKind.NUDGE:
        with one.services.store.transaction() as tx:
            tx.care.nudges.refused(one.outbound.id)
    if refusal.unreachable:
        with one.services.store.transaction() as tx:
            tx.students.set_reachable(one.account.id, reachable=False, why=refusal.reason)


def _tell_counsellor(one: _HandOver) -> None:
    """Page whoever wrote it: the words will not arrive, another way must be found."""
    now, services = one.services.clock.now(), one.services
    with services.store.transaction() as tx:
        relay = tx.relays.open_of(one.student.id)
        if relay is not None:
            page_holder(
                tx,
                relay,
                once=str(one.account.id),  # once a relay: nothing arrives there any more
                services=services,
                now=now,
                why=PageReason.UNDELIVERED,
            )


def _put_back(one: _HandOver, after: timedelta) -> UUID | None:
    """Give the row back; returns it when waiting here is short, else the sweeper brings it."""
    outbound = one.outbound
    if outbound.attempts >= _MOST_ATTEMPTS and not outbound.kind.is_urgent:
        _settle(one, OutboundState.REFUSED, reason="gave_up")
        return None
    not_before = one.services.clock.now() + after
    with one.services.store.transaction() as tx:
        tx.outbound.put_back(
            outbound.id, owner=one.owner, not_before=not_before, reason="retry_later"
        )
        _ring(tx, one)
    if after > LONGEST_WAIT:
        return None
    one.services.clock.sleep(after.total_seconds())
    return outbound.id


def _doubt(one: _HandOver) -> None:
    """Nobody knows whether it arrived: ask, and leave the repeating to the student."""
    now = one.services.clock.now()
    with one.services.store.transaction() as tx:
        settled = tx.outbound.settle(
            one.outbound.id,
            owner=one.owner,
            state=OutboundState.UNCONFIRMED,
            reason="uncertain",
            now=now,
        )
        _ring(tx, one)
        if settled and one.outbound.kind is not OutboundKind.NUDGE:
            tx.outbound.add(one.account, lost_notice(one.outbound, one.student), now=now)


def lost_notice(outbound: Outbound, student: Student) -> Draft:
    """Return the honest question after a message that may or may not have arrived."""
    return Draft(
        kind=OutboundKind.NOTICE,
        text=say("delivery.lost", student.language),
        choices=(Choice(say("delivery.lost_again", student.language), f"/again {outbound.id}"),),
        dedupe=f"lost:{outbound.id}",
    )
