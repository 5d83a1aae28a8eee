"""What students sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import Table, bindparam, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from companion.errors import UnknownRow
from companion.jobs import Job
from companion.language import Language
from companion.messages import Inbound, InboundKind, Message, Platform
from companion.people.student import Account
from companion.risk import Kind, Level, Subject, Verdict
from infra.store.session import Vaulted
from infra.store.tables import InboundRow, StudentRow

_STUDENTS = cast("Table", StudentRow.__table__)
_INBOUND = cast("Table", InboundRow.__table__)

# The two statements that every message costs are built once.
_NEXT_SEQ = (
    update(_STUDENTS)
    .where(_STUDENTS.c.id == bindparam("student"))
    .values(last_seq=_STUDENTS.c.last_seq + 1, last_message_at=bindparam("at"))
    .returning(_STUDENTS.c.last_seq)
)
_KEEP = {
    dialect: insert(_INBOUND)
    .on_conflict_do_nothing(index_elements=["platform", "platform_id"])
    .returning(_INBOUND.c.id)
    for dialect, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


class Inbounds:
    """The repository behind companion.store.Inbounds."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def add(self, account: Account, inbound: Inbound, *, now: datetime) -> Message | None:
        """Keep it; None when this very update is kept already."""
        # A copy costs a position in the talk, which nobody misses.
        seq = self._session.execute(
            _NEXT_SEQ, {"student": account.student_id, "at": now}
        ).scalar_one()
        message = Message(
            id=uuid4(),
            student_id=account.student_id,
            account_id=account.id,
            seq=seq,
            platform=inbound.platform,
            kind=inbound.kind,
            text=inbound.text,
            language=inbound.language,
            received_at=now,
        )
        sealer = self._vaulted.sealer(account.student_id)
        kept = self._session.execute(
            _KEEP[self._vaulted.dialect],
            {
                "id": message.id,
                "student_id": message.student_id,
                "account_id": message.account_id,
                "seq": seq,
                "platform": inbound.platform,
                "platform_id": self._vaulted.fingerprint(
                    "update", inbound.platform, inbound.platform_id
                ),
                "kind": inbound.kind,
                "body": sealer.seal(inbound.text, place=f"inbound.body:{message.id}"),
                "language": inbound.language,
                "sent_at": inbound.sent_at,
                "received_at": now,
                "owed": False,
                "in_talk": False,
            },
        )
        return message if kept.first() else None

    def get(self, message_id: UUID) -> Message:
        """Raises UnknownRow."""
        row = self._session.get(InboundRow, message_id, populate_existing=True)
        if row is None:
            raise UnknownRow
        return self._message(row)

    def find(self, platform: Platform, platform_id: str) -> Message | None:
        """Find what a repeated update was kept as."""
        row = self._session.scalar(
            select(InboundRow).where(
                InboundRow.platform == platform,
                InboundRow.platform_id
                == self._vaulted.fingerprint("update", platform, platform_id),
            )
        )
        return None if row is None else self._message(row)

    def judge(
        self, message_id: UUID, verdict: Verdict, *, owed: bool, in_talk: bool, now: datetime
    ) -> bool:
        """Record the verdict; the first one stands."""
        return bool(
            self._vaulted.changed(
                update(InboundRow)
                .where(InboundRow.id == message_id, InboundRow.level.is_(None))
                .values(
                    level=int(verdict.level),
                    verdict=_written(verdict),
                    owed=owed,
                    in_talk=in_talk,
                    assessed_at=now,
                )
            )
        )

    def verdict(self, message_id: UUID) -> Verdict | None:
        """Return the verdict that stands; None while there is none, or no such message."""
        row = self._session.execute(
            select(InboundRow.level, InboundRow.verdict).where(InboundRow.id == message_id)
        ).first()
        if row is None or row.level is None or row.verdict is None:
            return None
        return Verdict(
            level=Level(row.level),
            kinds=tuple(map(Kind, row.verdict["kinds"])),
            subject=Subject(row.verdict["subject"]),
            score=row.verdict["score"],
            evidence=tuple(row.verdict["evidence"]),
        )

    def raise_verdict(self, message_id: UUID, verdict: Verdict) -> bool:
        """Replace the verdict by one of a higher level; a level never falls here."""
        return bool(
            self._vaulted.changed(
                update(InboundRow)
                .where(InboundRow.id == message_id, InboundRow.level < int(verdict.level))
                .values(level=int(verdict.level), verdict=_written(verdict))
            )
        )

    def drop(self, student_id: UUID, message_ids: Collection[UUID]) -> int:
        """Erase messages of a student, words and verdicts; returns how many went."""
        mine = (InboundRow.student_id == student_id, InboundRow.id.in_(message_ids))
        return self._vaulted.changed(delete(InboundRow).where(*mine))

    def waiting(self, student_id: UUID) -> Sequence[Message]:
        """Return what is screened and still owed a reply, oldest first."""
        rows = self._session.scalars(
            select(InboundRow)
            .where(InboundRow.student_id == student_id, InboundRow.owed)
            .order_by(InboundRow.seq)
        )
        return [self._message(row) for row in rows]

    def answer(self, message_ids: Sequence[UUID], *, by: UUID) -> int:
        """Note which outbound row answers these; returns how many were still owed."""
        return self._vaulted.changed(
            update(InboundRow)
            .where(InboundRow.id.in_(message_ids), InboundRow.owed)
            .values(owed=False, answered_by=by)
        )

    def unfinished(self, *, before: datetime, limit: int) -> Sequence[tuple[Job, UUID]]:
        """Return what is owed for messages received before."""
        # Says in SQL what `judge` and `answer` leave behind; the partial index has the same words.
        rows = self._session.execute(
            select(InboundRow.id, InboundRow.student_id, InboundRow.level)
            .where(
                or_(InboundRow.level.is_(None), InboundRow.owed), InboundRow.received_at < before
            )
            .order_by(InboundRow.received_at)
            .limit(limit)
        )
        return [
            (Job.ASSESS, row.id) if row.level is None else (Job.REPLY, row.student_id)
            for row in rows
        ]

    def _message(self, row: InboundRow) -> Message:
        sealer = self._vaulted.sealer(row.student_id)
        return Message(
            id=row.id,
            student_id=row.student_id,
            account_id=row.account_id,
            seq=row.seq,
            platform=Platform(row.platform),
            kind=InboundKind(row.kind),
            text=sealer.open(row.body, place=f"inbound.body:{row.id}"),
            language=Language(row.language) if row.language else None,
            received_at=row.received_at,
            level=None if row.level is None else Level(row.level),
            answered_by=row.answered_by,
        )


def _written(verdict: Verdict) -> dict[str, Any]:
    return {
        "kinds": list(verdict.kinds),
        "subject": verdict.subject,
        "score": verdict.score,
        "evidence": list(verdict.evidence),
    }
