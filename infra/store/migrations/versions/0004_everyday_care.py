"""everyday care."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import infra.store.columns

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "exercise_tallies",
        sa.Column("exercise", sa.String(), nullable=False),
        sa.Column("situation", sa.String(), nullable=False),
        sa.Column("suggested", sa.Integer(), nullable=False),
        sa.Column("begun", sa.Integer(), nullable=False),
        sa.Column("helped", sa.Integer(), nullable=False),
        sa.Column("not_helped", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("exercise", "situation", name=op.f("pk_exercise_tallies")),
    )
    op.create_table(
        "care_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["students.id"],
            name=op.f("fk_care_entries_student_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_entries")),
    )
    with op.batch_alter_table("care_entries", schema=None) as batch_op:
        batch_op.create_index(
            "ix_care_entries_student_id_kind_at", ["student_id", "kind", "at"], unique=False
        )
        batch_op.create_index(
            "ux_care_entries_running",
            ["student_id"],
            unique=True,
            postgresql_where=sa.text("state = 'running'"),
            sqlite_where=sa.text("state = 'running'"),
        )

    op.create_table(
        "nudge_wishes",
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("minute", sa.Integer(), nullable=True),
        sa.Column("weekdays", sa.Integer(), nullable=False),
        sa.Column("rhythm", sa.String(), nullable=False),
        sa.Column("ignored", sa.Integer(), nullable=False),
        sa.Column("letter", sa.Boolean(), nullable=False),
        sa.Column("letter_day", sa.Integer(), nullable=False),
        sa.Column("next_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("last_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("looked_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("updated_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["students.id"],
            name=op.f("fk_nudge_wishes_student_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("student_id", name=op.f("pk_nudge_wishes")),
    )
    with op.batch_alter_table("nudge_wishes", schema=None) as batch_op:
        batch_op.create_index(
            "ix_nudge_wishes_due",
            ["next_at"],
            unique=False,
            postgresql_where=sa.text("next_at IS NOT NULL"),
            sqlite_where=sa.text("next_at IS NOT NULL"),
        )

    op.create_table(
        "nudges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("made_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("outbound_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name=op.f("fk_nudges_student_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nudges")),
        sa.UniqueConstraint(
            "student_id", "local_date", name=op.f("uq_nudges_student_id_local_date")
        ),
    )
    with op.batch_alter_table("nudges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_nudges_due_at"), ["due_at"], unique=False)
        batch_op.create_index(
            "ix_nudges_planned",
            ["due_at"],
            unique=False,
            postgresql_where=sa.text("state = 'planned'"),
            sqlite_where=sa.text("state = 'planned'"),
        )

    op.create_table(
        "reminders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("weekdays", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["students.id"],
            name=op.f("fk_reminders_student_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
    )
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminders_student_id"), ["student_id"], unique=False)

    op.create_table(
        "suggestions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["students.id"],
            name=op.f("fk_suggestions_student_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestions")),
    )
    with op.batch_alter_table("suggestions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_suggestions_student_id"), ["student_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("suggestions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_suggestions_student_id"))

    op.drop_table("suggestions")
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminders_student_id"))

    op.drop_table("reminders")
    with op.batch_alter_table("nudges", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_nudges_planned",
            postgresql_where=sa.text("state = 'planned'"),
            sqlite_where=sa.text("state = 'planned'"),
        )
        batch_op.drop_index(batch_op.f("ix_nudges_due_at"))

    op.drop_table("nudges")
    with op.batch_alter_table("nudge_wishes", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_nudge_wishes_due",
            postgresql_where=sa.text("next_at IS NOT NULL"),
            sqlite_where=sa.text("next_at IS NOT NULL"),
        )

    op.drop_table("nudge_wishes")
    with op.batch_alter_table("care_entries", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_care_entries_running",
            postgresql_where=sa.text("state = 'running'"),
            sqlite_where=sa.text("state = 'running'"),
        )
        batch_op.drop_index("ix_care_entries_student_id_kind_at")

    op.drop_table("care_entries")
    op.drop_table("exercise_tallies")
