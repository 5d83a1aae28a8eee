"""What a counsellor does on the page of a case: each a plain form, one flow behind each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import TypeVar
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.desk.door import needs
from bot.desk.find_case import case_by
from bot.desk.page import Desk, desk_of, problem
from bot.desk.said import FAULTS, told
from bot.desk.words import words
from companion.errors import BadInput
from companion.flows import case_work
from companion.flows.mark_alarm import mark_alarm
from companion.flows.relay import LONGEST_LINE, close_relay, open_relay, say_to_student
from companion.flows.services import Services
from companion.risk import Level
from companion.staff.cases import Case, FalseAlarm, Outcome
from companion.staff.people import Right, Staff
from companion.store.relays import Through

#: Characters of a reason.
LONGEST_REASON = 500
#: How a case ends without anybody choosing so: a drill, a wish for a person taken back.
NOT_CHOSEN = frozenset({Outcome.TEST, Outcome.WITHDRAWN})
Code = TypeVar("Code", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One press of a button."""

    case: Case
    staff: Staff
    services: Services
    form: FormData = field(repr=False)

    def text(self, name: str) -> str:
        """Return a field without the space around it."""
        value = self.form.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def code(self, name: str, kind: type[Code]) -> Code | None:
        """Return a chosen code; None when nothing, or nothing we know, was chosen."""
        return {each.value: each for each in kind}.get(self.text(name))

    def uuid(self, name: str) -> UUID | None:
        """Return an id; None for anything else."""
        try:
            return UUID(self.text(name))
        except ValueError:
            return None


#: What the page says afterwards: a key under `case.said`.
Done = Callable[[Deed], str]


def routes(_: Desk) -> list[Route]:
    """Return one address per deed."""
    return [
        Route(f"/desk/cases/{{number:int}}/{name}", view(deed), methods=["POST"])
        for name, deed in _DEEDS.items()
    ]


def view(deed: Done) -> Callable[[Request], object]:
    """Return the view that carries a deed out and leads back to the case.

    A script that asked for JSON is told in words what happened instead.
    """

    @needs(Right.CASES)
    async def answer(request: Request, staff: Staff) -> Response:
        desk, number = desk_of(request), request.path_params["number"]
        case = await asyncio.to_thread(case_by, desk, number)
        if case is None:
            return problem(request, HTTPStatus.NOT_FOUND, staff=staff)
        done = Deed(case=case, staff=staff, services=desk.services, form=await request.form())
        said = await asyncio.to_thread(_carried_out, deed, done)
        if "application/json" in request.headers.get("accept", ""):
            outcome = {
                "said": said,
                "ok": said not in FAULTS,
                "text": told(said, words(staff.language)),
            }
            return JSONResponse(outcome, headers={"Cache-Control": "no-store"})
        return RedirectResponse(f"/desk/cases/{number}?said={said}", HTTPStatus.SEE_OTHER)

    return answer


def _carried_out(deed: Done, done: Deed) -> str:
    try:
        return deed(done)
    except BadInput:
        return "not_done"


def _claim(deed: Deed) -> str:
    claimed = case_work.claim(deed.case.id, staff=deed.staff, services=deed.services)
    return "claimed" if claimed.ok else "taken"


def _called(deed: Deed) -> str:
    done = case_work.contacted(deed.case.id, staff=deed.staff, services=deed.services)
    return "called" if done else "too_late"


def _stabilise(deed: Deed) -> str:
    done = case_work.stabilise(deed.case.id, staff=deed.staff, services=deed.services)
    return "stabilised" if done else "too_late"


def _hand_on(deed: Deed) -> str:
    to, reason = deed.text("to"), deed.text("reason")
    if not to:
        return "choose"
    if not 0 < len(reason) <= LONGEST_REASON:
        return "reason"
    whom = None if to == "queue" else deed.uuid("to")
    if to != "queue" and whom is None:
        return "choose"
    done = case_work.hand_on(
        deed.case.id, staff=deed.staff, to=whom, reason=reason, services=deed.services
    )
    return ("given_back" if whom is None else "handed_on") if done else "too_late"


def _level(deed: Deed) -> str:
    level = {level.label: level for level in Level}.get(deed.text("level"))
    reason = deed.text("reason")
    if level is None or level is Level.NONE:
        return "choose"
    if not 0 < len(reason) <= LONGEST_REASON:
        return "reason"
    if not deed.case.is_open:
        return "too_late"
    case_work.set_level(
        deed.case.id, level, staff=deed.staff, reason=reason, services=deed.services
    )
    return "level"


def _close(deed: Deed) -> str:
    outcome, why = deed.code("outcome", Outcome), deed.code("why", FalseAlarm)
    is_false_alarm = outcome is Outcome.FALSE_ALARM
    if deed.case.is_drill:
        outcome, is_false_alarm = Outcome.TEST, False
    elif outcome is None or outcome in NOT_CHOSEN or (is_false_alarm and why is None):
        return "outcome"
    done = case_work.close(
        deed.case.id,
        staff=deed.staff,
        outcome=outcome,
        why=why if is_false_alarm else None,
        services=deed.services,
    )
    return "closed" if done else "too_late"


def _mark(deed: Deed) -> str:
    trigger, why = deed.uuid("trigger"), deed.code("why", FalseAlarm)
    if trigger is None:
        return "choose"
    done = mark_alarm(trigger, why, case_id=deed.case.id, staff=deed.staff, services=deed.services)
    return "marked" if done else "not_done"


def _open(deed: Deed) -> str:
    done = open_relay(deed.case.id, staff=deed.staff, through=Through.DESK, services=deed.services)
    return "opened" if done else "too_late"


def _say(deed: Deed) -> str:
    text = deed.text("text")
    if not text:
        return "empty"
    if len(text) > LONGEST_LINE:
        return "too_long"
    _write_here(deed)
    once = deed.uuid("once")
    sent = say_to_student(
        deed.case.id,
        text,
        staff=deed.staff,
        services=deed.services,
        once=str(once) if once else None,
    )
    return "sent" if sent else "too_late"


def _write_here(deed: Deed) -> None:
    """Let the student's lines come to this page: who writes here reads here."""
    with deed.services.store.reading() as tx:
        running = tx.relays.open_of(deed.case.student_id)
    if running and running.staff_id == deed.staff.id and running.through is not Through.DESK:
        open_relay(deed.case.id, staff=deed.staff, through=Through.DESK, services=deed.services)


def _hand_back(deed: Deed) -> str:
    done = close_relay(deed.case.id, staff=deed.staff, services=deed.services)
    return "ended" if done else "too_late"


_DEEDS: dict[str, Done] = {
    "claim": _claim,
    "called": _called,
    "stabilise": _stabilise,
    "hand-on": _hand_on,
    "level": _level,
    "close": _close,
    "mark": _mark,
    "talk/open": _open,
    "talk/say": _say,
    "talk/close": _hand_back,
}
