"""The tables of cases: what staff must hear of, what they do about it, what the student keeps.

Words stand in `…body` columns only, sealed with the student's key, as in infra/store/tables.py.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from infra.store.columns import Row


def _of_student(*, index: bool = True) -> Mapped[UUID]:
    return mapped_column(ForeignKey("students.id", ondelete="CASCADE"), index=index)


def _of_case() -> Mapped[UUID]:
    return mapped_column(ForeignKey("escalations.id", ondelete="CASCADE"), index=True)


class EscalationRow(Row):
    """A case: everything staff do about one student at risk."""

    __tablename__ = "escalations"
    __table_args__ = (
        # One open case per student; a drill belongs to a student of its own.
        Index(
            "ux_escalations_open",
            "student_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
            sqlite_where=text("closed_at IS NULL"),
        ),
        # What `Cases.due` looks for.
        Index(
            "ix_escalations_due",
            "next_rung_at",
            postgresql_where=text("next_rung_at IS NOT NULL"),
            sqlite_where=text("next_rung_at IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    student_id: Mapped[UUID] = _of_student()
    level: Mapped[int]
    kinds: Mapped[list[str]]
    subject: Mapped[str]
    state: Mapped[str]
    asked_for: Mapped[bool]
    is_drill: Mapped[bool]
    #: Whether staff may be paged: in danger of life always, else by the student's consent.
    may_page: Mapped[bool]
    opened_at: Mapped[datetime]
    raised_at: Mapped[datetime]
    notified_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    contact_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    owner_seen_at: Mapped[datetime | None]
    rung: Mapped[int]
    next_rung_at: Mapped[datetime | None]
    told_nobody_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    closed_by: Mapped[UUID | None]


class TriggerRow(Row):
    """One message, or wish for a person, that opened or raised a case."""

    __tablename__ = "triggers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = _of_case()
    #: The message that rose; None when the student asked for a person.
    message_id: Mapped[UUID | None] = mapped_column(unique=True)
    level: Mapped[int]
    kinds: Mapped[list[str]]
    subject: Mapped[str]
    score: Mapped[float]
    #: What fired, in words of the rules; evidence never quotes the text.
    evidence: Mapped[list[str]]
    at: Mapped[datetime]
    false_alarm: Mapped[str | None]
    marked_by: Mapped[UUID | None]
    marked_at: Mapped[datetime | None]


class PageRow(Row):
    """One attempt to reach one person, or the staff group, over one channel."""

    __tablename__ = "pages"
    __table_args__ = (
        Index(
            "ix_pages_unfinished",
            "created_at",
            postgresql_where=text("state IN ('owed', 'sending')"),
            sqlite_where=text("state IN ('owed', 'sending')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = _of_case()
    #: None: the staff group, or a channel of the whole campus.
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    #: None: a channel of the whole campus, named by `kind`.
    channel_id: Mapped[UUID | None]
    kind: Mapped[str]
    rung: Mapped[int]
    level: Mapped[int]
    #: "risen", "rung", "asked", "drill", "follow_up", "relay".
    why: Mapped[str]
    #: owed, sending, sent, failed, dropped (claimed or closed before it left).
    state: Mapped[str]
    created_at: Mapped[datetime]
    claim_until: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    attempts: Mapped[int]
    #: A short code without content: why it failed.
    reason: Mapped[str | None]
    #: What must exist once: "<case>:<raised_at>:<rung>:<channel>".
    dedupe: Mapped[str] = mapped_column(unique=True)


class NoteRow(Row):
    """A structured note; sealed, locked when signed, amended by a later one."""

    __tablename__ = "notes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = _of_case()
    student_id: Mapped[UUID] = _of_student(index=False)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    #: Sealed JSON: risk, protective factors, actions, told whom.
    body: Mapped[bytes]
    at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    amends: Mapped[UUID | None]


class RelayRow(Row):
    """A stretch of a talk that a person holds; the companion is silent until it is closed."""

    __tablename__ = "relays"
    __table_args__ = (
        Index(
            "ux_relays_open",
            "student_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
            sqlite_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = _of_case()
    student_id: Mapped[UUID] = _of_student(index=False)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    #: Where the counsellor writes from: "telegram" (a private chat) or "desk".
    through: Mapped[str]


class RelayedRow(Row):
    """One line of a relay on its way to the counsellor; lines to the student are `outbound`."""

    __tablename__ = "relayed"
    __table_args__ = (
        Index(
            "ix_relayed_unfinished",
            "created_at",
            postgresql_where=text("state IN ('owed', 'sending')"),
            sqlite_where=text("state IN ('owed', 'sending')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    relay_id: Mapped[UUID] = mapped_column(ForeignKey("relays.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[UUID] = mapped_column(
        ForeignKey("inbound.id", ondelete="CASCADE"), unique=True
    )
    #: owed, sending, sent (shown at the desk counts), failed.
    state: Mapped[str]
    created_at: Mapped[datetime]
    claim_until: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    attempts: Mapped[int]
    reason: Mapped[str | None]


class SafetyTalkRow(Row):
    """Where a student is in the safety dialogue; the answers are sealed."""

    __tablename__ = "safety_talks"

    student_id: Mapped[UUID] = mapped_column(
        ForeignKey("students.id", ondelete="CASCADE"), primary_key=True
    )
    #: Sealed JSON: branch, steps asked, answers.
    body: Mapped[bytes]
    started_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SafetyPlanRow(Row):
    """What a student wrote down for a bad hour; theirs to change, to share and to erase."""

    __tablename__ = "safety_plans"

    student_id: Mapped[UUID] = mapped_column(
        ForeignKey("students.id", ondelete="CASCADE"), primary_key=True
    )
    #: Sealed JSON: a list of lines for each part.
    body: Mapped[bytes]
    shared: Mapped[bool]
    updated_at: Mapped[datetime]


class FollowUpRow(Row):
    """A caring contact after a case was closed, in the name of who closed it."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        Index(
            "ix_follow_ups_due",
            "due_at",
            postgresql_where=text("state = 'planned'"),
            sqlite_where=text("state = 'planned'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = _of_case()
    student_id: Mapped[UUID] = _of_student()
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    number: Mapped[int]
    due_at: Mapped[datetime]
    #: planned, sent, answered, silent, stopped, refused.
    state: Mapped[str]
    sent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]


class TaskRow(Row):
    """Something staff must still do for a student; never done by itself."""

    __tablename__ = "tasks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = _of_case()
    #: "silent_follow_up", "unreachable", "contact".
    kind: Mapped[str]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None]


class EmergencyContactRow(Row):
    """Somebody a student wants told when life is in danger; purpose and consent on record."""

    __tablename__ = "emergency_contacts"

    student_id: Mapped[UUID] = mapped_column(
        ForeignKey("students.id", ondelete="CASCADE"), primary_key=True
    )
    #: Sealed JSON: name, relation, number or address.
    body: Mapped[bytes]
    consent_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
