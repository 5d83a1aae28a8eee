"""The queue: every open case, the gravest and longest waiting first, with its clock."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.desk.clock import Dial, dial
from bot.desk.door import needs
from bot.desk.on_duty import DutyLine, duty_line, duty_roster
from bot.desk.page import Desk, desk_of, render
from bot.desk.reached import Reached, reached
from bot.desk.spans import moment
from bot.desk.waiting import waiting
from bot.desk.words import Words, words
from companion.risk import Level
from companion.staff.cases import Case
from companion.staff.follow_ups import Task
from companion.staff.ladder import Roster
from companion.staff.people import Right, Staff
from companion.store import Reading

#: How long a closed case stays in sight.
_LATELY = timedelta(hours=24)
_CLOSED_SHOWN = 20
#: More than these are counted, not listed: a phone must still open the page in a flood.
_SHOWN = 100
#: How far the roster is looked at, for clocks that run on duty only and for who is next.
_BACK, _AHEAD = timedelta(days=7), timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the queue."""

    case: Case
    dial: Dial
    #: The owner's name; None while nobody has it.
    owner: str | None
    is_mine: bool
    since: str
    reached: Reached
    closed_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """One task, with the number of its case and since when it waits."""

    task: Task
    number: int
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """All that the page shows."""

    mine: Sequence[Entry]
    others: Sequence[Entry]
    closed: Sequence[Entry]
    #: How many open cases are not listed.
    hidden: int
    #: Drills left out, as in `gravest`.
    unclaimed: int
    #: The gravest level nobody has claimed.
    gravest: Level | None
    drill_waits: bool
    duty: DutyLine
    tasks: Sequence[Todo]


def routes(_: Desk) -> list[Route]:
    """Return the queue and its list alone, which the page fetches when something changed."""
    return [Route("/desk", page), Route("/desk/rows", rows)]


@needs(Right.CASES)
async def page(request: Request, staff: Staff) -> Response:
    """Show the queue."""
    return await _shown(request, staff, "desk/queue.html")


@needs(Right.CASES)
async def rows(request: Request, staff: Staff) -> Response:
    """Show the list of the queue, without the page around it."""
    return await _shown(request, staff, "desk/_rows.html")


async def _shown(request: Request, staff: Staff, template: str) -> Response:
    desk = desk_of(request)
    queue = await asyncio.to_thread(_read, desk, staff)
    return render(request, template, staff=staff, queue=queue)


def _read(desk: Desk, staff: Staff) -> Queue:
    with desk.services.store.reading() as tx:
        return read_queue(tx, desk=desk, staff=staff, now=desk.now())


def read_queue(tx: Reading, *, desk: Desk, staff: Staff, now: datetime) -> Queue:
    """Return the queue as one member of staff sees it."""
    open_cases = tx.cases.queue()
    shifts = tx.shifts.between(now - _BACK, now + _AHEAD)
    members = tx.members.all()
    names = {each.id: each.name for each in members}
    w = words(staff.language)
    roster = duty_roster(members, shifts)
    make = _Maker(tx=tx, desk=desk, staff=staff, now=now, roster=roster, names=names, w=w)
    mine = [case for case in open_cases if case.owner_id == staff.id]
    others = [case for case in open_cases if case.owner_id != staff.id]
    unclaimed = waiting(open_cases)
    closed = tx.cases.closed(after=now - _LATELY, limit=_CLOSED_SHOWN)
    return Queue(
        mine=[make.entry(case) for case in mine],
        others=[make.entry(case) for case in others[:_SHOWN]],
        closed=[make.entry(case) for case in closed],
        hidden=max(0, len(others) - _SHOWN),
        unclaimed=len(unclaimed),
        gravest=max((case.level for case in unclaimed), default=None),
        drill_waits=any(case.is_drill and case.owner_id is None for case in open_cases),
        tasks=[
            Todo(
                task=task,
                number=tx.cases.get(task.case_id).number,
                since=moment(task.created_at, now=now, zone=desk.campus.timezone),
            )
            for task in tx.aftercare.tasks.open()
        ],
        duty=duty_line(members, shifts, now=now, zone=desk.campus.timezone),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    """Makes the lines of one reading."""

    tx: Reading
    desk: Desk
    staff: Staff
    now: datetime
    roster: Roster
    names: Mapping[UUID, str]
    w: Words

    def entry(self, case: Case) -> Entry:
        zone = self.desk.campus.timezone
        clocks = self.desk.campus.clocks
        pages = self.tx.pages.of_case(case.id) if case.is_open else ()
        return Entry(
            case=case,
            dial=dial(case, clocks=clocks, roster=self.roster, now=self.now, w=self.w),
            owner=self._name(case.owner_id),
            is_mine=case.owner_id == self.staff.id,
            since=moment(case.raised_at, now=self.now, zone=zone),
            reached=reached(pages, since=case.raised_at, names=self.names, w=self.w),
            closed_at=moment(case.closed_at, now=self.now, zone=zone) if case.closed_at else "",
        )

    def _name(self, staff_id: UUID | None) -> str | None:
        if staff_id is None:
            return None
        somebody: str = self.w["case"]["somebody"]
        return self.names.get(staff_id, somebody)
