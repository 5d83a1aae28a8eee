"""What can be asked of daily digests; adapter: infra/store/digests.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from companion.staff.digest import AtWatch
from companion.staff.people import ChannelKind
from companion.store.cases import PageState


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One digest on its way to one person, or to the staff group, over one channel."""

    id: UUID
    #: The planned moment.
    due_at: datetime
    #: None: a channel of the whole campus.
    staff_id: UUID | None
    channel_id: UUID | None
    kind: ChannelKind


class Digests(Protocol):
    """Digests. Each exists once for its moment and channel."""

    def at_watch(self, *, until: datetime, span: timedelta) -> Sequence[AtWatch]:
        """Return the students whose highest level in a span of time was watch, as counts only."""

    def add(
        self,
        due_at: datetime,
        *,
        staff_id: UUID | None,
        channel_id: UUID | None,
        kind: ChannelKind,
    ) -> bool:
        """Owe a digest; False when it is owed, or was sent, already."""

    def owed(self, due_at: datetime) -> Sequence[UUID]:
        """Return what is still owed of a moment."""

    def claim(self, errand_id: UUID) -> Errand | None:
        """Take one for sending, once: None when it is not owed (any more)."""

    def settle(self, errand_id: UUID, state: PageState, *, reason: str | None) -> bool:
        """Write the outcome; `OWED` gives it back to be tried again."""

    def drop(self, *, before: datetime) -> int:
        """Give up what was planned before a moment and has not left."""

    def forget(self, *, before: datetime) -> int:
        """Delete digests planned before a moment."""
