"""What an objection to sharing, or a consent to it, does to the case that is open."""

from __future__ import annotations

from companion.flows.order import Order
from companion.jobs import Job
from companion.risk import Level
from companion.staff.actions import Action
from companion.staff.cases import Case
from companion.store import PageState
from companion.texts import say


def apply_objection(order: Order, *, is_back: bool) -> str:
    """Stop the ladder of the open case where no life is in danger, or begin it (`is_back`).

    Returns what the student is to be told of that case, "" when there is none. Staff who were
    paged see the objection on the case; nobody else is. Safe to run twice.
    """
    tx = order.tx
    case = tx.cases.open_of(order.student.id)
    if case is not None and case.is_drill:
        case = None
    told = ""
    if case is not None:
        told = _begin(order, case) if is_back else _stop(order, case)
    tx.audit.add(
        actor="student",
        action=Action.AGREED if is_back else Action.OBJECTED,
        now=order.now,
        case_id=None if case is None else case.id,
        student_id=order.student.id,
    )
    return told


def _begin(order: Order, case: Case) -> str:
    if not order.tx.cases.allow(case.id, now=order.now) or case.owner_id is not None:
        return ""
    order.tx.enqueue(Job.RAISE, case.id)
    return _say(order, "case_begun", case) if order.has_pager else ""


def _stop(order: Order, case: Case) -> str:
    tx = order.tx
    if case.level >= Level.HIGH:
        return _say(order, "case_grave", case)
    if tx.cases.object(case.id):
        tx.pages.drop(case.id, now=order.now)
    if case.owner_id is not None:
        key = "case_held_asked" if case.asked_for else "case_held"
        return _say(order, key, case, name=tx.members.get(case.owner_id).name)
    if case.asked_for:
        is_all = case.level < Level.MODERATE  # else only a person ends it
        cancel = say("object.case_asked_cancel", order.language) if is_all else ""
        return f"{_say(order, 'case_asked', case)} {cancel}".strip()
    on_its_way = {PageState.SENT, PageState.SENDING}
    was_told = any(page.state in on_its_way for page in tx.pages.of_case(case.id))
    return _say(order, "case_told" if was_told else "case_untold", case)


def _say(order: Order, key: str, case: Case, **fields: object) -> str:
    level = say(f"page.level_{case.level.label}", order.language)
    return say(f"object.{key}", order.language, number=case.number, level=level, **fields)
