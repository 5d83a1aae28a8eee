"""Caring contacts in the student's hands: what is planned, none any more, or again."""

from __future__ import annotations

from companion.flows.follow_up import refuses_care
from companion.flows.order import Order
from companion.messages import Choice
from companion.staff.actions import Action
from companion.staff.follow_ups import FollowUpState, by_day
from companion.texts import say


def manage_care(order: Order) -> None:
    """Say what is planned; stop it with one word; allow it again."""
    match order.argument:
        case "stop":
            order.tx.aftercare.follow_ups.stop(order.student.id)
            _log(order, Action.CARE_OFF)
            again = Choice(say("care.want", order.language), "/care on")
            order.answer(say("care.stopped", order.language), again)
        case "on":
            _log(order, Action.CARE_ON)
            order.answer(say("care.resumed", order.language))
        case _:
            _show(order)


def _show(order: Order) -> None:
    planned = [
        one.due_at
        for one in order.tx.aftercare.follow_ups.of_student(order.student.id)
        if one.state is FollowUpState.PLANNED
    ]
    if not planned:
        again = [Choice(say("care.want", order.language), "/care on")]
        wants_none = refuses_care(order.tx, order.student.id)
        order.answer(say("care.none", order.language), *(again if wants_none else []))
        return
    first = by_day(min(planned), order.campus.timezone).astimezone(order.campus.timezone)
    text = say("care.planned", order.language, count=len(planned), at=f"{first:%Y-%m-%d}")
    order.answer(text, Choice(say("care.stop", order.language), "/care stop"))


def _log(order: Order, action: Action) -> None:
    order.tx.audit.add(actor="student", action=action, now=order.now, student_id=order.student.id)
