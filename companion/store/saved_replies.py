"""Lines that counsellors say again and again; adapter: infra/store/saved_replies.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from companion.language import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedReply:
    """A line that is put into the box, read over, changed and only then sent."""

    id: UUID
    #: Whose it is; None for a line that everybody sees.
    staff_id: UUID | None
    language: Language
    text: str = field(repr=False)


class SavedReplies(Protocol):
    """The lines of everybody and of each."""

    def seen_by(self, staff_id: UUID) -> Sequence[SavedReply]:
        """Return somebody's own lines and the shared ones, the oldest first."""

    def add(
        self, text: str, *, language: Language, staff_id: UUID | None, now: datetime
    ) -> SavedReply:
        """Keep a line of somebody, or of everybody (no owner)."""

    def change(self, reply_id: UUID, text: str, *, staff_id: UUID | None) -> bool:
        """Replace the words of one's own line, or of a shared one (no owner); False if not so."""

    def remove(self, reply_id: UUID, *, staff_id: UUID | None) -> bool:
        """Drop one's own line, or a shared one (no owner); False when it is not there."""
