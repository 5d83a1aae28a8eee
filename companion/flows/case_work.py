"""What staff do with a case: claim, call, hand on, note, read, close. Each step is audited."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from companion.errors import BadInput, UnknownRow
from companion.flows.case_audit import audit, needed
from companion.flows.case_records import excerpt, keep_note, open_talk, sign_note
from companion.flows.follow_up import plan_follow_ups
from companion.flows.hand_back import hand_back
from companion.flows.sending import send
from companion.flows.services import Services
from companion.jobs import Job
from companion.messages import OutboundKind
from companion.risk import Level
from companion.staff.actions import Action
from companion.staff.cases import Case, CaseState, FalseAlarm, Outcome
from companion.staff.people import Right, Role, Staff
from companion.store import Draft, PageDraft, PageReason, Transaction
from companion.texts import say

__all__ = [
    "Claimed",
    "claim",
    "close",
    "contacted",
    "excerpt",
    "hand_on",
    "keep_note",
    "note_contact",
    "open_talk",
    "set_level",
    "sign_note",
    "stabilise",
]


@dataclass(frozen=True, slots=True)
class Claimed:
    """The outcome of "mine": whether it is, and whose the case is now."""

    ok: bool
    #: None when the case is closed.
    owner: Staff | None


def claim(case_id: UUID, *, staff: Staff, services: Services) -> Claimed:
    """Take a case. Of two who press at once one wins, and the other is told who.

    Raises UnknownRow, StoreUnavailable. Safe to run twice.
    """
    now = services.clock.now()
    with services.store.transaction() as tx:
        won = _take(tx, case_id, staff=staff, now=now)
        case = tx.cases.get(case_id)
        is_owner = case.is_open and case.owner_id == staff.id
        holder = tx.members.get(case.owner_id) if case.is_open and case.owner_id else None
        if won:
            _tell_claimed(tx, case, staff=staff, now=now)
    return Claimed(ok=is_owner, owner=holder)


def contacted(case_id: UUID, *, staff: Staff, services: Services) -> bool:
    """Note the first contact ("Called"), and take the case if nobody has it.

    False when somebody else has it or it is closed. Raises UnknownRow, StoreUnavailable.
    Safe to run twice.
    """
    now = services.clock.now()
    with services.store.transaction() as tx:
        _take(tx, case_id, staff=staff, now=now)
        return note_contact(tx, case_id, staff=staff, now=now)


def note_contact(tx: Transaction, case_id: UUID, *, staff: Staff, now: datetime) -> bool:
    """Note that the owner has spoken with the student; True also when it was noted before."""
    of = {CaseState.CLAIMED, CaseState.IN_CONTACT}
    return _move(tx, case_id, CaseState.IN_CONTACT, of, staff=staff, now=now)


def stabilise(case_id: UUID, *, staff: Staff, services: Services) -> bool:
    """Note that the student is safe for now; False when it is not one's own open case.

    Raises UnknownRow, StoreUnavailable. Safe to run twice.
    """
    now = services.clock.now()
    of = {CaseState.CLAIMED, CaseState.IN_CONTACT, CaseState.STABILISED}
    with services.store.transaction() as tx:
        return _move(tx, case_id, CaseState.STABILISED, of, staff=staff, now=now)


def hand_on(
    case_id: UUID, *, staff: Staff, to: UUID | None, reason: str, services: Services
) -> bool:
    """Hand a case to somebody, who is paged, or back to the queue (`to` is None).

    Only the owner and supervisors may; False otherwise, and when it changed hands meanwhile.
    An open relay is handed back first. Raises BadInput for a blank reason or for somebody who
    takes no cases, UnknownRow, StoreUnavailable.
    """
    why = needed(reason)
    now = services.clock.now()
    with services.store.transaction() as tx:
        case = tx.cases.get(case_id)
        if to is not None and not _takes_cases(tx, to):
            raise BadInput("nobody who takes cases has this account")
        if not _may_decide(case, staff) or to == case.owner_id:
            return False
        if not tx.cases.give(case_id, owner=case.owner_id, to=to, now=now):
            return False
        hand_back(tx, case_id, now=now)
        detail: dict[str, object] = {"to": str(to) if to else "queue"}
        audit(tx, Action.HAND_ON, case, staff=staff, now=now, detail=detail, reason=why)
        if to is None:
            tx.enqueue(Job.RAISE, case_id)
        else:
            _page_one(tx, case, to, now=now)
    return True


def set_level(
    case_id: UUID, level: Level, *, staff: Staff, reason: str, services: Services
) -> None:
    """Change the level: a person, and only a person, may lower it.

    Raises BadInput for a blank reason, UnknownRow, StoreUnavailable.
    """
    why = needed(reason)
    with services.store.transaction() as tx:
        case = tx.cases.get(case_id)
        if not case.is_open or case.level is level:
            return
        tx.cases.set_level(case_id, level)
        detail: dict[str, object] = {"from": case.level.label, "to": level.label}
        now = services.clock.now()
        audit(tx, Action.LEVEL, case, staff=staff, now=now, detail=detail, reason=why)
        tx.cases.seen(case_id, staff_id=staff.id, now=now)


def close(
    case_id: UUID,
    *,
    staff: Staff,
    outcome: Outcome,
    why: FalseAlarm | None,
    services: Services,
) -> bool:
    """Close a case with an outcome, hand back an open relay and plan the follow-ups.

    Only the owner and supervisors may; False otherwise, and when it is closed. A false alarm
    needs its reason, which marks every trigger that nobody marked; a drill ends as a test.
    Raises BadInput, UnknownRow, StoreUnavailable. Safe to run twice.
    """
    if (outcome is Outcome.FALSE_ALARM) is (why is None):
        raise BadInput("a false alarm needs its reason, and nothing else has one")
    now = services.clock.now()
    with services.store.transaction() as tx:
        case = tx.cases.get(case_id)
        if case.is_drill:
            outcome, why = Outcome.TEST, None
        if not _may_decide(case, staff):
            return False
        if not tx.cases.close(case_id, outcome=outcome, staff_id=staff.id, now=now):
            return False
        hand_back(tx, case_id, now=now)
        tx.pages.drop(case_id, now=now)
        if why is not None:
            for trigger in tx.cases.triggers(case_id):
                if trigger.false_alarm is None:
                    tx.cases.mark(trigger.id, why, staff_id=staff.id, now=now)
        detail: dict[str, object] = {"outcome": outcome.value, "why": why.value if why else ""}
        audit(tx, Action.CLOSE, case, staff=staff, now=now, detail=detail)
        plan_follow_ups(tx, tx.cases.get(case_id), staff=staff, now=now)
    return True


def _take(tx: Transaction, case_id: UUID, *, staff: Staff, now: datetime) -> bool:
    """Claim for somebody; True only when this very call did it."""
    won = tx.cases.claim(case_id, staff_id=staff.id, now=now)
    if won:
        tx.pages.drop(case_id, now=now)
        audit(tx, Action.CLAIM, tx.cases.get(case_id), staff=staff, now=now)
    return won


def _tell_claimed(tx: Transaction, case: Case, *, staff: Staff, now: datetime) -> None:
    """Tell the student who has taken the case; whoever has left is not written to."""
    student = tx.students.get(case.student_id)
    if case.is_drill or (student.stopped_at and student.stopped_at >= case.opened_at):
        return
    draft = Draft(
        kind=OutboundKind.NOTICE,
        text=say("relay.claimed", student.language, name=staff.name),
        dedupe=f"claimed:{case.id}:{staff.id}",
    )
    send(tx, tx.students.latest_account(student.id), draft, now=now)


def _move(
    tx: Transaction,
    case_id: UUID,
    state: CaseState,
    of: Collection[CaseState],
    *,
    staff: Staff,
    now: datetime,
) -> bool:
    case = tx.cases.get(case_id)
    if case.owner_id != staff.id or not tx.cases.move(case_id, state, of=of, now=now):
        return False
    tx.cases.seen(case_id, staff_id=staff.id, now=now)
    if case.state is not state:
        action = Action.CONTACT if state is CaseState.IN_CONTACT else Action.STABILISE
        audit(tx, action, case, staff=staff, now=now)
    return True


def _may_decide(case: Case, staff: Staff) -> bool:
    """Whether somebody may hand a case on or close it: its owner, or a supervisor."""
    return case.owner_id == staff.id or staff.role is Role.SUPERVISOR


def _takes_cases(tx: Transaction, staff_id: UUID) -> bool:
    try:
        return tx.members.get(staff_id).may(Right.CASES)
    except UnknownRow:
        return False


def _page_one(tx: Transaction, case: Case, staff_id: UUID, *, now: datetime) -> None:
    """Page one person, over every channel they have, for a case that is theirs now."""
    for channel in tx.members.channels(staff_id):
        draft = PageDraft(
            staff_id=staff_id,
            channel_id=channel.id,
            kind=channel.kind,
            rung=0,
            level=case.level,
            why=PageReason.GIVEN,
            dedupe=f"{case.id}:{now.isoformat()}:given:{channel.id}",
        )
        page_id = tx.pages.add(case.id, draft, now=now)
        if page_id is not None:
            tx.enqueue(Job.PAGE, page_id)
