"""Handing one row to its platform; `sent` only when the platform said so (law 8)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from companion.flows.export import export_file
from companion.flows.services import Services
from companion.messages import Choice, Outbound, OutboundKind, OutboundState
from companion.people.student import Account, Student
from companion.ports import Refused, RetryLater, Sender, Uncertain
from companion.store import Draft
from companion.texts import say

#: A claim is believed this long after its last sign of life.
CLAIM = timedelta(seconds=40)
#: A platform that asks for more patience than this gets its row from the sweeper (seconds).
LONGEST_WAIT = 30.0
#: Attempts after which small talk is given up; what is urgent is never given up.
_MOST_ATTEMPTS = 12
#: How soon an urgent row goes out again after nobody knew whether it arrived.
_AFTER_DOUBT = timedelta(seconds=2)


def deliver(outbound_id: UUID, *, services: Services) -> None:
    """Send one row, and whatever of the same chat has become due by it.

    Raises StoreUnavailable. Safe to run twice: a row is claimed before it is sent.
    """
    following: UUID | None = outbound_id
    while following is not None:
        following = _deliver_one(following, services)


def _deliver_one(outbound_id: UUID, services: Services) -> UUID | None:
    """Send one row; returns what is to be sent next: it again, the next of this chat, or nothing."""
    owner, now = uuid4(), services.clock.now()
    with services.store.transaction() as tx:
        claim = tx.outbound.claim(outbound_id, owner=owner, now=now, until=now + CLAIM)
        if claim.outbound is None:
            return claim.blocked_by
        account = tx.students.account(claim.outbound.account_id)
        student = tx.students.get(account.student_id)
    outbound = claim.outbound
    sender = services.senders.get(outbound.platform)
    try:
        if sender is None:
            raise Refused("platform_off", unreachable=False)
        _send(outbound, account, student, sender, owner=owner, services=services)
    except RetryLater as busy:
        return _put_back(outbound, owner, busy, services)
    except Refused as refusal:
        state = OutboundState.REFUSED
        _settle(outbound, owner, state, services, reason=refusal.reason)
        if refusal.unreachable:
            with services.store.transaction() as tx:
                tx.students.set_reachable(account.id, reachable=False, why=refusal.reason)
    except Uncertain:
        if outbound.kind.is_urgent:
            # May repeat rather than be missed: it goes again, soon.
            return _put_back(outbound, owner, RetryLater(_AFTER_DOUBT), services)
        _doubt(outbound, owner, account, student, services)
    else:
        _settle(outbound, owner, OutboundState.SENT, services)
    with services.store.reading() as tx:
        return tx.outbound.next_pending(account.id)


def _send(
    outbound: Outbound,
    account: Account,
    student: Student,
    sender: Sender,
    *,
    owner: UUID,
    services: Services,
) -> None:
    if outbound.kind is OutboundKind.EXPORT:
        sender.send_file(
            account.address,
            name=say("command.export_name", student.language),
            content=export_file(student.id, services=services),
            caption=outbound.text,
        )
        return
    parts = sender.parts(outbound.text, markdown=outbound.kind is OutboundKind.REPLY)
    for number, part in enumerate(parts, start=1):
        if number <= outbound.parts_sent:
            continue
        is_last = number == len(parts)
        sender.send(account.address, part, choices=outbound.choices if is_last else ())
        if not is_last:
            until = services.clock.now() + CLAIM
            with services.store.transaction() as tx:
                tx.outbound.part_sent(outbound.id, owner=owner, parts=number, until=until)


def _settle(
    outbound: Outbound,
    owner: UUID,
    state: OutboundState,
    services: Services,
    *,
    reason: str | None = None,
) -> None:
    now = services.clock.now()
    with services.store.transaction() as tx:
        tx.outbound.settle(outbound.id, owner=owner, state=state, reason=reason, now=now)


def _put_back(
    outbound: Outbound, owner: UUID, busy: RetryLater, services: Services
) -> UUID | None:
    """Give the row back; returns it when waiting here is short, else the sweeper brings it."""
    if outbound.attempts >= _MOST_ATTEMPTS and not outbound.kind.is_urgent:
        _settle(outbound, owner, OutboundState.REFUSED, services, reason="gave_up")
        return None
    not_before = services.clock.now() + busy.after
    with services.store.transaction() as tx:
        tx.outbound.put_back(outbound.id, owner=owner, not_before=not_before, reason="retry_later")
    seconds = busy.after.total_seconds()
    if seconds > LONGEST_WAIT:
        return None
    services.clock.sleep(seconds)
    return outbound.id


def _doubt(
    outbound: Outbound, owner: UUID, account: Account, student: Student, services: Services
) -> None:
    """Nobody knows whether it arrived: ask, and leave it to the student."""
    now = services.clock.now()
    with services.store.transaction() as tx:
        settled = tx.outbound.settle(
            outbound.id,
            owner=owner,
            state=OutboundState.UNCONFIRMED,
            reason="uncertain",
            now=now,
        )
        if settled:
            tx.outbound.add(account, lost_notice(outbound, student), now=now)


def lost_notice(outbound: Outbound, student: Student) -> Draft:
    """Return the honest question after a message that may or may not have arrived."""
    return Draft(
        kind=OutboundKind.NOTICE,
        text=say("delivery.lost", student.language),
        choices=(Choice(say("delivery.lost_again", student.language), f"/again {outbound.id}"),),
        dedupe=f"lost:{outbound.id}",
    )
