"""What leaves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import and_, delete, exists, or_, select, update

from companion.errors import UnknownRow
from companion.messages import Outbound, OutboundKind, OutboundState, Platform
from companion.people.student import Account
from companion.store import Draft
from infra.store.bodies import read_row, seal_body, seal_draft
from infra.store.claims import HELD, blocker, let_go, take
from infra.store.session import Vaulted
from infra.store.tables import OutboundRow, StudentRow

_IN_TALK = {OutboundKind.REPLY, OutboundKind.CARD, OutboundKind.NUDGE}


@dataclass(frozen=True, slots=True)
class Claimed:
    """The outcome of a claim."""

    outbound: Outbound | None = None
    blocked_by: UUID | None = None


class Outbounds:
    """The repository behind companion.store.Outbounds."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def add(self, account: Account, draft: Draft, *, now: datetime) -> Outbound | None:
        """Make the row; None when one with this dedupe key exists."""
        known = exists().where(
            OutboundRow.student_id == account.student_id, OutboundRow.dedupe == draft.dedupe
        )
        if self._session.scalar(select(known)):
            return None
        seq = self._next_seq(account.student_id)
        state = draft.state
        is_held = draft.not_before is not None
        if state is OutboundState.PENDING and account.platform.is_mailbox and not is_held:
            state = OutboundState.SENT  # a mailbox has it the moment the row is committed
        outbound_id = uuid4()
        made = self._session.scalar(
            self._vaulted.insert(OutboundRow)
            .values(
                id=outbound_id,
                student_id=account.student_id,
                account_id=account.id,
                seq=seq,
                platform=account.platform,
                kind=draft.kind,
                state=state,
                body=seal_draft(self._vaulted.sealer(account.student_id), outbound_id, draft),
                dedupe=draft.dedupe,
                in_talk=draft.kind in _IN_TALK,
                created_at=now,
                settled_at=now if state is OutboundState.SENT else None,
                not_before=draft.not_before,
                parts_sent=0,
                attempts=0,
            )
            .on_conflict_do_nothing(index_elements=["student_id", "dedupe"])
            .returning(OutboundRow.id)
        )
        return None if made is None else self.get(outbound_id)

    def get(self, outbound_id: UUID) -> Outbound:
        """Raises UnknownRow."""
        row = self._session.get(OutboundRow, outbound_id, populate_existing=True)
        if row is None:
            raise UnknownRow
        return read_row(self._vaulted.sealer(row.student_id), row)

    def find(self, student_id: UUID, dedupe: str) -> Outbound | None:
        """Find the row with this dedupe key."""
        row = self._session.scalar(
            select(OutboundRow).where(
                OutboundRow.student_id == student_id, OutboundRow.dedupe == dedupe
            )
        )
        return None if row is None else read_row(self._vaulted.sealer(row.student_id), row)

    def drop(self, student_id: UUID, outbound_ids: Collection[UUID]) -> int:
        """Erase what was sent, or waits to be; returns how many rows went."""
        mine = (OutboundRow.student_id == student_id, OutboundRow.id.in_(outbound_ids))
        return self._vaulted.changed(delete(OutboundRow).where(*mine))

    def writing(self, student_id: UUID) -> Outbound | None:
        """Return the reply that is being written right now, if there is one."""
        row = self._session.scalar(
            select(OutboundRow)
            .where(OutboundRow.student_id == student_id, OutboundRow.state == OutboundState.WRITING)
            .order_by(OutboundRow.seq.desc())
            .limit(1)
        )
        return None if row is None else read_row(self._vaulted.sealer(row.student_id), row)

    def grow(self, outbound_id: UUID, text: str) -> bool:
        """Replace the text of a row that is being written; False when it was overtaken."""
        student_id = self._writing_for(outbound_id)
        if student_id is None:
            return False
        return bool(
            self._vaulted.changed(
                update(OutboundRow)
                .where(OutboundRow.id == outbound_id, OutboundRow.state == OutboundState.WRITING)
                .values(body=seal_body(self._vaulted.sealer(student_id), outbound_id, text))
            )
        )

    def finish(self, outbound_id: UUID, draft: Draft, *, engine: str, now: datetime) -> bool:
        """Complete a row that is being written; False when it was overtaken."""
        row = self._session.get(OutboundRow, outbound_id, populate_existing=True)
        if row is None:
            return False
        is_mailbox = Platform(row.platform).is_mailbox
        # It takes its place in the talk now: what the student wrote meanwhile stands before
        # it, and a page that reads "everything after" cannot miss it.
        seq = self._next_seq(row.student_id)
        return bool(
            self._vaulted.changed(
                update(OutboundRow)
                .where(OutboundRow.id == outbound_id, OutboundRow.state == OutboundState.WRITING)
                .values(
                    seq=seq,
                    state=OutboundState.SENT if is_mailbox else OutboundState.PENDING,
                    settled_at=now if is_mailbox else None,
                    body=seal_draft(self._vaulted.sealer(row.student_id), outbound_id, draft),
                    engine=engine,
                )
            )
        )

    def cancel_replies(self, student_id: UUID, *, now: datetime) -> int:
        """Cancel every reply that is being written or waits."""
        return self._cancel(student_id, [OutboundState.WRITING, OutboundState.PENDING], now=now)

    def cancel_writing(self, student_id: UUID, *, now: datetime) -> int:
        """Drop what a worker that lost its right was writing."""
        return self._cancel(student_id, [OutboundState.WRITING], now=now)

    def held(self, student_id: UUID) -> Sequence[Outbound]:
        """Return the rows that were held back and not let go, in their order."""
        rows = self._session.scalars(
            select(OutboundRow)
            .where(OutboundRow.student_id == student_id, *HELD)
            .order_by(OutboundRow.seq)
        )
        return [read_row(self._vaulted.sealer(student_id), row) for row in rows]

    def let_go(self, outbound_id: UUID, *, text: str | None = None, now: datetime) -> bool:
        """Let a held row leave now, with another text if one is given; False when it is not."""
        held = self.get(outbound_id)
        words = held.text if text is None else text
        sealer = self._vaulted.sealer(held.student_id)
        free = let_go(outbound_id, platform=held.platform, now=now).values(
            body=seal_body(sealer, outbound_id, words, held.choices),
            seq=self._next_seq(held.student_id),
        )
        return bool(self._vaulted.changed(free))

    def claim(self, outbound_id: UUID, *, owner: UUID, now: datetime, until: datetime) -> Claimed:
        """Take the row for sending, if it is its turn."""
        if self._vaulted.changed(take(outbound_id, owner=owner, now=now, until=until)):
            return Claimed(outbound=self.get(outbound_id))
        return Claimed(blocked_by=self._session.scalar(blocker(outbound_id)))

    def part_sent(self, outbound_id: UUID, *, owner: UUID, parts: int, until: datetime) -> bool:
        """Note how many parts the platform has taken, and keep the claim."""
        return self._mine(outbound_id, owner, parts_sent=parts, claim_until=until)

    def settle(
        self,
        outbound_id: UUID,
        *,
        owner: UUID,
        state: OutboundState,
        reason: str | None,
        now: datetime,
    ) -> bool:
        """Write the outcome of a claim; False when the claim was lost."""
        return self._mine(
            outbound_id, owner, state=state, reason=reason, settled_at=now, claim_owner=None
        )

    def put_back(
        self, outbound_id: UUID, *, owner: UUID, not_before: datetime, reason: str
    ) -> bool:
        """Give a claim back to be sent later."""
        return self._mine(
            outbound_id,
            owner,
            state=OutboundState.PENDING,
            not_before=not_before,
            reason=reason,
            claim_owner=None,
        )

    def next_pending(self, account_id: UUID) -> UUID | None:
        """Return the next row whose turn it is on this account."""
        return self._session.scalar(
            select(OutboundRow.id)
            .where(OutboundRow.account_id == account_id, OutboundRow.state == OutboundState.PENDING)
            .order_by(OutboundRow.seq)
            .limit(1)
        )

    def unfinished(self, *, before: datetime, now: datetime, limit: int) -> Sequence[Outbound]:
        """Return rows that wait since before, and claims that ran out."""
        ripe = or_(OutboundRow.not_before.is_(None), OutboundRow.not_before <= now)
        rows = self._session.scalars(
            select(OutboundRow)
            .where(
                OutboundRow.created_at < before,
                or_(
                    and_(OutboundRow.state == OutboundState.PENDING, ripe),
                    and_(OutboundRow.state == OutboundState.SENDING, OutboundRow.claim_until < now),
                ),
            )
            .order_by(OutboundRow.created_at)
            .limit(limit)
        )
        return [read_row(self._vaulted.sealer(row.student_id), row) for row in rows]

    def reopen(self, outbound_id: UUID, *, now: datetime) -> bool:
        """Let an urgent row whose claim ran out be sent again."""
        return self._overdue(outbound_id, now, state=OutboundState.PENDING, claim_owner=None)

    def doubt(self, outbound_id: UUID, *, now: datetime) -> bool:
        """Mark a row whose claim ran out mid-send as unconfirmed; True the first time."""
        return self._overdue(
            outbound_id,
            now,
            state=OutboundState.UNCONFIRMED,
            settled_at=now,
            claim_owner=None,
            reason="worker_lost",
        )

    def _next_seq(self, student_id: UUID) -> int | None:
        return self._session.scalar(
            update(StudentRow)
            .where(StudentRow.id == student_id)
            .values(last_seq=StudentRow.last_seq + 1)
            .returning(StudentRow.last_seq)
        )

    def _writing_for(self, outbound_id: UUID) -> UUID | None:
        return self._session.scalar(
            select(OutboundRow.student_id).where(
                OutboundRow.id == outbound_id, OutboundRow.state == OutboundState.WRITING
            )
        )

    def _cancel(self, student_id: UUID, states: list[OutboundState], *, now: datetime) -> int:
        return self._vaulted.changed(
            update(OutboundRow)
            .where(
                OutboundRow.student_id == student_id,
                OutboundRow.kind == OutboundKind.REPLY,
                OutboundRow.state.in_(states),
                OutboundRow.parts_sent == 0,
            )
            .values(state=OutboundState.CANCELLED, settled_at=now)
        )

    def _mine(self, outbound_id: UUID, owner: UUID, **values: object) -> bool:
        return bool(
            self._vaulted.changed(
                update(OutboundRow)
                .where(
                    OutboundRow.id == outbound_id,
                    OutboundRow.state == OutboundState.SENDING,
                    OutboundRow.claim_owner == owner,
                )
                .values(**values)
            )
        )

    def _overdue(self, outbound_id: UUID, now: datetime, **values: object) -> bool:
        return bool(
            self._vaulted.changed(
                update(OutboundRow)
                .where(
                    OutboundRow.id == outbound_id,
                    OutboundRow.state == OutboundState.SENDING,
                    OutboundRow.claim_until < now,
                )
                .values(**values)
            )
        )
