"""cases and staff."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

import infra.store.columns

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    before = _before()
    op.drop_table("escalations")
    _create()
    _carry_over(before)


def _before() -> list[dict[str, Any]]:
    """Return the alarms of the first version: a row for each message, several for a student."""
    columns = ("id", "student_id", "message_id", "level", "kinds", "opened_at", "page_state")
    rows = op.get_bind().execute(sa.select(_table("escalations", columns)))
    return sorted((dict(row) for row in rows.mappings()), key=lambda row: row["opened_at"])


def _carry_over(before: list[dict[str, Any]]) -> None:
    """Make one open case of each student's alarms, at their highest level; nothing is lost."""
    cases: dict[object, dict[str, Any]] = {}
    triggers = []
    for row in before:
        case = cases.setdefault(
            row["student_id"],
            {
                "id": row["id"],
                "number": 1001 + len(cases),
                "student_id": row["student_id"],
                "level": row["level"],
                "kinds": row["kinds"],
                "subject": "unclear",
                "state": "new",
                "asked_for": False,
                "is_drill": False,
                "may_page": False,
                "opened_at": row["opened_at"],
                "raised_at": row["opened_at"],
                "rung": 0,
            },
        )
        case["level"] = max(case["level"], row["level"])
        case["asked_for"] = case["asked_for"] or row["message_id"] is None
        case["may_page"] = case["may_page"] or row["page_state"] != "not_allowed"
        if row["page_state"] == "told":
            case["state"] = "notified"
        elif row["page_state"] in {"owed", "failed"}:
            case["next_rung_at"] = row["opened_at"]
        triggers.append(
            {
                "id": uuid4(),
                "case_id": case["id"],
                "message_id": row["message_id"],
                "level": row["level"],
                "kinds": row["kinds"],
                "subject": "unclear",
                "score": 0.0,
                "evidence": [],
                "at": row["opened_at"],
            }
        )
    for case in cases.values():
        op.get_bind().execute(sa.insert(_table("escalations", case)).values(case))
    for trigger in triggers:
        op.get_bind().execute(sa.insert(_table("triggers", trigger)).values(trigger))


def _table(name: str, columns: Any) -> sa.TableClause:
    moment = infra.store.columns.Moment(timezone=True)
    kinds: dict[str, Any] = {"kinds": sa.JSON(), "evidence": sa.JSON()}
    ids = dict.fromkeys(("id", "student_id", "message_id", "case_id"), sa.Uuid())
    times = dict.fromkeys(("opened_at", "raised_at", "next_rung_at", "at"), moment)
    known = kinds | ids | times
    return sa.table(name, *(sa.column(column, known.get(column)) for column in columns))


