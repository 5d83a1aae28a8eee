"""first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import infra.store.columns

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "receipts",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_receipts")),
    )
    op.create_table(
        "students",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("language_chosen", sa.Boolean(), nullable=False),
        sa.Column("age_band", sa.String(), nullable=True),
        sa.Column("consents", sa.JSON(), nullable=False),
        sa.Column("notice_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("guided_told_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("stopped_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("paused_until", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("usual_gap", sa.Double(), nullable=True),
        sa.Column("last_message_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("card_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("card_level", sa.Integer(), nullable=False),
        sa.Column("card_repeats", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("summary_body", sa.LargeBinary(), nullable=True),
        sa.Column("summary_seq", sa.BigInteger(), nullable=False),
        sa.Column("lease_owner", sa.Uuid(), nullable=True),
        sa.Column("lease_until", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("erased_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_students")),
    )
    with op.batch_alter_table("students", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_students_erased_at"), ["erased_at"], unique=False)

    op.create_table(
        "system_keys",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("master", sa.String(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_system_keys")),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("lookup", sa.String(), nullable=False),
        sa.Column("address_body", sa.LargeBinary(), nullable=False),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("unreachable_why", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name=op.f("fk_accounts_student_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("platform", "lookup", name=op.f("uq_accounts_platform_lookup")),
    )
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accounts_student_id"), ["student_id"], unique=False)

    op.create_table(
        "consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name=op.f("fk_consents_student_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consents_student_id"), ["student_id"], unique=False)

    op.create_table(
        "escalations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("opened_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("page_state", sa.String(), nullable=False),
        sa.Column("page_attempts", sa.Integer(), nullable=False),
        sa.Column("paged_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["students.id"],
            name=op.f("fk_escalations_student_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalations")),
        sa.UniqueConstraint("message_id", name=op.f("uq_escalations_message_id")),
    )
    with op.batch_alter_table("escalations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_escalations_student_id"), ["student_id"], unique=False)
        batch_op.create_index(
            "ix_escalations_unpaged",
            ["opened_at"],
            unique=False,
            postgresql_where=sa.text("page_state IN ('owed', 'failed')"),
            sqlite_where=sa.text("page_state IN ('owed', 'failed')"),
        )

    op.create_table(
        "facts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name=op.f("fk_facts_student_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facts")),
    )
    with op.batch_alter_table("facts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_facts_student_id"), ["student_id"], unique=False)

    op.create_table(
        "student_keys",
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("master", sa.String(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["students.id"],
            name=op.f("fk_student_keys_student_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("student_id", name=op.f("pk_student_keys")),
    )
    with op.batch_alter_table("student_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_student_keys_master"), ["master"], unique=False)

    op.create_table(
        "inbound",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("platform_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("sent_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("received_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("verdict", sa.JSON(), nullable=True),
        sa.Column("assessed_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("owed", sa.Boolean(), nullable=False),
        sa.Column("in_talk", sa.Boolean(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_inbound_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name=op.f("fk_inbound_student_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound")),
        sa.UniqueConstraint(
            "platform", "platform_id", name=op.f("uq_inbound_platform_platform_id")
        ),
        sa.UniqueConstraint("student_id", "seq", name=op.f("uq_inbound_student_id_seq")),
    )
    with op.batch_alter_table("inbound", schema=None) as batch_op:
        batch_op.create_index(
            "ix_inbound_owed",
            ["student_id"],
            unique=False,
            postgresql_where=sa.text("owed"),
            sqlite_where=sa.text("owed"),
        )
        batch_op.create_index(batch_op.f("ix_inbound_received_at"), ["received_at"], unique=False)
        batch_op.create_index(
            "ix_inbound_unfinished",
            ["received_at"],
            unique=False,
            postgresql_where=sa.text("level IS NULL OR owed"),
            sqlite_where=sa.text("level IS NULL OR owed"),
        )

    op.create_table(
        "outbound",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("dedupe", sa.String(), nullable=False),
        sa.Column("in_talk", sa.Boolean(), nullable=False),
        sa.Column("created_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("settled_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("not_before", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("claim_owner", sa.Uuid(), nullable=True),
        sa.Column("claim_until", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("parts_sent", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("engine", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_outbound_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name=op.f("fk_outbound_student_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbound")),
        sa.UniqueConstraint("student_id", "dedupe", name=op.f("uq_outbound_student_id_dedupe")),
        sa.UniqueConstraint("student_id", "seq", name=op.f("uq_outbound_student_id_seq")),
    )
    with op.batch_alter_table("outbound", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbound_open",
            ["account_id", "seq"],
            unique=False,
            postgresql_where=sa.text("state IN ('pending', 'sending')"),
            sqlite_where=sa.text("state IN ('pending', 'sending')"),
        )
        batch_op.create_index(
            "ix_outbound_unfinished",
            ["created_at"],
            unique=False,
            postgresql_where=sa.text("state IN ('writing', 'pending', 'sending')"),
            sqlite_where=sa.text("state IN ('writing', 'pending', 'sending')"),
        )
        batch_op.create_index(
            "ix_outbound_writing",
            ["student_id"],
            unique=False,
            postgresql_where=sa.text("state = 'writing'"),
            sqlite_where=sa.text("state = 'writing'"),
        )

    op.create_table(
        "web_sessions",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("seen_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_web_sessions_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_web_sessions")),
    )
    with op.batch_alter_table("web_sessions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_web_sessions_account_id"), ["account_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_web_sessions_seen_at"), ["seen_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("web_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_web_sessions_seen_at"))
        batch_op.drop_index(batch_op.f("ix_web_sessions_account_id"))

    op.drop_table("web_sessions")
    with op.batch_alter_table("outbound", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbound_writing",
            postgresql_where=sa.text("state = 'writing'"),
            sqlite_where=sa.text("state = 'writing'"),
        )
        batch_op.drop_index(
            "ix_outbound_unfinished",
            postgresql_where=sa.text("state IN ('writing', 'pending', 'sending')"),
            sqlite_where=sa.text("state IN ('writing', 'pending', 'sending')"),
        )
        batch_op.drop_index(
            "ix_outbound_open",
            postgresql_where=sa.text("state IN ('pending', 'sending')"),
            sqlite_where=sa.text("state IN ('pending', 'sending')"),
        )

    op.drop_table("outbound")
    with op.batch_alter_table("inbound", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_inbound_unfinished",
            postgresql_where=sa.text("level IS NULL OR owed"),
            sqlite_where=sa.text("level IS NULL OR owed"),
        )
        batch_op.drop_index(batch_op.f("ix_inbound_received_at"))
        batch_op.drop_index(
            "ix_inbound_owed", postgresql_where=sa.text("owed"), sqlite_where=sa.text("owed")
        )

    op.drop_table("inbound")
    with op.batch_alter_table("student_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_student_keys_master"))

    op.drop_table("student_keys")
    with op.batch_alter_table("facts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_facts_student_id"))

    op.drop_table("facts")
    with op.batch_alter_table("escalations", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_escalations_unpaged",
            postgresql_where=sa.text("page_state IN ('owed', 'failed')"),
            sqlite_where=sa.text("page_state IN ('owed', 'failed')"),
        )
        batch_op.drop_index(batch_op.f("ix_escalations_student_id"))

    op.drop_table("escalations")
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consents_student_id"))

    op.drop_table("consents")
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_accounts_student_id"))

    op.drop_table("accounts")
    op.drop_table("system_keys")
    with op.batch_alter_table("students", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_students_erased_at"))

    op.drop_table("students")
    op.drop_table("receipts")
