"""Deleting what has passed its date, and counting what is left to do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, and_, delete, func, or_, select, true, type_coerce

from companion.messages import OutboundState
from companion.people.student import Purpose
from companion.store.cases import PageState
from infra.store.care_tables import CareEntryRow, SuggestionRow
from infra.store.case_tables import PageRow
from infra.store.session import Vaulted
from infra.store.staff_tables import LinkCodeRow, StaffSessionRow
from infra.store.tables import (
    InboundRow,
    OutboundRow,
    StudentRow,
    WebSessionRow,
)

_OPEN = [OutboundState.WRITING, OutboundState.PENDING, OutboundState.SENDING]


class Upkeep:
    """The repository behind companion.store.Upkeep."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def drop_words(self, *, before: datetime, unstored_before: datetime, limit: int) -> int:
        """Delete settled messages, and what students kept of themselves, older than this.

        Sooner for those who did not allow storage.
        """
        stored = type_coerce(StudentRow.consents, JSON)[Purpose.STORAGE.value].as_boolean()
        unstored = select(StudentRow.id).where(or_(stored.is_(None), stored.is_(False)))
        dropped = 0
        for table, at, settled in (
            (
                InboundRow,
                InboundRow.received_at,
                and_(InboundRow.level.is_not(None), ~InboundRow.owed),
            ),
            (OutboundRow, OutboundRow.created_at, OutboundRow.state.not_in(_OPEN)),
            # By when it was told: a late mood may be of last week.
            (CareEntryRow, CareEntryRow.updated_at, true()),
            (SuggestionRow, SuggestionRow.at, true()),
        ):
            past = or_(at < before, and_(at < unstored_before, table.student_id.in_(unstored)))
            ids = select(table.id).where(past, settled).limit(limit)
            dropped += self._vaulted.changed(delete(table).where(table.id.in_(ids)))
        return dropped

    def close_sessions(self, *, before: datetime) -> int:
        """Forget browsers that nobody has used since."""
        return self._vaulted.changed(delete(WebSessionRow).where(WebSessionRow.seen_at < before))

    def close_staff_sessions(self, *, before: datetime) -> int:
        """Forget browsers of staff that signed in before a moment."""
        return self._vaulted.changed(
            delete(StaffSessionRow).where(StaffSessionRow.created_at < before)
        )

    def drop_codes(self, *, now: datetime) -> int:
        """Forget codes that bind a chat account and have expired."""
        return self._vaulted.changed(delete(LinkCodeRow).where(LinkCodeRow.expires_at <= now))

    def counts(self, *, now: datetime) -> dict[str, float]:
        """Return gauges: how much is owed, and how old the oldest of it is (seconds)."""
        owed = or_(InboundRow.level.is_(None), InboundRow.owed)
        gauges = {
            "messages_unscreened": self._count(InboundRow, InboundRow.level.is_(None)),
            "replies_owed": self._count(InboundRow, InboundRow.owed),
            "deliveries_open": self._count(OutboundRow, OutboundRow.state.in_(_OPEN)),
            "pages_owed": self._count(
                PageRow, PageRow.state.in_([PageState.OWED.value, PageState.SENDING.value])
            ),
        }
        oldest = self._session.scalar(select(func.min(InboundRow.received_at)).where(owed))
        gauges["oldest_owed_seconds"] = (now - oldest).total_seconds() if oldest else 0.0
        return gauges

    def _count(self, table: Any, condition: Any) -> float:
        return float(
            self._session.scalar(select(func.count()).select_from(table).where(condition)) or 0
        )
