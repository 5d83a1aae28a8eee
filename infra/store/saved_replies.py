"""Saved replies: sealed with the staff's key, like everything a member of staff wrote."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, or_, select, update

from companion.language import Language
from companion.store.saved_replies import SavedReply
from infra.store.session import Vaulted
from infra.store.staff_tables import SavedReplyRow


class SavedReplies:
    """The repository behind companion.store.SavedReplies."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def seen_by(self, staff_id: UUID) -> Sequence[SavedReply]:
        """Return somebody's own lines and the shared ones, the oldest first."""
        rows = self._session.scalars(
            select(SavedReplyRow)
            .where(or_(SavedReplyRow.staff_id == staff_id, SavedReplyRow.staff_id.is_(None)))
            .order_by(SavedReplyRow.created_at, SavedReplyRow.id)
            .execution_options(populate_existing=True)
        )
        sealer = self._vaulted.staff_sealer
        return [
            SavedReply(
                id=row.id,
                staff_id=row.staff_id,
                language=Language(row.language),
                text=sealer.open(row.body, place=_place(row.id)),
            )
            for row in rows
        ]

    def add(
        self, text: str, *, language: Language, staff_id: UUID | None, now: datetime
    ) -> SavedReply:
        """Keep a line of somebody, or of everybody (no owner)."""
        reply = SavedReply(id=uuid4(), staff_id=staff_id, language=language, text=text)
        self._session.add(
            SavedReplyRow(
                id=reply.id,
                staff_id=staff_id,
                language=language.value,
                body=self._sealed(reply.id, text),
                created_at=now,
            )
        )
        self._session.flush()
        return reply

    def change(self, reply_id: UUID, text: str, *, staff_id: UUID | None) -> bool:
        """Replace the words of one's own line, or of a shared one (no owner)."""
        return bool(
            self._vaulted.changed(
                update(SavedReplyRow)
                .where(SavedReplyRow.id == reply_id, _is_of(staff_id))
                .values(body=self._sealed(reply_id, text))
            )
        )

    def remove(self, reply_id: UUID, *, staff_id: UUID | None) -> bool:
        """Drop one's own line, or a shared one (no owner)."""
        return bool(
            self._vaulted.changed(
                delete(SavedReplyRow).where(SavedReplyRow.id == reply_id, _is_of(staff_id))
            )
        )

    def _sealed(self, reply_id: UUID, text: str) -> bytes:
        return self._vaulted.staff_sealer.seal(text, place=_place(reply_id))


def _is_of(staff_id: UUID | None) -> ColumnElement[bool]:
    if staff_id is None:
        return SavedReplyRow.staff_id.is_(None)
    return SavedReplyRow.staff_id == staff_id


def _place(reply_id: UUID) -> str:
    return f"saved_replies.body:{reply_id}"
