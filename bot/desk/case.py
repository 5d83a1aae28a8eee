"""The page of a case, its live parts, and the reading of the whole talk behind glass."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.case_view import CaseView, read_case
from bot.desk.deeds import LONGEST_REASON, NOT_CHOSEN
from bot.desk.door import needs
from bot.desk.find_case import case_by
from bot.desk.page import Desk, desk_of, problem, render
from bot.desk.said import FAULTS, told
from bot.desk.spoken import Setting, Spoken, spoken, starters
from bot.desk.words import words
from companion.errors import UnknownRow
from companion.flows.case_records import excerpt, open_talk
from companion.risk import Level
from companion.staff.cases import Case, FalseAlarm, Outcome
from companion.staff.people import Right, Staff
from companion.store.relays import Through

#: What the forms offer.
_CHOICES: dict[str, Any] = {
    "levels": [level for level in reversed(Level) if level is not Level.NONE],
    "outcomes": [outcome for outcome in Outcome if outcome not in NOT_CHOSEN],
    "false_alarms": list(FalseAlarm),
}


def routes(_: Desk) -> list[Route]:
    """Return the page, its live parts, and the reading of the whole talk."""
    return [
        Route("/desk/cases/{number:int}", page),
        Route("/desk/cases/{number:int}/live", live),
        Route("/desk/cases/{number:int}/read", read, methods=["POST"]),
    ]


@needs(Right.CASES)
async def page(request: Request, staff: Staff) -> Response:
    """Show a case. While it is open the lines around the alarm are shown, and that is logged."""
    desk = desk_of(request)
    case = await asyncio.to_thread(case_by, desk, request.path_params["number"])
    if case is None:
        return problem(request, HTTPStatus.NOT_FOUND, staff=staff)
    has_lines = case.is_open and not case.is_drill
    lines = await asyncio.to_thread(_excerpt, desk, case, staff) if has_lines else None
    view = await asyncio.to_thread(_read, desk, case, staff)
    code = request.query_params.get("said", "")
    return render(
        request,
        "desk/case.html",
        staff=staff,
        view=view,
        lines=lines,
        said=told(code, words(staff.language), owner=view.owner),
        is_fault=code in FAULTS,
        **_forms(view, staff, desk),
    )


@needs(Right.CASES)
async def live(request: Request, staff: Staff) -> Response:
    """Show the parts of a case that change by themselves; nothing that is audited is read."""
    desk = desk_of(request)
    case = await asyncio.to_thread(case_by, desk, request.path_params["number"])
    if case is None:
        return problem(request, HTTPStatus.NOT_FOUND, staff=staff)
    view = await asyncio.to_thread(_read, desk, case, staff)
    forms = _forms(view, staff, desk)
    return render(request, "desk/_live.html", staff=staff, view=view, **forms)


@needs(Right.CASES)
async def read(request: Request, staff: Staff) -> Response:
    """Show the whole talk, for a reason; without one lead back."""
    desk, number = desk_of(request), request.path_params["number"]
    case = await asyncio.to_thread(case_by, desk, number)
    if case is None:
        return problem(request, HTTPStatus.NOT_FOUND, staff=staff)
    reason = str((await request.form()).get("reason", "")).strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        return RedirectResponse(f"/desk/cases/{number}?said=reason#read", HTTPStatus.SEE_OTHER)
    lines = await asyncio.to_thread(_whole_talk, desk, case, staff, reason)
    return render(request, "desk/reading.html", staff=staff, case=case, reason=reason, lines=lines)


def _forms(view: CaseView, staff: Staff, desk: Desk) -> dict[str, Any]:
    """Return what the forms of a case need."""
    language = view.student.language or desk.campus.language
    return _CHOICES | {"starters": starters(language, name=staff.name), "once": uuid4()}


def _read(desk: Desk, case: Case, staff: Staff) -> CaseView:
    """Return the page; what the page shows to who holds the talk counts as shown."""
    now = desk.now()
    with desk.services.store.reading() as tx:
        view = read_case(tx, tx.cases.get(case.id), desk=desk, staff=staff, now=now)
    running = view.talk.running
    newest = view.talk.newest_unseen
    if running and view.talk.is_mine and running.through is Through.DESK and newest:
        with desk.services.store.transaction() as tx:
            tx.relays.shown(running.id, up_to=newest, now=now)
    return view


def _excerpt(desk: Desk, case: Case, staff: Staff) -> list[Spoken]:
    try:
        lines = excerpt(case.id, staff=staff, services=desk.services)
        with desk.services.store.reading() as tx:
            triggers = {trigger.message_id for trigger in tx.cases.triggers(case.id)}
    except UnknownRow:  # the student erased everything meanwhile
        return []
    return spoken(lines, _setting(desk, staff), triggers=triggers)


def _whole_talk(desk: Desk, case: Case, staff: Staff, reason: str) -> list[Spoken]:
    lines = open_talk(case.id, staff=staff, reason=reason, services=desk.services)
    return spoken(lines, _setting(desk, staff))


def _setting(desk: Desk, staff: Staff) -> Setting:
    return Setting(w=words(staff.language), now=desk.now(), zone=desk.campus.timezone)
