"""Whose turn it is: rows of one chat leave one by one, in order; cards overtake."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, Update, or_, select, update
from sqlalchemy.orm import aliased

from companion.messages import OutboundKind, OutboundState, Platform
from infra.store.tables import OutboundRow

#: States of a row that is still to leave.
OPEN = [OutboundState.PENDING, OutboundState.SENDING]

#: A row that was held back when it was made, and that nobody has taken or let go.
HELD = (
    OutboundRow.state == OutboundState.PENDING,
    OutboundRow.not_before.is_not(None),
    OutboundRow.attempts == 0,
)


def let_go(outbound_id: UUID, *, platform: Platform, now: datetime) -> Update:
    """Return the UPDATE that frees a held row; in a mailbox that is all it needs."""
    free = update(OutboundRow).where(OutboundRow.id == outbound_id, *HELD).values(not_before=None)
    if not platform.is_mailbox:
        return free
    return free.values(state=OutboundState.SENT, settled_at=now)


def take(outbound_id: UUID, *, owner: UUID, now: datetime, until: datetime) -> Update:
    """Return the UPDATE that claims a row, if it waits, is ripe and it is its turn."""
    return (
        update(OutboundRow)
        .where(
            OutboundRow.id == outbound_id,
            OutboundRow.state == OutboundState.PENDING,
            or_(OutboundRow.not_before.is_(None), OutboundRow.not_before <= now),
            or_(OutboundRow.kind == OutboundKind.CARD, ~_in_the_way().exists()),
        )
        .values(
            state=OutboundState.SENDING,
            claim_owner=owner,
            claim_until=until,
            attempts=OutboundRow.attempts + 1,
        )
    )


def blocker(outbound_id: UUID) -> Select[UUID | None]:
    """Return the SELECT of the earlier row that a waiting one has to let go first."""
    first = _in_the_way().correlate(OutboundRow).limit(1).scalar_subquery()
    return select(first).where(
        OutboundRow.id == outbound_id, OutboundRow.state == OutboundState.PENDING
    )


def _in_the_way() -> Select[UUID]:
    earlier = aliased(OutboundRow)
    return (
        select(earlier.id)
        .where(
            earlier.account_id == OutboundRow.account_id,
            earlier.seq < OutboundRow.seq,
            earlier.state.in_(OPEN),
        )
        .order_by(earlier.seq)
    )
