"""The tables that count without knowing whom: what is left of erased cases, daily digests."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infra.store.columns import Row


class CaseCountRow(Row):
    """How many cases of one sort were erased with their students; it names nobody.

    What the law wants counted by region and year outlives the cases themselves.
    """

    __tablename__ = "case_counts"
    __table_args__ = (
        UniqueConstraint(
            *("month", "region", "level", "kinds", "outcome", "was_shown"),
            name="uq_case_counts_sort",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    #: When the month in which they were opened began, by the calendar of the campus.
    month: Mapped[datetime]
    region: Mapped[str]
    level: Mapped[int]
    #: Sorted, with a comma between; "" for none.
    kinds: Mapped[str]
    #: How they ended; "" for what was still open.
    outcome: Mapped[str]
    #: Whether a message led to helplines being shown.
    was_shown: Mapped[bool]
    count: Mapped[int]


class DigestRow(Row):
    """One daily digest on its way to one person, or to the staff group, over one channel."""

    __tablename__ = "digests"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    #: The planned moment; what it counts are the 24 hours before.
    due_at: Mapped[datetime]
    #: None: the staff group, or a channel of the whole campus.
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    #: None: a channel of the whole campus, named by `kind`.
    channel_id: Mapped[UUID | None]
    kind: Mapped[str]
    #: owed, sending, sent, failed, dropped.
    state: Mapped[str]
    #: A short code without content: why it failed.
    reason: Mapped[str | None]
    #: What must exist once: "<due_at>:<channel>".
    dedupe: Mapped[str] = mapped_column(unique=True)
