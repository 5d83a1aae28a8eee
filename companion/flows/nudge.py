"""Writing the planned nudges, a few at a time: what has changed since is looked at once more."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from companion.flows.nudge_text import nudge_text
from companion.flows.schedule import is_held, rules_of
from companion.flows.sending import send
from companion.flows.services import Services
from companion.flows.stay import is_in_safety_talk
from companion.messages import OutboundKind
from companion.people.nudges import JUST_WROTE, is_timely, made
from companion.people.reach import may_write
from companion.people.student import Student
from companion.people.wishes import NudgeState, zone_of
from companion.store import Draft, Transaction
from companion.store.nudges import Nudge

#: Written in one tick, of which there are six a minute: below what Telegram takes from one bot,
#: with room for those who are talking.
_BATCH: Final = 200


def nudge(*, services: Services) -> int:
    """Write the planned nudges whose turn has come; returns how many were looked at.

    Raises StoreUnavailable. Safe to run twice: a nudge is taken before it is written.
    """
    with services.store.reading() as tx:
        waiting = tx.care.nudges.waiting(limit=_BATCH)
    for one in waiting:
        with services.store.transaction() as tx:
            _write(tx, one, services=services, now=services.clock.now())
    return len(waiting)


def _write(tx: Transaction, one: Nudge, *, services: Services, now: datetime) -> None:
    nudges, rules = tx.care.nudges, rules_of(services.campus)
    wish, student = nudges.wish(one.student_id, lock=True), tx.students.get(one.student_id)
    zone = zone_of(wish, rules) if wish else rules.zone
    is_late = not is_timely(one.due_at, one.day, zone, now=now, rules=rules)
    if wish is None or is_late or _is_unwanted(tx, student, now=now):
        nudges.move(one.id, NudgeState.SKIPPED, now=now)
        return
    account = tx.students.latest_account(student.id)
    if not may_write(
        account.platform,
        reachable=account.reachable,
        last_message_at=student.last_message_at,
        now=now,
    ):
        nudges.move(one.id, NudgeState.UNDELIVERABLE, now=now)
        return
    if not nudges.move(one.id, NudgeState.MADE, now=now):
        return
    said = nudge_text(tx, one, wish, student, campus=services.campus, now=now)
    if said is None:  # a letter about a week in which nothing was told, for one
        nudges.move(one.id, NudgeState.SKIPPED, of=NudgeState.MADE, now=now)
        return
    draft = Draft(
        kind=OutboundKind.NUDGE, text=said.text, choices=said.choices, dedupe=f"nudge:{one.id}"
    )
    sent = send(tx, account, draft, now=now)
    nudges.move(one.id, NudgeState.MADE, of=NudgeState.MADE, outbound_id=sent, now=now)
    nudges.put(made(wish, one.parts, now=now, rules=rules), now=now)


def _is_unwanted(tx: Transaction, student: Student, *, now: datetime) -> bool:
    """Whether something has come between planning and writing."""
    is_away = student.stopped_at is not None or (
        student.paused_until is not None and student.paused_until > now
    )
    wrote = student.last_message_at is not None and now - student.last_message_at < JUST_WROTE
    in_danger = is_in_safety_talk(tx, student.id, now=now)
    return is_away or wrote or in_danger or is_held(tx, student)
