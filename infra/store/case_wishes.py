"""What students decide about their cases: a wish taken back, an objection, a consent."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, literal, update

from companion.risk import Level
from companion.staff.cases import CaseState
from infra.store.case_reads import IS_OPEN, CaseReads
from infra.store.case_tables import EscalationRow
from infra.store.columns import Moment

UNCLAIMED = [CaseState.NEW.value, CaseState.NOTIFIED.value]


class CaseWishes(CaseReads):
    """The part of companion.store.Cases that students move."""

    def withdraw(self, case_id: UUID) -> bool:
        """Forget that the student asked for a person, and page nobody for it any more."""
        return self._changed(
            case_id,
            EscalationRow.state.in_(UNCLAIMED),
            EscalationRow.asked_for.is_(True),
            EscalationRow.level < int(Level.MODERATE),
            IS_OPEN,
            asked_for=False,
            next_rung_at=None,
        )

    def object(self, case_id: UUID) -> bool:
        """Page nobody for it any more; False when life is in danger, or a person was asked for."""
        return self._changed(
            case_id,
            EscalationRow.level < int(Level.HIGH),
            EscalationRow.asked_for.is_(False),
            EscalationRow.may_page.is_(True),
            IS_OPEN,
            may_page=False,
            next_rung_at=None,
        )

    def allow(self, case_id: UUID, *, now: datetime) -> bool:
        """Let staff be paged after all, its clocks begun anew while nobody has it."""
        is_free, moment = EscalationRow.owner_id.is_(None), literal(now, Moment())
        return self._changed(
            case_id,
            EscalationRow.may_page.is_(False),
            IS_OPEN,
            may_page=True,
            raised_at=case((is_free, moment), else_=EscalationRow.raised_at),
            rung=case((is_free, 0), else_=EscalationRow.rung),
            next_rung_at=case((is_free, moment), else_=EscalationRow.next_rung_at),
        )

    def _changed(self, case_id: UUID, *conditions: ColumnElement[bool], **values: Any) -> bool:
        return bool(
            self._vaulted.changed(
                update(EscalationRow).where(EscalationRow.id == case_id, *conditions).values(values)
            )
        )
