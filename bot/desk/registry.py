"""The hotline registry: what students are shown, what is out of date, who dialled what."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk import fields
from bot.desk.door import needs
from bot.desk.fields import BadField
from bot.desk.page import Desk, desk_of, render
from bot.desk.words import words
from companion.errors import BadInput
from companion.flows.check_line import check_line
from companion.risk.hotlines import Line, LineKind, LineStatus, registry
from companion.staff.people import Right, Staff
from companion.store.figures import Check, CheckResult

ADDRESS = "/desk/registry"


class Due(StrEnum):
    """Which lines are looked for."""

    UNDIALLED = "undialled"
    DUE = "due"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line and what is known of it."""

    line: Line
    check: Check | None
    #: Who dialled last.
    by: str
    is_due: bool

    @property
    def is_undialled(self) -> bool:
        """Whether nobody ever dialled it, before the release or since, and somebody may."""
        is_dialled = self.line.verified_at is not None or self.check is not None
        return self.line.may_be_dialled and not is_dialled

    @property
    def is_shown(self) -> bool:
        """Whether students may be shown it."""
        return self.line.status is not LineStatus.WITHDRAWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the reader chose; None: everything."""

    country: str | None
    kind: LineKind | None
    due: Due | None

    def fit(self, entry: Entry) -> bool:
        """Whether an entry is to be shown."""
        is_place = self.country in {None, entry.line.country}
        is_kind = self.kind in {None, entry.line.kind}
        is_due = (
            self.due is None
            or (self.due is Due.DUE and entry.is_due)
            or (self.due is Due.UNDIALLED and entry.is_undialled)
        )
        return is_place and is_kind and is_due


def routes(_: Desk) -> list[Route]:
    """Return the page and what its form is sent to."""
    return [Route(ADDRESS, page), Route(ADDRESS, record, methods=["POST"])]


@needs(Right.REGISTRY)
async def page(request: Request, staff: Staff) -> Response:
    """Show the lines of the campus's region, or those that were chosen."""
    return await _shown(request, staff)


@needs(Right.REGISTRY)
async def record(request: Request, staff: Staff) -> Response:
    """Write down that somebody dialled."""
    form, services = await request.form(), desk_of(request).services
    line_id = str(form.get("line", ""))
    line = next((line for line in registry().lines if line.id == line_id), None)
    if line is None or not line.may_be_dialled:
        return await _shown(request, staff, fault="choice", chosen=form)
    try:
        result = fields.one_of(str(form.get("result", "")), CheckResult)
        on = fields.day(str(form.get("on", "")))
        by = fields.row_id(str(form.get("by", "")))
        await asyncio.to_thread(
            check_line, line_id, result, on=on, by=by, staff=staff, services=services
        )
    except BadField as error:
        return await _shown(request, staff, fault=error.name, chosen=form)
    except BadInput:
        return await _shown(request, staff, fault="future", chosen=form)
    return RedirectResponse(
        f"{ADDRESS}?country={line.country}&saved={line_id}#{line_id}", HTTPStatus.SEE_OTHER
    )


async def _shown(
    request: Request, staff: Staff, *, fault: str = "", chosen: Mapping[str, Any] | None = None
) -> Response:
    desk = desk_of(request)
    now, query = desk.now(), request.query_params
    checks, people = await asyncio.to_thread(_read, desk)
    filters = read_filters(chosen or query, usual=desk.campus.region)
    entries = entries_of(registry().lines, checks, {one.id: one.name for one in people}, now=now)
    return render(
        request,
        "desk/registry.html",
        staff=staff,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        entries=[entry for entry in entries if filters.fit(entry)],
        filters=filters,
        countries=sorted({line.country for line in registry().lines}),
        kinds=tuple(LineKind),
        dues=tuple(Due),
        results=tuple(CheckResult),
        missing=registry().missing(),
        undialled=sum(entry.is_undialled for entry in entries if entry.is_shown),
        due=[entry.line for entry in entries if entry.is_due and entry.is_shown],
        all=sum(entry.is_shown and entry.line.may_be_dialled for entry in entries),
        people=people,
        today=now.astimezone(desk.campus.timezone).date(),
        fault=words(staff.language)["fields"][fault] if fault else "",
        saved=next((e.line for e in entries if e.line.id == query.get("saved")), None),
    )


def entries_of(
    lines: Sequence[Line], checks: Sequence[Check], names: Mapping[Any, str], *, now: datetime
) -> list[Entry]:
    """Return every line with its latest check."""
    latest = {check.line: check for check in checks}
    return [
        Entry(
            line=line,
            check=latest.get(line.id),
            by=names.get(latest[line.id].by, "?") if line.id in latest else "",
            is_due=line.expires_at < now.date(),
        )
        for line in lines
    ]


def read_filters(query: Mapping[str, Any], *, usual: str) -> Filters:
    """Return what was chosen; the campus's own region while nothing was."""
    country = str(query.get("country", usual))
    return Filters(
        country=country if country and country != "all" else None,
        kind=_chosen(str(query.get("kind", "")), LineKind),
        due=_chosen(str(query.get("state", "")), Due),
    )


def _chosen(value: str, kind: type[fields.Chosen]) -> fields.Chosen | None:
    try:
        return fields.one_of(value, kind)
    except BadField:
        return None


def _read(desk: Desk) -> tuple[Sequence[Check], Sequence[Staff]]:
    with desk.services.store.reading() as tx:
        return tx.figures.checks(), tx.members.all()
