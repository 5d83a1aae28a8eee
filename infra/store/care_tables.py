"""The tables of everyday care. Words and numbers about a person are sealed in `…body` columns."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from infra.store.columns import Row


def _student() -> Mapped[UUID]:
    return mapped_column(ForeignKey("students.id", ondelete="CASCADE"))


class CareEntryRow(Row):
    """A mood, an exercise, a page, a scale: what a student kept of themselves."""

    __tablename__ = "care_entries"
    __table_args__ = (
        Index("ix_care_entries_student_id_kind_at", "student_id", "kind", "at"),
        # One entry at most waits for the student's next words.
        Index(
            "ux_care_entries_running",
            "student_id",
            unique=True,
            postgresql_where=text("state = 'running'"),
            sqlite_where=text("state = 'running'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    student_id: Mapped[UUID] = _student()
    kind: Mapped[str]
    #: Which exercise, game or scale; "" for moods and pages.
    name: Mapped[str]
    state: Mapped[str]
    at: Mapped[datetime]
    updated_at: Mapped[datetime]
    body: Mapped[bytes]


class NudgeWishRow(Row):
    """When a student wants to be asked, and how they have answered."""

    __tablename__ = "nudge_wishes"
    __table_args__ = (
        # What planning looks for.
        Index(
            "ix_nudge_wishes_due",
            "next_at",
            postgresql_where=text("next_at IS NOT NULL"),
            sqlite_where=text("next_at IS NOT NULL"),
        ),
    )

    student_id: Mapped[UUID] = mapped_column(
        ForeignKey("students.id", ondelete="CASCADE"), primary_key=True
    )
    #: An IANA name; None: the campus's own.
    zone: Mapped[str | None]
    #: Local time wished for, in minutes after midnight; None: no nudges wanted.
    minute: Mapped[int | None]
    #: On which days: ISO weekdays as bits, Monday is 1, Sunday 64.
    weekdays: Mapped[int]
    #: "daily", "weekly", "asked" (whether to go on) or "silent".
    rhythm: Mapped[str]
    #: Nudges without an answer, one after the other.
    ignored: Mapped[int]
    letter: Mapped[bool]
    #: ISO weekday of the letter.
    letter_day: Mapped[int]
    #: The next moment at which anything may be due, reminders included.
    next_at: Mapped[datetime | None]
    #: When the last nudge was made.
    last_at: Mapped[datetime | None]
    #: When the wished time was last compared with the hours the student writes at.
    looked_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class ReminderRow(Row):
    """An exercise or a step of the plan that a student wants to be reminded of."""

    __tablename__ = "reminders"

    #: Made of the student and what it is about, by the keyed hash: the same thing is one row.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    student_id: Mapped[UUID] = mapped_column(
        ForeignKey("students.id", ondelete="CASCADE"), index=True
    )
    #: Sealed JSON: what it is about.
    body: Mapped[bytes]
    #: ISO weekdays as bits: Monday is 1, Sunday 64.
    weekdays: Mapped[int]
    minute: Mapped[int]
    #: The last day it is of use; None: until the student drops it.
    until: Mapped[date | None]


class NudgeRow(Row):
    """A nudge that was made, or could not be: one at most for a student and local day."""

    __tablename__ = "nudges"
    __table_args__ = (
        UniqueConstraint("student_id", "local_date"),
        # What is still to be made.
        Index(
            "ix_nudges_planned",
            "due_at",
            postgresql_where=text("state = 'planned'"),
            sqlite_where=text("state = 'planned'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    student_id: Mapped[UUID] = _student()
    local_date: Mapped[date]
    #: Its parts, joined by "+": "mood", "letter+mood", "reminder" …
    kind: Mapped[str]
    #: "planned", "made", "answered", "skipped", "undeliverable" (recorded, offered at the next
    #: contact) or "offered".
    state: Mapped[str]
    #: The moment the student wished for.
    due_at: Mapped[datetime] = mapped_column(index=True)
    #: When its message was made, or was found to be impossible.
    made_at: Mapped[datetime | None]
    outbound_id: Mapped[UUID | None]


class SuggestionRow(Row):
    """What was suggested to a student and what became of it, with their goals: one row each."""

    __tablename__ = "suggestions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    student_id: Mapped[UUID] = mapped_column(
        ForeignKey("students.id", ondelete="CASCADE"), index=True
    )
    #: Sealed JSON: goals, the exercises, how likely each was to be chosen, what never again.
    body: Mapped[bytes]
    at: Mapped[datetime]


class TallyRow(Row):
    """How often an exercise helped in a situation, over all students; it names nobody."""

    __tablename__ = "exercise_tallies"

    exercise: Mapped[str] = mapped_column(primary_key=True)
    situation: Mapped[str] = mapped_column(primary_key=True)
    suggested: Mapped[int]
    begun: Mapped[int]
    helped: Mapped[int]
    not_helped: Mapped[int]
