"""Wishes to be asked and the nudges made of them: single rows by student, many rows by planning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from companion.messages import OutboundKind, OutboundState
from companion.people.wishes import NudgeState, Part, Plan, Wish
from companion.store.nudges import Nudge, Ripe
from infra.store.care_tables import NudgeRow, NudgeWishRow
from infra.store.nudge_batches import read_ripe, read_wish, write_plans
from infra.store.session import Vaulted
from infra.store.tables import InboundRow, OutboundRow

_UNTOLD = NudgeRow.state == NudgeState.UNDELIVERABLE.value
_PLANNED = NudgeRow.state == NudgeState.PLANNED.value


class Nudges:
    """The repository behind companion.store.nudges.Nudges."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def wish(self, student_id: UUID, *, lock: bool = False) -> Wish | None:
        """Return what the student wishes; None when they were never asked."""
        row = self._session.get(
            NudgeWishRow, student_id, populate_existing=True, with_for_update=lock or None
        )
        return None if row is None else read_wish(row)

    def put(self, wish: Wish, *, now: datetime) -> None:
        """Keep a wish instead of the one before."""
        values = {
            "zone": wish.zone.key if wish.zone else None,
            "minute": wish.minute,
            "weekdays": wish.weekdays,
            "rhythm": wish.rhythm.value,
            "ignored": wish.ignored,
            "letter": wish.letter,
            "letter_day": wish.letter_day,
            "next_at": wish.next_at,
            "last_at": wish.last_at,
            "looked_at": wish.looked_at,
            "updated_at": now,
        }
        self._session.execute(
            self._vaulted.insert(NudgeWishRow)
            .values(student_id=wish.student_id, **values)
            .on_conflict_do_update(index_elements=["student_id"], set_=values)
        )

    def ripe(self, *, now: datetime, limit: int) -> Sequence[Ripe]:
        """Return wishes whose moment has come, the earliest first, and lock them."""
        return read_ripe(self._session, now=now, limit=limit)

    def planned(self, plans: Sequence[tuple[Ripe, Plan]], *, now: datetime) -> int:
        """Keep many plans at once; returns for how many a nudge is to be made."""
        return write_plans(self._vaulted, plans, now=now)

    def waiting(self, *, limit: int) -> Sequence[Nudge]:
        """Return planned nudges, the earliest due first."""
        rows = self._session.scalars(
            select(NudgeRow).where(_PLANNED).order_by(NudgeRow.due_at, NudgeRow.id).limit(limit)
        )
        return [_nudge(row) for row in rows]

    def move(
        self,
        nudge_id: UUID,
        state: NudgeState,
        *,
        of: NudgeState = NudgeState.PLANNED,
        outbound_id: UUID | None = None,
        now: datetime,
    ) -> bool:
        """Say what became of a nudge; False when it is not in the state `of` any more."""
        return bool(
            self._vaulted.changed(
                update(NudgeRow)
                .where(NudgeRow.id == nudge_id, NudgeRow.state == of.value)
                .values(state=state.value, outbound_id=outbound_id, made_at=now)
            )
        )

    def call_off(self, student_id: UUID, *, now: datetime) -> int:
        """Skip what is planned for a student, and cancel what has not left."""
        self._session.execute(
            update(OutboundRow)
            .where(
                OutboundRow.student_id == student_id,
                OutboundRow.kind == OutboundKind.NUDGE,
                OutboundRow.state == OutboundState.PENDING,
            )
            .values(state=OutboundState.CANCELLED, settled_at=now)
        )
        return self._vaulted.changed(
            update(NudgeRow)
            .where(NudgeRow.student_id == student_id, _PLANNED)
            .values(state=NudgeState.SKIPPED.value, made_at=now)
        )

    def answered(self, student_id: UUID, *, after: datetime) -> int:
        """Note that the student wrote: what was made since a moment is answered by it."""
        return self._vaulted.changed(
            update(NudgeRow)
            .where(
                NudgeRow.student_id == student_id,
                NudgeRow.state == NudgeState.MADE.value,
                NudgeRow.made_at >= after,
            )
            .values(state=NudgeState.ANSWERED.value)
        )

    def refused(self, outbound_id: UUID) -> bool:
        """Note that the platform did not take the message of a nudge."""
        return bool(
            self._vaulted.changed(
                update(NudgeRow)
                .where(
                    NudgeRow.outbound_id == outbound_id,
                    NudgeRow.state == NudgeState.MADE.value,
                )
                .values(state=NudgeState.UNDELIVERABLE.value)
            )
        )

    def owed(self, student_id: UUID, *, after: datetime) -> Nudge | None:
        """Return the latest nudge since a moment that could not be delivered, once."""
        told = self._session.scalars(
            update(NudgeRow)
            .where(NudgeRow.student_id == student_id, _UNTOLD)
            .values(state=NudgeState.OFFERED.value)
            .returning(NudgeRow)
        ).all()
        late = [_nudge(row) for row in told if row.due_at >= after]
        return max(late, key=lambda one: one.due_at, default=None)

    def written_at(self, student_id: UUID, *, after: datetime) -> Sequence[datetime]:
        """Return the moments a student wrote at."""
        return self._session.scalars(
            select(InboundRow.received_at).where(
                InboundRow.student_id == student_id, InboundRow.received_at >= after
            )
        ).all()

    def forget(self, *, before: datetime) -> int:
        """Delete nudges that were due before a moment; returns how many."""
        return self._vaulted.changed(delete(NudgeRow).where(NudgeRow.due_at < before))


def _nudge(row: NudgeRow) -> Nudge:
    return Nudge(
        id=row.id,
        student_id=row.student_id,
        day=row.local_date,
        parts=frozenset(Part(part) for part in row.kind.split("+")),
        state=NudgeState(row.state),
        due_at=row.due_at,
        made_at=row.made_at,
    )
