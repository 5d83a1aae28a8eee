"""What open pages of the desk are told: that something changed. Ids and counts, never words."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.desk.door import needs, still_in
from bot.desk.find_case import case_by
from bot.desk.on_duty import on_duty_now
from bot.desk.page import Desk, desk_of, problem
from bot.desk.waiting import waiting
from companion.errors import StoreUnavailable, UnknownRow
from companion.ports import DESK_BELL
from companion.staff.cases import Case
from companion.staff.people import Right, Staff
from companion.store import Reading

#: How long a page waits for a ring before it looks by itself (seconds).
_LOOK_STEP = 10.0
_LOOK_STEP_WITHOUT_BELL = 1.0
#: Rings that come within so many seconds of each other are one look: a flood of alarms must not
#: become a flood of reading.
_TOGETHER = 0.2
#: Of so many unclaimed cases the pages are watched too.
_WATCHED = 30
_KEEP_ALIVE = 15  # seconds
#: How often a stream asks whether its browser is still signed in (seconds).
_SIGNED_IN_STEP = 60.0

Look = Callable[[Reading, datetime], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watched:
    """What one stream follows: events by name, each with how to see its state now."""

    looks: Mapping[str, Look]
    #: Whose bells wake it.
    bells: Sequence[UUID] = (DESK_BELL,)
    told: dict[str, str] = field(default_factory=dict)

    def news(self, found: Mapping[str, str]) -> list[ServerSentEvent]:
        """Return an event for everything that is not as it was told last."""
        fresh = {name: state for name, state in found.items() if self.told.get(name) != state}
        self.told.update(fresh)
        return [ServerSentEvent(data=state, event=name) for name, state in fresh.items()]


def routes(_: Desk) -> list[Route]:
    """Return the event streams of the queue and of one case."""
    return [
        Route("/desk/events", queue_events),
        Route("/desk/cases/{number:int}/events", case_events),
    ]


@needs(Right.CASES)
async def queue_events(request: Request, staff: Staff) -> Response:  # noqa: ARG001 - a view
    """Follow the queue: an event `queue` at each change."""
    return _stream(request, _Watched(looks={"queue": _queue_now}))


@needs(Right.CASES)
async def case_events(request: Request, staff: Staff) -> Response:  # noqa: ARG001 - a view
    """Follow one case, an event `case` at each change of it or of its talk; and the queue."""
    desk, number = desk_of(request), request.path_params["number"]
    case = await asyncio.to_thread(case_by, desk, number)
    if case is None:
        return problem(request, HTTPStatus.NOT_FOUND)

    def look(tx: Reading, _: datetime) -> str:
        return _case_now(tx, number)

    looks: dict[str, Look] = {"case": look, "queue": _queue_now}
    return _stream(request, _Watched(looks=looks, bells=(DESK_BELL, case.student_id)))


def alarms(cases: Sequence[Case]) -> str:
    """Return a word that changes whenever the queue looks different to anybody."""
    return _digest([replace(case, owner_seen_at=None) for case in cases])


def case_mark(tx: Reading, case: Case) -> str:
    """Return a word that changes whenever the page of a case looks different."""
    relay = tx.relays.open_of(case.student_id)
    lines = tx.relays.lines(relay.id) if relay is not None else ()
    pages = [(page.id, page.state) for page in tx.pages.of_case(case.id)]
    talk = [(line.seq, line.state) for line in lines]
    triggers = [(one.id, one.false_alarm) for one in tx.cases.triggers(case.id)]
    contacts = [(one.number, one.state) for one in tx.aftercare.follow_ups.of_case(case.id)]
    tasks = [(one.id, one.done_at) for one in tx.aftercare.tasks.of_case(case.id)]
    logged = len(tx.audit.of_case(case.id))
    seen = [alarms([case]), relay and relay.id, talk, pages, triggers, contacts, tasks, logged]
    return _digest([seen, case.outcome])


def _queue_now(tx: Reading, now: datetime) -> str:
    open_cases = tx.cases.queue()
    unclaimed = [case for case in open_cases if case.owner_id is None]
    paged = [
        (page.id, page.state) for case in unclaimed[:_WATCHED] for page in tx.pages.of_case(case.id)
    ]
    tasks = [task.id for task in tx.aftercare.tasks.open()]
    present = on_duty_now(tx.members.all(), tx.shifts.between(now, now), now=now)
    mark = _digest((alarms(open_cases), paged, tasks, present))
    ringing = [f"{case.number}:{case.raised_at.isoformat()}" for case in unclaimed]
    counts = {"open": len(open_cases), "unclaimed": len(waiting(open_cases))}
    return json.dumps(counts | {"alarms": ringing, "mark": mark})


def _case_now(tx: Reading, number: int) -> str:
    case = tx.cases.find(number)
    if case is None:
        raise UnknownRow
    return json.dumps({"number": number, "mark": case_mark(tx, case)})


def _stream(request: Request, watched: _Watched) -> Response:
    return EventSourceResponse(
        _events(request, watched),
        ping=_KEEP_ALIVE,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(request: Request, watched: _Watched) -> AsyncIterator[ServerSentEvent]:
    """Yield the state now and at each change; ends with the session, or with the database."""
    desk, asked = desk_of(request), time.monotonic()
    with desk.watch.on(*watched.bells) as bell:
        while True:
            bell.clear()
            try:
                if time.monotonic() - asked >= _SIGNED_IN_STEP:
                    asked = time.monotonic()
                    if not await still_in(request):
                        return
                found = await asyncio.to_thread(_look, desk, watched.looks)
            except (StoreUnavailable, UnknownRow):
                return
            for event in watched.news(found):
                yield event
            with suppress(TimeoutError):
                step = _LOOK_STEP if desk.watch.is_ringing else _LOOK_STEP_WITHOUT_BELL
                await asyncio.wait_for(bell.wait(), step)
                await asyncio.sleep(_TOGETHER)


def _look(desk: Desk, looks: Mapping[str, Look]) -> dict[str, str]:
    now = desk.now()
    with desk.services.store.reading() as tx:
        return {name: look(tx, now) for name, look in looks.items()}


def _digest(seen: object) -> str:
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]
