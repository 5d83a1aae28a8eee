"""counts and digests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import infra.store.columns

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # Not as a batch: SQLite would copy the table and drop the old one, and every row of a
    # student's would go with it.
    op.execute("ALTER TABLE students DROP COLUMN card_repeats")
    op.create_table(
        "case_counts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("month", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("kinds", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("was_shown", sa.Boolean(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_counts")),
        sa.UniqueConstraint(
            *("month", "region", "level", "kinds", "outcome", "was_shown"),
            name="uq_case_counts_sort",
        ),
    )
    op.create_table(
        "digests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("due_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("channel_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("dedupe", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_digests_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digests")),
        sa.UniqueConstraint("dedupe", name=op.f("uq_digests_dedupe")),
    )


def downgrade() -> None:
    op.drop_table("digests")
    op.drop_table("case_counts")
    op.execute("ALTER TABLE students ADD COLUMN card_repeats INTEGER NOT NULL DEFAULT 0")
