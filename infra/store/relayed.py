"""The lines of a relay: the student's on their way to the counsellor, and both sides as read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Exists, and_, exists, or_, select, update
from sqlalchemy.orm import aliased

from companion.errors import UnknownRow
from companion.messages import OutboundState
from companion.store.relays import Relayed, RelayedState, RelayLine, Through, Written
from infra.store.bodies import open_body
from infra.store.case_tables import RelayedRow, RelayRow
from infra.store.session import Vaulted
from infra.store.tables import InboundRow, OutboundRow

#: How a message written in a chat is named (companion.store.relays.chat_key).
_IN_CHAT = re.compile(
    r"relay:say:(?P<relay>[0-9a-f-]{36}):chat:(?P<channel>[0-9a-f-]{36}):(?P<message>[0-9]+)"
)
_OPEN = [RelayedState.OWED.value, RelayedState.SENDING.value]


class RelayedLines:
    """The half of companion.store.relays.Relays that is about lines."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def add(self, relay_id: UUID, message_id: UUID, *, now: datetime) -> UUID | None:
        """Owe one line of the student to the counsellor; None when it is owed already."""
        added: UUID | None = self._session.scalar(
            self._vaulted.insert(RelayedRow)
            .values(
                id=uuid4(),
                relay_id=relay_id,
                message_id=message_id,
                state=RelayedState.OWED.value,
                created_at=now,
                attempts=0,
            )
            .on_conflict_do_nothing(index_elements=["message_id"])
            .returning(RelayedRow.id)
        )
        return added

    def relayed(self, relayed_id: UUID) -> Relayed:
        """Raises UnknownRow."""
        row = self._session.get(RelayedRow, relayed_id, populate_existing=True)
        if row is None:
            raise UnknownRow
        return _relayed(row)

    def claim(self, relayed_id: UUID, *, now: datetime, until: datetime) -> Relayed | None:
        """Take a line for sending; None when it is settled, taken, or an earlier one must go."""
        ran_out = and_(RelayedRow.state == RelayedState.SENDING.value, RelayedRow.claim_until < now)
        taken = self._vaulted.changed(
            update(RelayedRow)
            .where(
                RelayedRow.id == relayed_id,
                or_(RelayedRow.state == RelayedState.OWED.value, ran_out),
                ~self._earlier(relayed_id),
            )
            .values(
                state=RelayedState.SENDING.value,
                claim_until=until,
                attempts=RelayedRow.attempts + 1,
            )
        )
        return self.relayed(relayed_id) if taken else None

    def settle(
        self, relayed_id: UUID, state: RelayedState, *, reason: str | None, now: datetime
    ) -> bool:
        """Write the outcome of a claim; `OWED` gives it back to be tried again."""
        is_final = state is not RelayedState.OWED
        return bool(
            self._vaulted.changed(
                update(RelayedRow)
                .where(RelayedRow.id == relayed_id, RelayedRow.state == RelayedState.SENDING.value)
                .values(state=state.value, reason=reason, settled_at=now if is_final else None)
            )
        )

    def shown(self, relay_id: UUID, *, up_to: int, now: datetime) -> int:
        """Note that the desk showed the student's lines up to a position; returns how many."""
        seen = select(InboundRow.id).where(InboundRow.seq <= up_to)
        return self._vaulted.changed(
            update(RelayedRow)
            .where(
                RelayedRow.relay_id == relay_id,
                RelayedRow.state != RelayedState.SENT.value,
                RelayedRow.message_id.in_(seen),
            )
            .values(state=RelayedState.SENT.value, reason=None, settled_at=now)
        )

    def next_owed(self, relay_id: UUID) -> UUID | None:
        """Return the first line that is still owed."""
        return self._session.scalar(
            select(RelayedRow.id)
            .join(InboundRow, InboundRow.id == RelayedRow.message_id)
            .where(RelayedRow.relay_id == relay_id, RelayedRow.state == RelayedState.OWED.value)
            .order_by(InboundRow.seq)
            .limit(1)
        )

    def unfinished(self, *, before: datetime, now: datetime, limit: int) -> Sequence[UUID]:
        """Return lines bound for a chat that wait since before, and claims that ran out."""
        waits = and_(RelayedRow.state == RelayedState.OWED.value, RelayedRow.created_at < before)
        ran_out = and_(RelayedRow.state == RelayedState.SENDING.value, RelayedRow.claim_until < now)
        return self._session.scalars(
            select(RelayedRow.id)
            .join(RelayRow, RelayRow.id == RelayedRow.relay_id)
            .where(or_(waits, ran_out), RelayRow.through == Through.TELEGRAM.value)
            .order_by(RelayedRow.created_at)
            .limit(limit)
        ).all()

    def positions(self, student_id: UUID, *, after: int = 0) -> frozenset[int]:
        """Return where in the talk stand the lines that went to a person, from behind a place."""
        return frozenset(
            self._session.scalars(
                select(InboundRow.seq)
                .join(RelayedRow, RelayedRow.message_id == InboundRow.id)
                .where(InboundRow.student_id == student_id, InboundRow.seq > after)
            )
        )

    def written(self, outbound_id: UUID) -> Written | None:
        """Return where a counsellor's message was written; None for what was not in a chat."""
        row = self._session.get(OutboundRow, outbound_id, populate_existing=True)
        if row is None:
            raise UnknownRow
        found = _IN_CHAT.fullmatch(row.dedupe)
        if found is None:
            return None
        return Written(
            relay_id=UUID(found["relay"]),
            channel_id=UUID(found["channel"]),
            message_id=int(found["message"]),
            state=OutboundState(row.state),
            reason=row.reason,
            at=row.created_at,
        )

    def lines(self, relay_id: UUID, *, after: int = 0) -> Sequence[RelayLine]:
        """Return both sides in order, from behind a position in the talk."""
        relay = self._session.get(RelayRow, relay_id)
        if relay is None:
            raise UnknownRow
        lines = [*self._heard(relay, after=after), *self._said(relay, after=after)]
        return sorted(lines, key=lambda line: line.seq)

    def _heard(self, relay: RelayRow, *, after: int) -> list[RelayLine]:
        sealer = self._vaulted.sealer(relay.student_id)
        heard = self._session.execute(
            select(RelayedRow, InboundRow)
            .join(InboundRow, InboundRow.id == RelayedRow.message_id)
            .where(RelayedRow.relay_id == relay.id, InboundRow.seq > after)
            .execution_options(populate_existing=True)
        )
        return [
            RelayLine(
                id=sent.id,
                seq=row.seq,
                at=row.received_at,
                is_students=True,
                kind=row.kind,
                state=sent.state,
                reason=sent.reason,
                text=sealer.open(row.body, place=f"inbound.body:{row.id}"),
            )
            for sent, row in heard
        ]

    def _said(self, relay: RelayRow, *, after: int) -> list[RelayLine]:
        sealer = self._vaulted.sealer(relay.student_id)
        said = self._session.scalars(
            select(OutboundRow)
            .where(
                OutboundRow.student_id == relay.student_id,
                OutboundRow.dedupe.startswith(f"relay:say:{relay.id}:"),
                OutboundRow.seq > after,
            )
            .execution_options(populate_existing=True)
        )
        return [
            RelayLine(
                id=row.id,
                seq=row.seq,
                at=row.created_at,
                is_students=False,
                kind=row.kind,
                state=row.state,
                reason=row.reason,
                text=open_body(sealer, row)[0],
            )
            for row in said
        ]

    def _earlier(self, relayed_id: UUID) -> Exists:
        """Return whether an earlier line of the same relay is still to go."""
        mine, mine_in = aliased(RelayedRow), aliased(InboundRow)
        other, other_in = aliased(RelayedRow), aliased(InboundRow)
        return exists(
            select(other.id)
            .join(other_in, other_in.id == other.message_id)
            .join(mine, mine.relay_id == other.relay_id)
            .join(mine_in, mine_in.id == mine.message_id)
            .where(
                mine.id == relayed_id,
                other.state.in_(_OPEN),
                other_in.seq < mine_in.seq,
            )
        )


def _relayed(row: RelayedRow) -> Relayed:
    return Relayed(
        id=row.id,
        relay_id=row.relay_id,
        message_id=row.message_id,
        state=RelayedState(row.state),
        created_at=row.created_at,
        attempts=row.attempts,
        reason=row.reason,
    )
