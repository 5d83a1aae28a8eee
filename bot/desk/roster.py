"""The roster: a week by duty, its gaps, and the forms that change it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk import fields
from bot.desk.door import needs
from bot.desk.fields import BadField
from bot.desk.page import Desk, desk_of, render
from bot.desk.roster_view import Reader, WeekView, find_hole, shift_text, week_view
from bot.desk.words import words
from companion.errors import BadInput
from companion.flows.plan_roster import (
    LONGEST_NOTE,
    MOST_WEEKS,
    Planned,
    Wish,
    add_shift,
    cover,
    give_shift,
    remove_shift,
    repeat_week,
    swap_shifts,
)
from companion.flows.services import Services
from companion.staff.duty import Duty, Gap
from companion.staff.people import Right, Staff
from companion.staff.week import bounds, monday_of

ADDRESS = "/desk/roster"


def routes(_: Desk) -> list[Route]:
    """Return the page and what its forms are sent to."""
    return [Route(ADDRESS, page), Route(ADDRESS, change, methods=["POST"])]


@needs(Right.ROSTER)
async def page(request: Request, staff: Staff) -> Response:
    """Show a week; `week` is any of its days, this week when it is left out or makes no sense."""
    return await _shown(request, staff)


@needs(Right.ROSTER)
async def change(request: Request, staff: Staff) -> Response:
    """Do what a form asks, and go back to the week; a form that cannot be used is shown again."""
    desk, form = desk_of(request), await request.form()
    do = _DEEDS.get(str(form.get("do", "")))
    if do is None:
        return await _shown(request, staff, fault="choice", form=form)
    try:
        monday = monday_of(fields.day(str(form.get("week", ""))))
        planned = await asyncio.to_thread(do, form, monday, staff, desk.services)
    except BadField as error:
        return await _shown(request, staff, fault=error.name, form=form)
    except BadInput:
        return await _shown(request, staff, fault="stretch", form=form)
    if planned.against:
        return await _shown(request, staff, fault="twice", form=form, against=planned)
    if not planned.done:
        return await _shown(request, staff, fault="gone", form=form)
    done = f"&done={form.get('do')}&n={planned.done}"
    return RedirectResponse(f"{ADDRESS}?week={monday}{done}", HTTPStatus.SEE_OTHER)


async def _shown(
    request: Request,
    staff: Staff,
    *,
    fault: str = "",
    form: Mapping[str, Any] | None = None,
    against: Planned | None = None,
) -> Response:
    desk, query = desk_of(request), request.query_params
    reader = Reader(zone=desk.campus.timezone, language=staff.language, now=desk.now())
    monday = _monday(str((form or query).get("week", "")), reader)
    view = await asyncio.to_thread(_read, desk, monday, reader)
    said = words(staff.language)["fields"]
    chosen = next((one for one in view.shifts if str(one.id) == query.get("shift")), None)
    return render(
        request,
        "desk/roster.html",
        staff=staff,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        view=view,
        reader=reader,
        fault=said[fault] if fault else "",
        against=[shift_text(one, view.names, reader) for one in against.against] if against else (),
        entered={key: str(value) for key, value in (form or {}).items()},
        chosen=chosen,
        chosen_text=shift_text(chosen, view.names, reader) if chosen else "",
        others=[(one.id, shift_text(one, view.names, reader)) for one in view.shifts],
        hole=find_hole(view, query.get("gap", "")),
        done=query.get("done", "") if query.get("done") in _DEEDS else "",
        count=query.get("n", "") if query.get("n", "").isdecimal() else "1",
        duties=tuple(Duty),
        most_weeks=MOST_WEEKS,
    )


def _read(desk: Desk, monday: date, reader: Reader) -> WeekView:
    starts_at, ends_at = bounds(monday, reader.zone)
    with desk.services.store.reading() as tx:
        everybody = tx.members.all()
        shifts = tx.shifts.between(starts_at, ends_at)
    return week_view(
        shifts,
        monday,
        people=[one for one in everybody if one.may(Right.CASES)],
        names={one.id: one.name for one in everybody},
        reader=reader,
    )


def _monday(wish: str, reader: Reader) -> date:
    try:
        return monday_of(fields.day(wish))
    except BadField:
        return monday_of(reader.now.astimezone(reader.zone).date())


# ------------------------------------------------------------ what the forms do

Deed = Callable[[FormData, date, Staff, Services], Planned]


def _add(form: FormData, _: date, staff: Staff, services: Services) -> Planned:
    wish = Wish(
        staff_id=fields.row_id(str(form.get("staff", ""))),
        duty=fields.one_of(str(form.get("duty", "")), Duty),
        day=fields.day(str(form.get("day", ""))),
        starts=fields.clock(str(form.get("starts", ""))),
        ends=fields.clock(str(form.get("ends", ""))),
        note=fields.text(form, "note", most=LONGEST_NOTE),
        weeks=fields.number(str(form.get("weeks", "1")), least=1, most=MOST_WEEKS),
    )
    return add_shift(wish, staff=staff, services=services)


def _cover(form: FormData, _: date, staff: Staff, services: Services) -> Planned:
    duty = fields.one_of(str(form.get("duty", "")), Duty)
    gap = Gap(duty, _moment(form, "from", services), _moment(form, "to", services))
    return cover(gap, by=fields.row_id(str(form.get("staff", ""))), staff=staff, services=services)


def _remove(form: FormData, monday: date, staff: Staff, services: Services) -> Planned:
    shift_id = fields.row_id(str(form.get("shift", "")))
    return remove_shift(shift_id, monday=monday, staff=staff, services=services)


def _give(form: FormData, monday: date, staff: Staff, services: Services) -> Planned:
    shift_id = fields.row_id(str(form.get("shift", "")))
    to = fields.row_id(str(form.get("staff", "")))
    return give_shift(shift_id, to=to, monday=monday, staff=staff, services=services)


def _swap(form: FormData, monday: date, staff: Staff, services: Services) -> Planned:
    one = fields.row_id(str(form.get("shift", "")))
    other = fields.row_id(str(form.get("other", "")))
    return swap_shifts(one, other, monday=monday, staff=staff, services=services)


def _repeat(form: FormData, monday: date, staff: Staff, services: Services) -> Planned:
    weeks = fields.number(str(form.get("weeks", "")), least=1, most=MOST_WEEKS)
    return repeat_week(monday, weeks=weeks, staff=staff, services=services)


def _moment(form: FormData, name: str, services: Services) -> datetime:
    return fields.moment(str(form.get(name, "")), services.campus.timezone)


_DEEDS: Mapping[str, Deed] = {
    "add": _add,
    "cover": _cover,
    "remove": _remove,
    "give": _give,
    "swap": _swap,
    "repeat": _repeat,
}
