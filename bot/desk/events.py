"""What open pages of the desk are told: that something changed. Ids and counts, never words."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from http import HTTPStatus

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.desk.door import needs, still_in
from bot.desk.find_case import case_by
from bot.desk.page import Desk, desk_of, problem
from companion.errors import StoreUnavailable, UnknownRow
from companion.staff.cases import Case
from companion.staff.people import Right, Staff
from companion.store import Reading

#: How often a page's stream looks at the rows (seconds): the queue, and a talk that goes on.
_QUEUE_STEP, _CASE_STEP = 2.0, 1.0
#: Of so many unclaimed cases the pages are watched too.
_WATCHED = 30
_KEEP_ALIVE = 15  # seconds
#: How often a stream asks whether its browser is still signed in (seconds).
_SIGNED_IN_STEP = 60.0


def routes(_: Desk) -> list[Route]:
    """Return the event streams of the queue and of one case."""
    return [
        Route("/desk/events", queue_events),
        Route("/desk/cases/{number:int}/events", case_events),
    ]


@needs(Right.CASES)
async def queue_events(request: Request, staff: Staff) -> Response:  # noqa: ARG001 - a view
    """Follow the queue: an event `queue` at each change."""
    return _stream(request, "queue", _queue_now, step=_QUEUE_STEP)


@needs(Right.CASES)
async def case_events(request: Request, staff: Staff) -> Response:
    """Follow one case: an event `case` at each change of it or of its talk."""
    desk, number = desk_of(request), request.path_params["number"]
    if await asyncio.to_thread(case_by, desk, number) is None:
        return problem(request, HTTPStatus.NOT_FOUND, staff=staff)

    def look(tx: Reading) -> str:
        return _case_now(tx, number)

    return _stream(request, "case", look, step=_CASE_STEP)


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
    return _digest([alarms([case]), relay and relay.id, talk, pages, triggers, case.outcome])


def _queue_now(tx: Reading) -> str:
    open_cases = tx.cases.queue()
    unclaimed = [case for case in open_cases if case.owner_id is None]
    paged = [
        (page.id, page.state) for case in unclaimed[:_WATCHED] for page in tx.pages.of_case(case.id)
    ]
    tasks = [task.id for task in tx.aftercare.tasks.open()]
    mark = _digest((alarms(open_cases), paged, tasks))
    return json.dumps({"open": len(open_cases), "unclaimed": len(unclaimed), "mark": mark})


def _case_now(tx: Reading, number: int) -> str:
    case = tx.cases.find(number)
    if case is None:
        raise UnknownRow
    return json.dumps({"number": number, "mark": case_mark(tx, case)})


def _stream(
    request: Request, name: str, look: Callable[[Reading], str], *, step: float
) -> Response:
    return EventSourceResponse(
        _events(request, name, look, step=step),
        ping=_KEEP_ALIVE,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(
    request: Request, name: str, look: Callable[[Reading], str], *, step: float
) -> AsyncIterator[ServerSentEvent]:
    """Yield the state now and at each change; ends with the session, or with the database."""
    desk, told, asked = desk_of(request), "", time.monotonic()
    try:
        while True:
            if time.monotonic() - asked >= _SIGNED_IN_STEP:
                asked = time.monotonic()
                if not await still_in(request):
                    return
            found = await asyncio.to_thread(_look, desk, look)
            if found != told:
                told = found
                yield ServerSentEvent(data=found, event=name)
            await asyncio.sleep(step)
    except (StoreUnavailable, UnknownRow):
        return


def _look(desk: Desk, look: Callable[[Reading], str]) -> str:
    with desk.services.store.reading() as tx:
        return look(tx)


def _digest(seen: object) -> str:
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]
