"""Caring contacts after a closed case, and what happens when they meet silence, or an answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from companion.flows.make_task import make_task
from companion.flows.sending import send
from companion.flows.services import Services
from companion.language import Language
from companion.messages import Choice, OutboundKind, OutboundState
from companion.people.student import Student
from companion.staff.actions import Action
from companion.staff.cases import Case, CaseState
from companion.staff.follow_ups import (
    APART,
    PATIENCE,
    FollowUp,
    FollowUpState,
    TaskKind,
    due_times,
    highest,
    is_day,
    is_silence,
    is_wanted,
    which_wording,
)
from companion.staff.people import Staff
from companion.store import Draft, PastTurn, Reading, Transaction
from companion.texts import say, wording

#: How many contacts one tick looks at; the next tick sees the rest.
_BATCH: Final = 200


def plan_follow_ups(tx: Transaction, case: Case, *, staff: Staff, now: datetime) -> None:
    """Plan the caring contacts of a case that was closed just now, in the name of who closed it.

    None for false alarms, doubles and drills, nor for students who stopped the companion, want
    no contacts, or erased everything. What an earlier case had planned is dropped. Safe to run
    twice.
    """
    triggers = tx.cases.triggers(case.id)  # none: the student erased everything
    level = highest(case, triggers)
    if not triggers or not is_wanted(case, level=level):
        return
    student = tx.students.get(case.student_id)
    if student.stopped_at is None and not refuses_care(tx, student.id):
        follow_ups = tx.aftercare.follow_ups
        follow_ups.stop(student.id, but=case.id)
        follow_ups.plan(case, staff_id=staff.id, times=due_times(level, now))


def refuses_care(tx: Transaction, student_id: UUID) -> bool:
    """Whether the student said that they want no caring contacts, and did not take it back."""
    said = [
        entry.action
        for entry in tx.audit.of_student(student_id)
        if entry.action in {Action.CARE_OFF, Action.CARE_ON}
    ]
    return bool(said) and said[-1] == Action.CARE_OFF


def heard_again(tx: Transaction, student_id: UUID, now: datetime) -> None:
    """Note that a student wrote, whatever it was: every contact that left is answered by it."""
    tx.aftercare.follow_ups.heard(student_id, now=now)


def not_closed(tx: Reading, student_id: UUID, turns: Sequence[PastTurn]) -> Sequence[PastTurn]:
    """Leave out what was said before a person closed a case of this student.

    A person has answered for it: else a "thank you" after a caring contact would be judged by
    the words of the worst night, and open the case anew.
    """
    closed = [one.closed_at for one in tx.cases.all_of(student_id) if one.closed_at is not None]
    return [turn for turn in turns if turn.at > max(closed)] if closed else turns


def name_earlier(tx: Transaction, case_id: UUID, *, now: datetime) -> None:
    """Write into the log which closed case a case that was opened just now follows."""
    case = tx.cases.get(case_id)
    earlier = [
        one
        for one in tx.cases.all_of(case.student_id)
        if one.state is CaseState.CLOSED and one.id != case_id and not one.is_drill
    ]
    if earlier and case.opened_at == now:
        tx.audit.add(
            actor="system",
            action=Action.FOLLOWS,
            now=now,
            case_id=case_id,
            student_id=case.student_id,
            detail={"earlier": earlier[0].number},
        )


def follow_up(*, services: Services) -> None:
    """Send the caring contacts that are due, by day only, and see which met silence.

    Raises StoreUnavailable. Safe to run twice.
    """
    now = services.clock.now()
    if is_day(now, services.campus.timezone):
        with services.store.reading() as tx:
            due = tx.aftercare.follow_ups.due(now=now, limit=_BATCH)
        for one in due:
            _send(one, now=now, services=services)
    with services.store.reading() as tx:
        waiting = tx.aftercare.follow_ups.waiting(sent_before=now - PATIENCE, limit=_BATCH)
    for one in waiting:
        _note_silence(one, now=now, services=services)


def tick_off(task_id: UUID, *, staff: Staff, services: Services) -> bool:
    """Note that somebody did a task; False when it was ticked off before.

    Raises UnknownRow, StoreUnavailable. Safe to run twice.
    """
    now = services.clock.now()
    with services.store.transaction() as tx:
        task = tx.aftercare.tasks.get(task_id)
        if not tx.aftercare.tasks.tick(task_id, staff_id=staff.id, now=now):
            return False
        case = tx.cases.get(task.case_id)
        tx.audit.add(
            actor=str(staff.id),
            action=Action.TASK_DONE,
            now=now,
            case_id=case.id,
            student_id=case.student_id,
            detail={"task": task.kind.value},
        )
    return True


def _send(one: FollowUp, *, now: datetime, services: Services) -> None:
    with services.store.transaction() as tx:
        follow_ups = tx.aftercare.follow_ups
        others = follow_ups.of_student(one.student_id)
        if any(other.sent_at and now - other.sent_at < APART for other in others):
            return
        account = tx.students.latest_account(one.student_id)
        if not account.reachable:
            if follow_ups.move(one.id, FollowUpState.REFUSED, of={FollowUpState.PLANNED}):
                _task(tx, one, TaskKind.UNREACHABLE, now=now, services=services)
        elif follow_ups.sent(one.id, now=now):
            student = tx.students.get(one.student_id)
            send(tx, account, _letter(tx, one, student), now=now)


def _letter(tx: Transaction, one: FollowUp, student: Student) -> Draft:
    """Return what the student reads: no question, no request, and a button that ends it."""
    language = student.language
    name = _closer(tx, one.staff_id, language)
    lines = wording("care.lines", language)
    case = tx.cases.get(one.case_id)
    line = lines[which_wording(case.number, one.number, count=len(lines))]
    return Draft(
        kind=OutboundKind.NOTICE,
        text=f"{line.format(name=name)}\n\n{say('care.from', language, name=name)}",
        choices=(
            Choice(say("care.human", language), "/human"),
            Choice(say("care.stop", language), "/care stop"),
        ),
        dedupe=_dedupe(one),
    )


def _closer(tx: Transaction, staff_id: UUID, language: Language) -> str:
    """Return the name of who closed the case; who has left is the centre's voice."""
    staff = tx.members.get(staff_id)
    return say("care.centre", language) if staff.disabled_at else staff.name


def _note_silence(one: FollowUp, *, now: datetime, services: Services) -> None:
    with services.store.transaction() as tx:
        follow_ups = tx.aftercare.follow_ups
        letter = tx.outbound.find(one.student_id, _dedupe(one))
        was_refused = letter is not None and letter.state is OutboundState.REFUSED
        state = FollowUpState.REFUSED if was_refused else FollowUpState.SILENT
        if not follow_ups.move(one.id, state, of={FollowUpState.SENT}):
            return
        if was_refused:
            _task(tx, one, TaskKind.UNREACHABLE, now=now, services=services)
        elif is_silence(follow_ups.of_case(one.case_id)):
            _task(tx, one, TaskKind.SILENT, now=now, services=services)


def _task(
    tx: Transaction, one: FollowUp, kind: TaskKind, *, now: datetime, services: Services
) -> None:
    """Leave it to whoever closed the case."""
    make_task(tx, one.case_id, kind, whom=one.staff_id, channels=services.channels, now=now)


def _dedupe(one: FollowUp) -> str:
    return f"follow_up:{one.id}"
