"""Attempts to reach staff."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import and_, func, or_, select, update

from companion.errors import UnknownRow
from companion.risk import Level
from companion.staff.people import ChannelKind
from companion.store.cases import Page, PageDraft, PageReason, PageState
from infra.store.case_tables import EscalationRow, PageRow
from infra.store.session import Vaulted

_UNSETTLED = [PageState.OWED.value, PageState.SENDING.value]


class Pages:
    """The repository behind companion.store.Pages."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def add(self, case_id: UUID, draft: PageDraft, *, now: datetime) -> UUID | None:
        """Make the row; None when this very page exists."""
        added: UUID | None = self._session.scalar(
            self._vaulted.insert(PageRow)
            .values(
                id=uuid4(),
                case_id=case_id,
                staff_id=draft.staff_id,
                channel_id=draft.channel_id,
                kind=draft.kind.value,
                rung=draft.rung,
                level=int(draft.level),
                why=draft.why.value,
                state=PageState.OWED.value,
                created_at=now,
                attempts=0,
                dedupe=draft.dedupe,
            )
            .on_conflict_do_nothing(index_elements=["dedupe"])
            .returning(PageRow.id)
        )
        return added

    def get(self, page_id: UUID) -> Page:
        """Raises UnknownRow."""
        row = self._session.get(PageRow, page_id, populate_existing=True)
        if row is None:
            raise UnknownRow
        return _page(row)

    def of_case(self, case_id: UUID) -> Sequence[Page]:
        """Return every attempt for a case, oldest first."""
        rows = self._session.scalars(
            select(PageRow)
            .where(PageRow.case_id == case_id)
            .order_by(PageRow.created_at, PageRow.id)
            .execution_options(populate_existing=True)
        )
        return [_page(row) for row in rows]

    def claim(self, page_id: UUID, *, now: datetime, until: datetime) -> Page | None:
        """Take a page for sending; None when another worker has it or it is settled."""
        ran_out = and_(PageRow.state == PageState.SENDING.value, PageRow.claim_until < now)
        taken = self._vaulted.changed(
            update(PageRow)
            .where(PageRow.id == page_id, or_(PageRow.state == PageState.OWED.value, ran_out))
            .values(
                state=PageState.SENDING.value,
                claim_until=until,
                attempts=PageRow.attempts + 1,
            )
        )
        return self.get(page_id) if taken else None

    def settle(self, page_id: UUID, state: PageState, *, reason: str | None, now: datetime) -> bool:
        """Write the outcome; `OWED` gives it back to be tried again."""
        is_final = state is not PageState.OWED
        return bool(
            self._vaulted.changed(
                update(PageRow)
                .where(PageRow.id == page_id, PageRow.state == PageState.SENDING.value)
                .values(state=state.value, reason=reason, settled_at=now if is_final else None)
            )
        )

    def drop(self, case_id: UUID, *, now: datetime) -> int:
        """Drop what is still owed for a case: somebody has it now."""
        return self._vaulted.changed(
            update(PageRow)
            .where(PageRow.case_id == case_id, PageRow.state == PageState.OWED.value)
            .values(state=PageState.DROPPED.value, settled_at=now)
        )

    def unfinished(self, *, before: datetime, now: datetime, limit: int) -> Sequence[UUID]:
        """Return pages that wait since before, and claims that ran out."""
        return self._session.scalars(
            select(PageRow.id)
            .where(
                or_(
                    and_(PageRow.state == PageState.OWED.value, PageRow.created_at < before),
                    and_(PageRow.state == PageState.SENDING.value, PageRow.claim_until < now),
                )
            )
            .order_by(PageRow.level.desc(), PageRow.created_at)
            .limit(limit)
        ).all()

    def failed_rung(self, case_id: UUID, rung: int, *, since: datetime) -> bool:
        """Whether every page of a rung made since failed, and none is still on its way."""
        # Two pages that fail at once: the second one waits here, and sees that it is the last.
        self._session.execute(
            select(EscalationRow.id).where(EscalationRow.id == case_id).with_for_update()
        )
        states = self._session.scalars(
            select(PageRow.state).where(
                PageRow.case_id == case_id, PageRow.rung == rung, PageRow.created_at >= since
            )
        ).all()
        return bool(states) and all(state == PageState.FAILED.value for state in states)

    def lately(self, *, after: datetime) -> int:
        """Count cases paged since a moment: many at once are bundled."""
        counted = self._session.scalar(
            select(func.count(func.distinct(PageRow.case_id))).where(PageRow.created_at > after)
        )
        return int(counted or 0)


def _page(row: PageRow) -> Page:
    return Page(
        id=row.id,
        case_id=row.case_id,
        staff_id=row.staff_id,
        channel_id=row.channel_id,
        kind=ChannelKind(row.kind),
        rung=row.rung,
        level=Level(row.level),
        why=PageReason(row.why),
        state=PageState(row.state),
        created_at=row.created_at,
        settled_at=row.settled_at,
        attempts=row.attempts,
        reason=row.reason,
    )
