"""The talk as a whole: both sides in order, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from companion.messages import InboundKind, OutboundKind, OutboundState, Platform
from companion.store import Fact, Line, PastTurn
from companion.turns import Role, Turn
from infra.store.bodies import open_body
from infra.store.session import Vaulted
from infra.store.tables import FactRow, InboundRow, OutboundRow, StudentRow

_UNSEEN = [OutboundState.WRITING, OutboundState.CANCELLED]
#: In a mailbox only what is held back is pending: it is not to be seen yet.
_SEEN = (
    OutboundRow.state.not_in(_UNSEEN),
    or_(
        OutboundRow.state != OutboundState.PENDING,
        OutboundRow.platform.not_in([one for one in Platform if one.is_mailbox]),
    ),
)


class Talks:
    """The repository behind companion.store.Talks."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def turns(self, student_id: UUID, *, limit: int, after: int = 0) -> Sequence[PastTurn]:
        """Return the latest turns of the talk itself, oldest first, commands left out."""
        lines = self._latest(
            student_id,
            said=[InboundRow.in_talk.is_(True), InboundRow.seq > after],
            answered=[OutboundRow.in_talk.is_(True), OutboundRow.seq > after],
            limit=limit,
        )
        return [
            PastTurn(turn=Turn(line.role, line.text), seq=line.seq, at=line.at, kind=line.kind)
            for line in lines
        ]

    def lines(
        self,
        student_id: UUID,
        *,
        after: int | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> Sequence[Line]:
        """Return what a chat page shows, oldest first."""
        if after is not None:
            return self._earliest(student_id, after=after, limit=limit)
        said = [] if before is None else [InboundRow.seq < before]
        answered = [] if before is None else [OutboundRow.seq < before]
        return self._latest(student_id, said=said, answered=answered, limit=limit)

    def facts(self, student_id: UUID) -> Sequence[Fact]:
        """Return what is remembered, oldest first."""
        sealer = self._vaulted.sealer(student_id)
        rows = self._session.scalars(
            select(FactRow).where(FactRow.student_id == student_id).order_by(FactRow.created_at)
        )
        return [
            Fact(id=row.id, text=sealer.open(row.body, place=f"facts.body:{row.id}"))
            for row in rows
        ]

    def add_fact(self, student_id: UUID, text: str, *, now: datetime) -> UUID:
        """Remember something."""
        fact_id = uuid4()
        sealed = self._vaulted.sealer(student_id).seal(text, place=f"facts.body:{fact_id}")
        self._session.add(FactRow(id=fact_id, student_id=student_id, body=sealed, created_at=now))
        self._session.flush()
        return fact_id

    def drop_fact(self, student_id: UUID, fact_id: UUID) -> bool:
        """Forget something; False when it is not there."""
        return bool(
            self._vaulted.changed(
                delete(FactRow).where(FactRow.student_id == student_id, FactRow.id == fact_id)
            )
        )

    def forget(self, student_id: UUID) -> int:
        """Forget all facts and the summary; returns how many facts went."""
        self._session.execute(
            # The position stays, so that what was forgotten is not summarised again.
            update(StudentRow)
            .where(StudentRow.id == student_id)
            .values(summary_body=None, summary_seq=StudentRow.last_seq)
        )
        return self._vaulted.changed(delete(FactRow).where(FactRow.student_id == student_id))

    def _latest(
        self,
        student_id: UUID,
        *,
        said: list[ColumnElement[bool]],
        answered: list[ColumnElement[bool]],
        limit: int,
    ) -> list[Line]:
        inbound = self._session.scalars(
            select(InboundRow)
            .where(InboundRow.student_id == student_id, *said)
            .order_by(InboundRow.seq.desc())
            .limit(limit)
        ).all()
        outbound = self._session.scalars(
            select(OutboundRow)
            .where(OutboundRow.student_id == student_id, *_SEEN, *answered)
            .order_by(OutboundRow.seq.desc())
            .limit(limit)
        ).all()
        return self._merged(student_id, inbound, outbound)[-limit:]

    def _earliest(self, student_id: UUID, *, after: int, limit: int) -> list[Line]:
        inbound = self._session.scalars(
            select(InboundRow)
            .where(InboundRow.student_id == student_id, InboundRow.seq > after)
            .order_by(InboundRow.seq)
            .limit(limit)
        ).all()
        outbound = self._session.scalars(
            select(OutboundRow)
            .where(
                OutboundRow.student_id == student_id,
                OutboundRow.seq > after,
                *_SEEN,
            )
            .order_by(OutboundRow.seq)
            .limit(limit)
        ).all()
        return self._merged(student_id, inbound, outbound)[:limit]

    def _merged(
        self, student_id: UUID, inbound: Sequence[InboundRow], outbound: Sequence[OutboundRow]
    ) -> list[Line]:
        if not inbound and not outbound:
            return []
        sealer = self._vaulted.sealer(student_id)
        lines = [
            Line(
                id=row.id,
                seq=row.seq,
                role=Role.USER,
                kind=InboundKind(row.kind),
                state="received",
                text=sealer.open(row.body, place=f"inbound.body:{row.id}"),
                choices=(),
                at=row.received_at,
            )
            for row in inbound
        ]
        for answer in outbound:
            text, choices = open_body(sealer, answer)
            lines.append(
                Line(
                    id=answer.id,
                    seq=answer.seq,
                    role=Role.ASSISTANT,
                    kind=OutboundKind(answer.kind),
                    state=answer.state,
                    text=text,
                    choices=choices,
                    at=answer.created_at,
                )
            )
        return sorted(lines, key=lambda line: line.seq)
