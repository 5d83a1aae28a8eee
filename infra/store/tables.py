"""The tables. What a student said is in `…body` columns only, and always sealed.

The migrations in infra/store/migrations build the same tables; a test holds them together.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from infra.store import (  # noqa: F401 - their tables join the metadata
    care_tables,
    case_tables,
    count_tables,
    staff_tables,
)
from infra.store.columns import Row


def _of_student() -> Mapped[UUID]:
    return mapped_column(ForeignKey("students.id", ondelete="CASCADE"))


class StudentRow(Row):
    """A student. Also the lock under which one talk is kept in order."""

    __tablename__ = "students"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    language: Mapped[str]
    language_chosen: Mapped[bool]
    age_band: Mapped[str | None]
    consents: Mapped[dict[str, Any]]
    notice_at: Mapped[datetime | None]
    guided_told_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    usual_gap: Mapped[float | None]
    last_message_at: Mapped[datetime | None]
    card_at: Mapped[datetime | None]
    card_level: Mapped[int]
    #: Last position given out; messages in and out share one count.
    last_seq: Mapped[int] = mapped_column(BigInteger)
    summary_body: Mapped[bytes | None]
    summary_seq: Mapped[int] = mapped_column(BigInteger)
    #: Who is answering this student right now, and until when that is believed.
    lease_owner: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    #: Set when everything was erased; the empty row goes once the receipt was delivered.
    erased_at: Mapped[datetime | None] = mapped_column(index=True)


class KeyRow(Row):
    """A student's key, wrapped by a master key. Kept apart so that backups may leave it out."""

    __tablename__ = "student_keys"

    student_id: Mapped[UUID] = mapped_column(
        ForeignKey("students.id", ondelete="CASCADE"), primary_key=True
    )
    master: Mapped[str] = mapped_column(index=True)
    wrapped: Mapped[bytes]


class SystemKeyRow(Row):
    """A key of the system itself (the look-up key of identities), wrapped by a master key."""

    __tablename__ = "system_keys"

    name: Mapped[str] = mapped_column(primary_key=True)
    master: Mapped[str]
    wrapped: Mapped[bytes]


class AccountRow(Row):
    """A student on one platform, found by a keyed hash of the platform's name for them."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("platform", "lookup"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    student_id: Mapped[UUID] = mapped_column(
        ForeignKey("students.id", ondelete="CASCADE"), index=True
    )
    platform: Mapped[str]
    lookup: Mapped[str]
    address_body: Mapped[bytes]
    reachable: Mapped[bool]
    unreachable_why: Mapped[str | None]


class ConsentRow(Row):
    """One yes or no to one purpose; never changed, only followed by a later one."""

    __tablename__ = "consents"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    student_id: Mapped[UUID] = mapped_column(
        ForeignKey("students.id", ondelete="CASCADE"), index=True
    )
    purpose: Mapped[str]
    granted: Mapped[bool]
    at: Mapped[datetime]


class InboundRow(Row):
    """One thing a student sent; committed before the platform hears 200 (law 1)."""

    __tablename__ = "inbound"
    __table_args__ = (
        UniqueConstraint("platform", "platform_id"),
        UniqueConstraint("student_id", "seq"),
        # What `Inbounds.unfinished` looks for; it stays as small as what is owed.
        Index(
            "ix_inbound_unfinished",
            "received_at",
            postgresql_where=text("level IS NULL OR owed"),
            sqlite_where=text("level IS NULL OR owed"),
        ),
        Index(
            "ix_inbound_owed",
            "student_id",
            postgresql_where=text("owed"),
            sqlite_where=text("owed"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    student_id: Mapped[UUID] = _of_student()
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    seq: Mapped[int] = mapped_column(BigInteger)
    platform: Mapped[str]
    #: A keyed hash of the platform's id of the update: it tells copies, not people.
    platform_id: Mapped[str]
    kind: Mapped[str]
    body: Mapped[bytes]
    language: Mapped[str | None]
    sent_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(index=True)
    level: Mapped[int | None]
    #: Kinds, subject, score and evidence of the verdict; evidence never quotes the text.
    verdict: Mapped[dict[str, Any] | None]
    assessed_at: Mapped[datetime | None]
    #: Whether a reply is owed. False for commands and for what a safety text answered.
    owed: Mapped[bool]
    #: Whether it belongs to the talk itself; commands do not.
    in_talk: Mapped[bool]
    answered_by: Mapped[UUID | None]


class OutboundRow(Row):
    """One thing that leaves; a row before it is sent, `sent` only when the platform said so."""

    __tablename__ = "outbound"
    __table_args__ = (
        UniqueConstraint("student_id", "seq"),
        UniqueConstraint("student_id", "dedupe"),
        Index(
            "ix_outbound_unfinished",
            "created_at",
            postgresql_where=text("state IN ('writing', 'pending', 'sending')"),
            sqlite_where=text("state IN ('writing', 'pending', 'sending')"),
        ),
        Index(
            "ix_outbound_writing",
            "student_id",
            postgresql_where=text("state = 'writing'"),
            sqlite_where=text("state = 'writing'"),
        ),
        Index(
            "ix_outbound_open",
            "account_id",
            "seq",
            postgresql_where=text("state IN ('pending', 'sending')"),
            sqlite_where=text("state IN ('pending', 'sending')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    student_id: Mapped[UUID] = _of_student()
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    seq: Mapped[int] = mapped_column(BigInteger)
    platform: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str]
    #: Sealed JSON: the text and its buttons.
    body: Mapped[bytes]
    #: What must exist once: "card:<message>", "reply:<message>", "notice:<name>".
    dedupe: Mapped[str]
    in_talk: Mapped[bool]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    claim_owner: Mapped[UUID | None]
    claim_until: Mapped[datetime | None]
    parts_sent: Mapped[int]
    attempts: Mapped[int]
    #: A short code without content: why it was refused, or what the last attempt met.
    reason: Mapped[str | None]
    engine: Mapped[str | None]


class FactRow(Row):
    """Something durable about a student that they may see, correct and erase."""

    __tablename__ = "facts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    student_id: Mapped[UUID] = mapped_column(
        ForeignKey("students.id", ondelete="CASCADE"), index=True
    )
    body: Mapped[bytes]
    created_at: Mapped[datetime]


class WebSessionRow(Row):
    """A browser that may read and write one student's web chat; only the token's hash is kept."""

    __tablename__ = "web_sessions"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)


class ReceiptRow(Row):
    """Proof that an erasure happened; it names nobody."""

    __tablename__ = "receipts"

    code: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    counts: Mapped[dict[str, Any]]


#: All tables, those of cases and staff with them; whoever takes it from here has them all.
metadata = Row.metadata
