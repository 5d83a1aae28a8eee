"""What a card may truthfully say about people, read from the case and the roster."""

from __future__ import annotations

from companion.flows.order import Order
from companion.flows.roster import read_roster
from companion.people.student import Purpose
from companion.risk import Level, Verdict
from companion.safety.people import NOBODY, People, Reach
from companion.staff.cases import Case


def people_there(order: Order, verdict: Verdict) -> People:
    """Return whether a person knows of this, is being told, or is there later.

    `verdict` is the one whose page leaves with the card; below MODERATE none does.
    """
    case = order.tx.cases.open_of(order.student.id)
    if case is not None and case.level >= verdict.level and _was_told(case):
        return People(Reach.TOLD)
    return _on_duty(order) if _is_paged(order, verdict) else NOBODY


def alert_about(order: Order) -> Reach:
    """Return what became of the alert that the student's open case gave rise to."""
    case = order.tx.cases.open_of(order.student.id)
    if case is None or not case.may_page:
        return Reach.NOBODY
    return Reach.TOLD if case.notified_at is not None else _on_duty(order).reach


def _on_duty(order: Order) -> People:
    """Return whom a page reaches now, or when it will."""
    roster = read_roster(order.tx, channels=order.channels, now=order.now)
    if roster.is_staffed(order.now):
        return People(Reach.TELLING)
    begins = roster.next_duty(order.now)
    if begins is not None:
        return People(Reach.COMING, begins)
    return People(Reach.TELLING if roster.has_group else Reach.UNREACHED)


def _was_told(case: Case) -> bool:
    """Whether a page was taken since the level last rose."""
    at = case.notified_at
    return case.may_page and at is not None and at >= case.raised_at


def _is_paged(order: Order, verdict: Verdict) -> bool:
    is_allowed = verdict.level >= Level.HIGH or order.student.allows(Purpose.STAFF_ALERT)
    return verdict.level.needs_card and is_allowed