def _create() -> None:  # noqa: PLR0915 - a statement for each table, in order
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("student_id", sa.Uuid(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("reason_body", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_student_id"), ["student_id"], unique=False)

    op.create_table(
        "staff",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("disabled_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("on_duty_since", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("password", sa.String(), nullable=True),
        sa.Column("password_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("totp_body", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=True),
        sa.Column("oidc_subject", sa.String(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("login", name=op.f("uq_staff_login")),
        sa.UniqueConstraint("oidc_subject", name=op.f("uq_staff_oidc_subject")),
    )
    op.create_table(
        "emergency_contacts",
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("consent_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("used_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["students.id"],
            name=op.f("fk_emergency_contacts_student_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("student_id", name=op.f("pk_emergency_contacts")),
    )
    op.create_table(
        "escalations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_for", sa.Boolean(), nullable=False),
        sa.Column("is_drill", sa.Boolean(), nullable=False),
        sa.Column("may_page", sa.Boolean(), nullable=False),
        sa.Column("opened_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("raised_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("notified_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("claimed_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("contact_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("closed_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("owner_seen_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("next_rung_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("told_nobody_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["staff.id"], name=op.f("fk_escalations_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["students.id"],
            name=op.f("fk_escalations_student_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalations")),
        sa.UniqueConstraint("number", name=op.f("uq_escalations_number")),
    )
    with op.batch_alter_table("escalations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_escalations_closed_at"), ["closed_at"], unique=False)
        batch_op.create_index(
            "ix_escalations_due",
            ["next_rung_at"],
            unique=False,
            postgresql_where=sa.text("next_rung_at IS NOT NULL"),
            sqlite_where=sa.text("next_rung_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_escalations_student_id"), ["student_id"], unique=False)
        batch_op.create_index(
            "ux_escalations_open",
            ["student_id"],
            unique=True,
            postgresql_where=sa.text("closed_at IS NULL"),
            sqlite_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "link_codes",
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_link_codes_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_link_codes")),
    )
    with op.batch_alter_table("link_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_codes_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "safety_plans",
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("updated_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["students.id"],
            name=op.f("fk_safety_plans_student_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("student_id", name=op.f("pk_safety_plans")),
    )
    op.create_table(
        "safety_talks",
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("updated_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("ended_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["students.id"],
            name=op.f("fk_safety_talks_student_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("student_id", name=op.f("pk_safety_talks")),
    )
    op.create_table(
        "saved_replies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_saved_replies_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_replies")),
    )
    with op.batch_alter_table("saved_replies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_replies_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "shifts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("starts_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("ends_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_shifts_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
    )
    with op.batch_alter_table("shifts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shifts_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_shifts_staff_id"), ["staff_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shifts_starts_at"), ["starts_at"], unique=False)

    op.create_table(
        "staff_channels",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("lookup", sa.String(), nullable=False),
        sa.Column("address_body", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_channels_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_channels")),
        sa.UniqueConstraint("kind", "lookup", name=op.f("uq_staff_channels_kind_lookup")),
    )
    with op.batch_alter_table("staff_channels", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_channels_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "staff_sessions",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("seen_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("csrf", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_sessions_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_sessions")),
    )
    with op.batch_alter_table("staff_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_sessions_seen_at"), ["seen_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_staff_sessions_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sent_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("answered_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["escalations.id"], name=op.f("fk_follow_ups_case_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_follow_ups_staff_id")),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["students.id"],
            name=op.f("fk_follow_ups_student_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
    )
    with op.batch_alter_table("follow_ups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_ups_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            "ix_follow_ups_due",
            ["due_at"],
            unique=False,
            postgresql_where=sa.text("state = 'planned'"),
            sqlite_where=sa.text("state = 'planned'"),
        )
        batch_op.create_index(batch_op.f("ix_follow_ups_student_id"), ["student_id"], unique=False)

    op.create_table(
        "notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("signed_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("amends", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["escalations.id"], name=op.f("fk_notes_case_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_notes_staff_id")),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name=op.f("fk_notes_student_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    with op.batch_alter_table("notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notes_case_id"), ["case_id"], unique=False)

    op.create_table(
        "pages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("channel_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("claim_until", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("settled_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("dedupe", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["escalations.id"], name=op.f("fk_pages_case_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_pages_staff_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pages")),
        sa.UniqueConstraint("dedupe", name=op.f("uq_pages_dedupe")),
    )
    with op.batch_alter_table("pages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pages_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            "ix_pages_unfinished",
            ["created_at"],
            unique=False,
            postgresql_where=sa.text("state IN ('owed', 'sending')"),
            sqlite_where=sa.text("state IN ('owed', 'sending')"),
        )

    op.create_table(
        "relays",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("closed_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("through", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["escalations.id"], name=op.f("fk_relays_case_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_relays_staff_id")),
        sa.ForeignKeyConstraint(
            ["student_id"], ["students.id"], name=op.f("fk_relays_student_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relays")),
    )
    with op.batch_alter_table("relays", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_relays_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            "ux_relays_open",
            ["student_id"],
            unique=True,
            postgresql_where=sa.text("closed_at IS NULL"),
            sqlite_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("created_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("done_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["escalations.id"], name=op.f("fk_tasks_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tasks_case_id"), ["case_id"], unique=False)

    op.create_table(
        "triggers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("false_alarm", sa.String(), nullable=True),
        sa.Column("marked_by", sa.Uuid(), nullable=True),
        sa.Column("marked_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["escalations.id"], name=op.f("fk_triggers_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_triggers")),
        sa.UniqueConstraint("message_id", name=op.f("uq_triggers_message_id")),
    )
    with op.batch_alter_table("triggers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_triggers_case_id"), ["case_id"], unique=False)

    op.create_table(
        "relayed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("relay_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", infra.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("claim_until", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("settled_at", infra.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["inbound.id"], name=op.f("fk_relayed_message_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["relay_id"], ["relays.id"], name=op.f("fk_relayed_relay_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relayed")),
        sa.UniqueConstraint("message_id", name=op.f("uq_relayed_message_id")),
    )
    with op.batch_alter_table("relayed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_relayed_relay_id"), ["relay_id"], unique=False)
        batch_op.create_index(
            "ix_relayed_unfinished",
            ["created_at"],
            unique=False,
            postgresql_where=sa.text("state IN ('owed', 'sending')"),
            sqlite_where=sa.text("state IN ('owed', 'sending')"),
        )


def downgrade() -> None:
    alarms = _alarms()
    for table in _TABLES:
        op.drop_table(table)
    _create_alarms()
    for alarm in alarms:
        op.get_bind().execute(sa.insert(_table("escalations", alarm)).values(alarm))


#: What hangs on others goes first.
_TABLES = (
    "relayed",
    "triggers",
    "tasks",
    "relays",
    "pages",
    "notes",
    "follow_ups",
    "staff_sessions",
    "staff_channels",
    "shifts",
    "saved_replies",
    "safety_talks",
    "safety_plans",
    "link_codes",
    "escalations",
    "emergency_contacts",
    "staff",
    "audit",
)


def _alarms() -> list[dict[str, Any]]:
    """Return each trigger as the first version kept it; what staff did about them is lost."""
    read = op.get_bind().execute
    cases = ("id", "student_id", "state", "may_page", "next_rung_at")
    case_of = {row["id"]: row for row in read(sa.select(_table("escalations", cases))).mappings()}
    triggers = ("id", "case_id", "message_id", "level", "kinds", "at")
    rows = read(sa.select(_table("triggers", triggers))).mappings().all()
    return [
        {
            "id": row["id"],
            "student_id": case_of[row["case_id"]]["student_id"],
            "message_id": row["message_id"],
            "level": row["level"],
            "kinds": row["kinds"],
            "opened_at": row["at"],
            "page_state": _page_state(case_of[row["case_id"]]),
            "page_attempts": 0,
        }
        for row in rows
    ]


def _page_state(case: Any) -> str:
    if not case["may_page"]:
        return "not_allowed"
    return "owed" if case["state"] == "new" else "told"


def _create_alarms() -> None:
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
