"""What a person must still do after a case was closed: ticked off in the queue or on the case."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.door import needs
from bot.desk.page import Desk, desk_of
from companion.flows.follow_up import tick_off
from companion.staff.people import Right, Staff


def routes(_: Desk) -> list[Route]:
    """Return the address that ticks a task off."""
    return [Route("/desk/tasks/{task:uuid}/done", done, methods=["POST"])]


@needs(Right.CASES)
async def done(request: Request, staff: Staff) -> Response:
    """Note that a task was done, and lead back; who comes second changes nothing."""
    task, services = request.path_params["task"], desk_of(request).services
    await asyncio.to_thread(tick_off, task, staff=staff, services=services)
    case = str((await request.form()).get("case", ""))
    back = f"/desk/cases/{int(case)}?said=task_done" if case.isdecimal() else "/desk"
    return RedirectResponse(back, HTTPStatus.SEE_OTHER)
