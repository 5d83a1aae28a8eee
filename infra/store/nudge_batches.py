"""Planning by the thousand: one question for all wishes that are ripe, few statements to answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Connection,
    Table,
    TextClause,
    bindparam,
    exists,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from companion.people.wishes import Around, NudgeState, Pattern, Plan, Rhythm, Wish
from companion.store.nudges import Ripe
from infra.store.care_tables import NudgeRow, NudgeWishRow, ReminderRow
from infra.store.case_tables import EscalationRow, RelayRow
from infra.store.session import Vaulted
from infra.store.tables import AccountRow, StudentRow

_WISHES = cast("Table", NudgeWishRow.__table__)
_IS_HELD = or_(
    exists().where(
        EscalationRow.student_id == NudgeWishRow.student_id, EscalationRow.closed_at.is_(None)
    ),
    exists().where(RelayRow.student_id == NudgeWishRow.student_id, RelayRow.closed_at.is_(None)),
)
_IS_REACHABLE = exists().where(
    AccountRow.student_id == NudgeWishRow.student_id, AccountRow.reachable
)


# Asked every minute, mostly for nothing: it is built once.
_RIPE = (
    select(
        *_WISHES.c,
        StudentRow.stopped_at,
        StudentRow.erased_at,
        StudentRow.paused_until,
        StudentRow.last_message_at,
        _IS_HELD.label("is_held"),
        _IS_REACHABLE.label("is_reachable"),
    )
    .join(StudentRow, StudentRow.id == NudgeWishRow.student_id)
    .where(NudgeWishRow.next_at <= bindparam("now"))
    .order_by(NudgeWishRow.next_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=NudgeWishRow)
)


def read_ripe(session: Session, *, now: datetime, limit: int) -> Sequence[Ripe]:
    """Return wishes whose moment has come, the earliest first, and lock them."""
    rows = session.execute(_RIPE, {"now": now, "most": limit}).all()
    reminders = _reminders(session, [row.student_id for row in rows])
    return [
        Ripe(
            wish=read_wish(row),
            reminders=tuple(reminders.get(row.student_id, ())),
            around=Around(
                is_stopped=row.stopped_at is not None or row.erased_at is not None,
                paused_until=row.paused_until,
                is_held=row.is_held,
                is_reachable=row.is_reachable,
                last_message_at=row.last_message_at,
            ),
        )
        for row in rows
    ]


def write_plans(vaulted: Vaulted, plans: Sequence[tuple[Ripe, Plan]], *, now: datetime) -> int:
    """Keep what was planned; returns for how many a nudge is to be made."""
    nudges = [
        {
            "id": uuid4(),
            "student_id": ripe.wish.student_id,
            "local_date": plan.due.day,
            "kind": "+".join(sorted(plan.due.parts)),
            "state": plan.due.state.value,
            "due_at": plan.due.due_at,
            "made_at": None if plan.due.state is NudgeState.PLANNED else now,
        }
        for ripe, plan in plans
        if plan.due is not None
    ]
    moves = [
        {
            "who": ripe.wish.student_id,
            "was": ripe.wish.next_at,
            "next_at": plan.wish.next_at,
            "rhythm": plan.wish.rhythm.value,
        }
        for ripe, plan in plans
    ]
    connection = vaulted.session.connection()
    if vaulted.dialect == "postgresql":
        _at_once(connection, _TAKE_DAYS, nudges)
        _at_once(connection, _MOVE_ON, moves)
    elif moves:
        _one_by_one(vaulted, nudges, moves)
    return sum(nudge["state"] == NudgeState.PLANNED.value for nudge in nudges)


#: PostgreSQL is given columns, not rows: a row at a time it takes ten times as long.
_TAKE_DAYS = text("""
    INSERT INTO nudges (id, student_id, local_date, kind, state, due_at, made_at)
    SELECT * FROM unnest(
        CAST(:id AS uuid[]), CAST(:student_id AS uuid[]), CAST(:local_date AS date[]),
        CAST(:kind AS varchar[]), CAST(:state AS varchar[]), CAST(:due_at AS timestamptz[]),
        CAST(:made_at AS timestamptz[])
    )
    ON CONFLICT (student_id, local_date) DO NOTHING
""")
_MOVE_ON = text("""
    UPDATE nudge_wishes SET next_at = plan.next_at, rhythm = plan.rhythm
    FROM unnest(
        CAST(:who AS uuid[]), CAST(:was AS timestamptz[]), CAST(:next_at AS timestamptz[]),
        CAST(:rhythm AS varchar[])
    ) AS plan (who, was, next_at, rhythm)
    WHERE student_id = plan.who AND nudge_wishes.next_at = plan.was
""")
_MOVE_ONE = (
    update(_WISHES)
    .where(_WISHES.c.student_id == bindparam("who"), _WISHES.c.next_at == bindparam("was"))
    .values(next_at=bindparam("next_at"), rhythm=bindparam("rhythm"))
)


def _at_once(
    connection: Connection, statement: TextClause, rows: Sequence[Mapping[str, object]]
) -> None:
    if rows:
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        connection.execute(statement, columns)


def _one_by_one(
    vaulted: Vaulted, nudges: Sequence[dict[str, Any]], moves: Sequence[dict[str, Any]]
) -> None:
    if nudges:
        taken = vaulted.insert(NudgeRow).on_conflict_do_nothing(
            index_elements=["student_id", "local_date"]
        )
        vaulted.session.execute(taken, list(nudges))
    vaulted.session.connection().execute(_MOVE_ONE, list(moves))


def read_wish(row: Any) -> Wish:
    """Return a wish as the rules know it."""
    return Wish(
        student_id=row.student_id,
        zone=ZoneInfo(row.zone) if row.zone else None,
        minute=row.minute,
        weekdays=row.weekdays,
        rhythm=Rhythm(row.rhythm),
        ignored=row.ignored,
        letter=row.letter,
        letter_day=row.letter_day,
        next_at=row.next_at,
        last_at=row.last_at,
        looked_at=row.looked_at,
    )


def _reminders(session: Session, student_ids: Sequence[UUID]) -> dict[UUID, list[Pattern]]:
    found: dict[UUID, list[Pattern]] = defaultdict(list)
    if student_ids:
        rows = session.execute(
            select(
                ReminderRow.student_id,
                ReminderRow.weekdays,
                ReminderRow.minute,
                ReminderRow.until,
            ).where(ReminderRow.student_id.in_(student_ids))
        )
        for row in rows:
            found[row.student_id].append(Pattern(row.weekdays, row.minute, row.until))
    return found
