"""The tables of staff: accounts, sessions, the roster, saved replies, the audit log.

What a member of staff wrote, and every secret of an account, is sealed with the system's own key.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infra.store.columns import Row


def _of_staff() -> Mapped[UUID]:
    return mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)


class StaffRow(Row):
    """One member of staff."""

    __tablename__ = "staff"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    #: Lower case; what they sign in with.
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    language: Mapped[str]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    on_duty_since: Mapped[datetime | None]
    #: An argon2 hash; None for those who sign in elsewhere.
    password: Mapped[str | None]
    password_at: Mapped[datetime | None]
    #: The sealed TOTP secret, and the last step that was used (a code works once).
    totp_body: Mapped[bytes | None]
    totp_step: Mapped[int | None]
    #: The subject at the OpenID Connect provider.
    oidc_subject: Mapped[str | None] = mapped_column(unique=True)
    failures: Mapped[int]
    locked_until: Mapped[datetime | None]


class StaffChannelRow(Row):
    """One way to reach one member of staff."""

    __tablename__ = "staff_channels"
    __table_args__ = (UniqueConstraint("kind", "lookup"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = _of_staff()
    kind: Mapped[str]
    #: A keyed hash of the address: it finds who writes, and keeps an address to one person.
    lookup: Mapped[str]
    address_body: Mapped[bytes]
    added_at: Mapped[datetime]


class LinkCodeRow(Row):
    """A code that binds a chat account to a member of staff, once; only its hash is kept."""

    __tablename__ = "link_codes"

    code_hash: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = _of_staff()
    expires_at: Mapped[datetime]


class StaffSessionRow(Row):
    """A signed-in browser; only the token's hash is kept."""

    __tablename__ = "staff_sessions"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = _of_staff()
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    #: The random word that every form of this session carries.
    csrf: Mapped[str]


class ShiftRow(Row):
    """One person on duty from one moment to another."""

    __tablename__ = "shifts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = _of_staff()
    duty: Mapped[str]
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime] = mapped_column(index=True)
    note: Mapped[str]


class SavedReplyRow(Row):
    """A line that counsellors use again; of one person, or of everybody (no owner)."""

    __tablename__ = "saved_replies"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), index=True
    )
    language: Mapped[str]
    body: Mapped[bytes]
    created_at: Mapped[datetime]


class AuditRow(Row):
    """One thing that somebody did or read; appended, never changed, chained by its hash."""

    __tablename__ = "audit"

    #: 1, 2, 3, … without a gap.
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    #: A staff id, or "system", or "student".
    actor: Mapped[str]
    action: Mapped[str]
    #: What it was done to. No foreign keys: the log outlives what it speaks of.
    case_id: Mapped[UUID | None] = mapped_column(index=True)
    student_id: Mapped[UUID | None] = mapped_column(index=True)
    #: Codes and counts, never words of a student; a reason a member of staff gave is sealed.
    detail: Mapped[dict[str, Any]]
    reason_body: Mapped[bytes | None]
    #: SHA-256 over this row and the hash before it, in hexadecimal.
    hash: Mapped[str]
