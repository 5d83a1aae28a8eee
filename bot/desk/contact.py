"""The emergency contact: shown to one named person who presses, or written to in their name."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.deeds import LONGEST_REASON
from bot.desk.door import needs
from bot.desk.find_case import case_by
from bot.desk.page import Desk, desk_of, problem, render
from bot.desk.spans import moment
from companion.errors import BadInput
from companion.flows.contact import Used, use_contact
from companion.staff.cases import Case
from companion.staff.people import Right, Staff


def routes(_: Desk) -> list[Route]:
    """Return the address that uses the contact; each use is on record."""
    return [Route("/desk/cases/{number:int}/contact", use, methods=["POST"])]


@needs(Right.CASES)
async def use(request: Request, staff: Staff) -> Response:
    """Show whom to call, or write to them; a second time within a day only with a reason."""
    desk, number = desk_of(request), request.path_params["number"]
    case = await asyncio.to_thread(case_by, desk, number)
    if case is None:
        return problem(request, HTTPStatus.NOT_FOUND, staff=staff)
    used = await asyncio.to_thread(_use, desk, case, staff, await request.form())
    if used is None or (used.details is None and used.used_at is None):
        return RedirectResponse(f"/desk/cases/{number}?said=not_done", HTTPStatus.SEE_OTHER)
    used_at = ""
    if used.used_at is not None:
        used_at = moment(used.used_at, now=desk.now(), zone=desk.campus.timezone)
    return render(request, "desk/contact.html", staff=staff, case=case, used=used, used_at=used_at)


def _use(desk: Desk, case: Case, staff: Staff, form: FormData) -> Used | None:
    reason = str(form.get("reason", "")).strip()[:LONGEST_REASON]
    try:
        return use_contact(
            case.id,
            staff=staff,
            reason=reason,
            services=desk.services,
            write=bool(form.get("write")),
        )
    except BadInput:
        return None
