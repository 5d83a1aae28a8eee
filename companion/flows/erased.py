"""Staff are told, without a word, when a student erases everything while in danger."""

from __future__ import annotations

from companion.flows.order import Order
from companion.flows.roster import read_roster, ways_to
from companion.jobs import Job
from companion.risk import Level
from companion.staff.clocks import Who
from companion.staff.ladder import Standing, who_stands
from companion.store import PageDraft, PageReason


def tell_erased(order: Order) -> None:
    """Page whoever holds the student's case, else who is on duty, if it is open and grave.

    To be called before the rows go: the page's own row stays until it was sent.
    """
    tx, case = order.tx, order.tx.cases.open_of(order.student.id)
    if case is None or case.level < Level.HIGH:
        return
    tx.pages.drop(case.id, now=order.now)
    roster = read_roster(tx, channels=order.channels, now=order.now)
    owner = Standing(tuple({case.owner_id} & roster.reachable)) if case.owner_id else Standing()
    standing = (
        owner
        or who_stands(Who.PRIMARY, case, roster, now=order.now)
        or who_stands(Who.EVERYBODY, case, roster, now=order.now)
    )
    for way in ways_to(tx, standing, channels=order.channels):
        draft = PageDraft(
            staff_id=way.staff_id,
            channel_id=way.channel_id,
            kind=way.kind,
            rung=case.rung,
            level=case.level,
            why=PageReason.ERASED,
            dedupe=f"{case.id}:erased:{way.channel_id or way.kind}",
        )
        page_id = tx.pages.add(case.id, draft, now=order.now)
        if page_id is not None:
            tx.enqueue(Job.PAGE, page_id)
