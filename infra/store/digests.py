"""Daily digests on their way to staff."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import case, delete, func, select, update

from companion.risk import Level
from companion.staff.digest import AtWatch
from companion.staff.people import ChannelKind
from companion.store.cases import PageState
from companion.store.digests import Errand
from infra.store.count_tables import DigestRow
from infra.store.session import Vaulted
from infra.store.tables import InboundRow

_OWED = DigestRow.state == PageState.OWED.value
_SENDING = DigestRow.state == PageState.SENDING.value


class Digests:
    """The repository behind companion.store.Digests."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def at_watch(self, *, until: datetime, span: timedelta) -> Sequence[AtWatch]:
        """Return the students whose highest level in a span of time was watch, as counts only."""
        is_now, watch = InboundRow.received_at >= until - span, int(Level.WATCH)
        is_watch = InboundRow.level == watch
        present = func.sum(case((is_now & is_watch, 1), else_=0))
        highest = func.max(case((is_now, InboundRow.level), else_=0))
        rows = self._session.execute(
            select(present, func.sum(case((~is_now & is_watch, 1), else_=0)))
            .where(
                InboundRow.received_at >= until - 2 * span,
                InboundRow.received_at < until,
                InboundRow.level >= watch,
            )
            .group_by(InboundRow.student_id)
            .having(highest == watch)
        )
        return [AtWatch(now=now, before=before) for now, before in rows]

    def add(
        self,
        due_at: datetime,
        *,
        staff_id: UUID | None,
        channel_id: UUID | None,
        kind: ChannelKind,
    ) -> bool:
        """Owe a digest; False when it is owed, or was sent, already."""
        added = self._session.scalar(
            self._vaulted.insert(DigestRow)
            .values(
                id=uuid4(),
                due_at=due_at,
                staff_id=staff_id,
                channel_id=channel_id,
                kind=kind.value,
                state=PageState.OWED.value,
                dedupe=f"{due_at.astimezone(UTC).isoformat()}:{channel_id or kind.value}",
            )
            .on_conflict_do_nothing(index_elements=["dedupe"])
            .returning(DigestRow.id)
        )
        return added is not None

    def owed(self, due_at: datetime) -> Sequence[UUID]:
        """Return what is still owed of a moment."""
        return self._session.scalars(
            select(DigestRow.id).where(_OWED, DigestRow.due_at == due_at).order_by(DigestRow.id)
        ).all()

    def claim(self, errand_id: UUID) -> Errand | None:
        """Take one for sending, once: None when it is not owed (any more)."""
        row = self._session.scalar(
            update(DigestRow)
            .where(DigestRow.id == errand_id, _OWED)
            .values(state=PageState.SENDING.value)
            .returning(DigestRow)
        )
        if row is None:
            return None
        return Errand(
            id=row.id,
            due_at=row.due_at,
            staff_id=row.staff_id,
            channel_id=row.channel_id,
            kind=ChannelKind(row.kind),
        )

    def settle(self, errand_id: UUID, state: PageState, *, reason: str | None) -> bool:
        """Write the outcome; `OWED` gives it back to be tried again."""
        return bool(
            self._vaulted.changed(
                update(DigestRow)
                .where(DigestRow.id == errand_id, _SENDING)
                .values(state=state.value, reason=reason)
            )
        )

    def drop(self, *, before: datetime) -> int:
        """Give up what was planned before a moment and has not left."""
        return self._vaulted.changed(
            update(DigestRow)
            .where(_OWED, DigestRow.due_at < before)
            .values(state=PageState.DROPPED.value, reason="late")
        )

    def forget(self, *, before: datetime) -> int:
        """Delete digests planned before a moment."""
        return self._vaulted.changed(delete(DigestRow).where(DigestRow.due_at < before))
