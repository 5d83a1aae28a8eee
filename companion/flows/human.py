"""Asking for a person: told truthfully who is there, waited for in a queue, taken back."""

from __future__ import annotations

from datetime import datetime, timedelta

from companion.flows.escalate import escalate
from companion.flows.hand_back import hand_back
from companion.flows.order import Order
from companion.flows.roster import HORIZON
from companion.language import Language
from companion.messages import Choice
from companion.risk import Level, Verdict
from companion.staff.actions import Action
from companion.staff.cases import Case, Outcome
from companion.staff.duty import Duty
from companion.staff.figures import Step, wait
from companion.staff.ladder import Roster
from companion.staff.people import Right
from companion.store.figures import Period
from companion.texts import say

#: How far back "how long it usually takes" looks.
LOOK_BACK = timedelta(days=30)


def human(order: Order) -> None:
    """Carry out /human: ask, `cancel`, or `back` (the companion shall speak again)."""
    match order.argument.split(" ")[0].lower():
        case "cancel":
            cancel(order)
        case "back":
            _back(order)
        case _:
            ask(order)


def ask(order: Order) -> None:
    """Say who is there, and when; open a case that asks for a person, unless one does already."""
    relay = order.tx.relays.open_of(order.student.id)
    if relay is not None:
        name = order.tx.members.get(relay.staff_id).name
        back = Choice(say("relay.back_button", order.language), "/human back")
        order.answer(_say(order, "here", name=name), back)
        return
    case = order.tx.cases.open_of(order.student.id)
    was_asked = case is not None and case.asked_for
    if not was_asked:
        escalate(order, Verdict(level=Level.NONE), asked_for=True)
        case = order.tx.cases.open_of(order.student.id)
        _audit(order, Action.ASKED, case)
    if case is not None and case.owner_id is not None:
        name = order.tx.members.get(case.owner_id).name
        order.answer(_say(order, "claimed", name=name))
        return
    parts = [_who(order), _line(order), *_told(order, was_asked=was_asked)]
    parts += [_place(order, case), _usual(order), _say(order, "wait")]
    choices = [Choice(_say(order, "cancel_button"), "/human cancel")]
    if case is None or case.level >= Level.MODERATE:
        choices = []
    order.answer("\n\n".join(part for part in parts if part), *choices)


def cancel(order: Order) -> None:
    """Take the wish for a person back; where a risk was seen only a person ends the case."""
    case = order.tx.cases.open_of(order.student.id)
    if case is None or not case.asked_for:
        order.answer(_say(order, "nothing"))
    elif case.level >= Level.MODERATE:
        order.answer(_say(order, "cancel_risk"))
    elif not order.tx.cases.withdraw(case.id):
        holder = order.tx.cases.get(case.id).owner_id
        name = "" if holder is None else order.tx.members.get(holder).name
        order.answer(_say(order, "cancel_claimed", name=name))
    else:
        order.tx.pages.drop(case.id, now=order.now)
        if case.level is Level.NONE:
            order.tx.cases.close(case.id, outcome=Outcome.WITHDRAWN, staff_id=None, now=order.now)
        _audit(order, Action.CANCELLED, case)
        order.answer(_say(order, "cancelled"))


def _back(order: Order) -> None:
    """Let the companion speak again although the counsellor has not handed back."""
    relay = order.tx.relays.open_of(order.student.id)
    if relay is None:
        order.answer(_say(order, "nothing"))
    else:
        hand_back(order.tx, relay.case_id, now=order.now, key="ended_by_student")


def _who(order: Order) -> str:
    staff = tuple(one for one in order.tx.members.all() if one.may(Right.CASES))
    roster = Roster(
        shifts=tuple(order.tx.shifts.between(order.now, order.now + HORIZON)),
        staff=staff,
        reachable=frozenset(one.id for one in staff),
    )
    there = {*roster.on_duty(order.now, Duty.PRIMARY), *roster.on_duty(order.now, Duty.BACKUP)}
    names = [one.name for one in staff if one.id in there]
    if names:
        return _say(order, "on_duty", names=say("page.and", order.language).join(names))
    begins = roster.next_duty(order.now)
    if begins is None:
        return _say(order, "nobody")
    return _say(order, "later", at=_moment(order, begins))


def _line(order: Order) -> str:
    line = order.campus.duty_line
    if line is None:
        return ""
    is_open = line.is_open(order.now, zone=order.campus.timezone)
    return _say(
        order,
        "line_open" if is_open else "line_closed",
        name=line.name[order.language],
        phone=line.phone,
        hours=line.hours_text(order.language),
    )


def _told(order: Order, *, was_asked: bool) -> list[str]:
    can_tell = order.has_pager
    told = _say(order, "told" if can_tell else "not_told")
    if was_asked:
        return [_say(order, "already"), *([] if can_tell else [told])]
    return [told]


def _place(order: Order, case: Case | None) -> str:
    waiting = [one.id for one in order.tx.cases.queue() if one.is_unclaimed and not one.is_drill]
    if case is None or case.id not in waiting:
        return ""
    ahead = waiting.index(case.id)
    return _say(order, "queue", ahead=ahead) if ahead else _say(order, "first")


def _usual(order: Order) -> str:
    """Return how long it took lately; nothing where too few have asked to say so."""
    period = Period(order.now - LOOK_BACK, order.now)
    asked = [one for one in order.tx.figures.times(period) if one.asked_for]
    took = wait(one.took(Step.CLAIM) for one in asked)
    if took.median is None or took.most is None:
        return ""
    return _say(
        order,
        "usual",
        half=_span(took.median, order.language),
        most=_span(took.most, order.language),
    )


def _span(span: timedelta, language: Language) -> str:
    """Return a span in whole minutes, rounded up: what took longer is not promised shorter."""
    minutes = 1 + int(span.total_seconds() // 60)
    hours, rest = divmod(minutes, 60)
    if hours:
        return say("page.waiting_hours", language, hours=hours, minutes=rest)
    return say("page.waiting_minutes", language, minutes=minutes)


def _moment(order: Order, at: datetime) -> str:
    zone = order.campus.timezone
    local, today = at.astimezone(zone), order.now.astimezone(zone).date()
    key = {0: "today", 1: "tomorrow"}.get((local.date() - today).days, "day")
    return _say(order, key, date=f"{local:%m-%d}", time=f"{local:%H:%M}")


def _audit(order: Order, action: Action, case: Case | None) -> None:
    order.tx.audit.add(
        actor="student",
        action=action.value,
        now=order.now,
        case_id=None if case is None else case.id,
        student_id=order.student.id,
    )


def _say(order: Order, key: str, **fields: object) -> str:
    return say(f"human.{key}", order.language, **fields)
