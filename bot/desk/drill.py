"""The drill: a button, and who was reached in how many seconds over which channel."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.door import needs
from bot.desk.on_duty import on_duty_now
from bot.desk.page import Desk, desk_of, problem, render
from companion.flows.drill import START, end_drill, start_drill
from companion.staff.cases import Case
from companion.staff.drills import LASTS, NOBODY
from companion.staff.people import ChannelKind, Right, Staff
from companion.store import Page, PageState, Reading

ADDRESS = "/desk/drill"
_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One page of a drill: who, over what, and how it went."""

    #: None: a channel of the whole campus.
    name: str | None
    channel: ChannelKind
    rung: int
    state: PageState
    #: Seconds from the alarm to the channel's answer; None while there is none.
    after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one drill."""

    case: Case
    #: Who pressed the button; None: the weekly plan.
    by: str | None
    attempts: Sequence[Attempt]
    #: Seconds until the first page was taken, and until somebody claimed.
    reached_after: int | None
    claimed_after: int | None
    claimed_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drills:
    """All that the page shows."""

    running: Result | None
    past: Sequence[Result]
    is_anybody_on_duty: bool


def routes(_: Desk) -> list[Route]:
    """Return the page and its button."""
    return [Route(ADDRESS, page), Route(ADDRESS, press, methods=["POST"])]


@needs(Right.DRILL)
async def page(request: Request, staff: Staff) -> Response:
    """Show the button and what came of earlier drills."""
    desk = desk_of(request)
    drills = await asyncio.to_thread(_read, desk)
    said = request.query_params.get("done", "")
    return render(
        request,
        "desk/drill.html",
        staff=staff,
        drills=drills,
        minutes=int(LASTS.total_seconds() // 60),
        plan=desk.campus.weekly_drill,
        done=said if said in {"started", "stopped"} else "",
        may_open=staff.may(Right.CASES),
    )


@needs(Right.DRILL)
async def press(request: Request, staff: Staff) -> Response:
    """Start a drill, or end the one that runs."""
    do, desk = (await request.form()).get("do"), desk_of(request)
    if do == "end":
        await asyncio.to_thread(_end, desk, staff)
        return RedirectResponse(f"{ADDRESS}?done=stopped", HTTPStatus.SEE_OTHER)
    if do == "start":
        await asyncio.to_thread(start_drill, staff=staff, services=desk.services)
        return RedirectResponse(f"{ADDRESS}?done=started", HTTPStatus.SEE_OTHER)
    return problem(request, HTTPStatus.BAD_REQUEST, staff=staff)


def result_of(
    case: Case, pages: Sequence[Page], *, names: Mapping[UUID, str], by: str | None
) -> Result:
    """Return what came of a drill; `names` are those of everybody who was paged."""
    made = (_attempt(page, case.opened_at, names) for page in pages)
    attempts = sorted(made, key=lambda one: (one.rung, one.after is None, one.after or 0))
    taken = [one.after for one in attempts if one.state is PageState.SENT and one.after is not None]
    return Result(
        case=case,
        by=by,
        attempts=attempts,
        reached_after=min(taken, default=None),
        claimed_after=_seconds(case.opened_at, case.claimed_at),
        claimed_by=names.get(case.owner_id) if case.owner_id else None,
    )


def _end(desk: Desk, staff: Staff) -> None:
    with desk.services.store.reading() as tx:
        running = tx.cases.open_of(NOBODY)
    if running is not None:
        end_drill(running.id, staff=staff, services=desk.services)


def _read(desk: Desk) -> Drills:
    now = desk.now()
    with desk.services.store.reading() as tx:
        members = tx.members.all()
        shifts = tx.shifts.between(now, now + LASTS)
        names = {one.id: one.name for one in members}
        results = [_result(tx, case, names) for case in tx.cases.all_of(NOBODY)[:_SHOWN]]
    return Drills(
        running=next((one for one in results if one.case.is_open), None),
        past=[one for one in results if not one.case.is_open],
        is_anybody_on_duty=bool(on_duty_now(members, shifts, now=now)),
    )


def _result(tx: Reading, case: Case, names: Mapping[UUID, str]) -> Result:
    began = next((line for line in tx.audit.of_case(case.id) if line.action == START), None)
    by = None if began is None or began.actor == "system" else names.get(UUID(began.actor), "?")
    return result_of(case, tx.pages.of_case(case.id), names=names, by=by)


def _attempt(page: Page, began: datetime, names: Mapping[UUID, str]) -> Attempt:
    return Attempt(
        name=None if page.staff_id is None else names.get(page.staff_id, "?"),
        channel=page.kind,
        rung=page.rung,
        state=page.state,
        after=_seconds(began, page.settled_at),
    )


def _seconds(began: datetime, ended: datetime | None) -> int | None:
    return None if ended is None else max(0, round((ended - began).total_seconds()))
