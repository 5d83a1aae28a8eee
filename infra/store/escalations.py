"""What staff must hear of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import and_, select, update

from companion.errors import UnknownRow
from companion.risk import Level, Verdict
from companion.store import Escalation
from infra.store.session import Vaulted
from infra.store.tables import EscalationRow

_OWED = ["owed", "failed"]


class Escalations:
    """The repository behind companion.store.Escalations."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def open(
        self,
        student_id: UUID,
        *,
        message_id: UUID | None,
        verdict: Verdict,
        page_state: str,
        now: datetime,
    ) -> UUID | None:
        """Open one; None when this message opened one already."""
        opened: UUID | None = self._session.scalar(
            self._vaulted.insert(EscalationRow)
            .values(
                id=uuid4(),
                student_id=student_id,
                message_id=message_id,
                level=int(verdict.level),
                kinds=list(verdict.kinds),
                opened_at=now,
                page_state=page_state,
                page_attempts=0,
            )
            .on_conflict_do_nothing(index_elements=["message_id"])
            .returning(EscalationRow.id)
        )
        return opened

    def get(self, escalation_id: UUID) -> Escalation:
        """Raises UnknownRow."""
        row = self._session.get(EscalationRow, escalation_id, populate_existing=True)
        if row is None:
            raise UnknownRow
        return Escalation(
            id=row.id,
            student_id=row.student_id,
            level=Level(row.level),
            kinds=tuple(row.kinds),
            opened_at=row.opened_at,
            asked_for=row.message_id is None,
            page_state=row.page_state,
        )

    def raised_by(self, message_id: UUID) -> UUID | None:
        """Return the escalation that a message opened."""
        return self._session.scalar(
            select(EscalationRow.id).where(EscalationRow.message_id == message_id)
        )

    def raise_level(self, message_id: UUID, verdict: Verdict, *, page_state: str) -> UUID | None:
        """Raise what this message opened, so that its page is owed anew."""
        raised: UUID | None = self._session.scalar(
            update(EscalationRow)
            .where(EscalationRow.message_id == message_id, EscalationRow.level < int(verdict.level))
            .values(
                level=int(verdict.level),
                kinds=list(verdict.kinds),
                page_state=page_state,
                page_attempts=0,
            )
            .returning(EscalationRow.id)
        )
        return raised

    def paged(
        self, escalation_id: UUID, *, state: str, now: datetime, level: Level | None = None
    ) -> bool:
        """Record the outcome of a page; False when it was told already, or rose meanwhile."""
        is_it = EscalationRow.id == escalation_id
        if level is not None:
            is_it = and_(is_it, EscalationRow.level == int(level))
        return bool(
            self._vaulted.changed(
                update(EscalationRow)
                .where(is_it, EscalationRow.page_state.in_(_OWED))
                .values(
                    page_state=state,
                    page_attempts=EscalationRow.page_attempts + 1,
                    paged_at=now if state == "told" else None,
                )
            )
        )

    def unpaged(self, *, before: datetime, limit: int) -> Sequence[UUID]:
        """Return those whose page is still owed, the gravest first."""
        return self._session.scalars(
            select(EscalationRow.id)
            .where(EscalationRow.page_state.in_(_OWED), EscalationRow.opened_at < before)
            .order_by(EscalationRow.level.desc(), EscalationRow.opened_at)
            .limit(limit)
        ).all()
