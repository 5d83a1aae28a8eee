"""Figures for the head of the centre: a page and a table to download."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.desk.door import needs
from bot.desk.figures_table import as_csv
from bot.desk.figures_view import Sheet, read_sheet
from bot.desk.page import Desk, desk_of, render
from bot.desk.spans import span
from companion.errors import BadInput
from companion.staff.figures import SMALLEST_GROUP
from companion.staff.months import Month
from companion.staff.people import Right, Staff

ADDRESS = "/desk/figures"
EXPORT = "figures.export"
LONGEST = 24  # months
_USUAL = 12


def routes(_: Desk) -> list[Route]:
    """Return the page and its table."""
    return [Route(ADDRESS, page), Route(f"{ADDRESS}.csv", table)]


@needs(Right.FIGURES)
async def page(request: Request, staff: Staff) -> Response:
    """Show the figures of a period: the last twelve months, or those that were chosen."""
    desk = desk_of(request)
    first, last, is_good = chosen(request.query_params, this=_this_month(desk))
    sheet = await asyncio.to_thread(_read, desk, first, last)
    return render(
        request,
        "desk/figures.html",
        staff=staff,
        sheet=sheet,
        is_good=is_good,
        longest=LONGEST,
        smallest=SMALLEST_GROUP,
        this=_this_month(desk),
        region=desk.campus.region,
        span=span,
    )


@needs(Right.FIGURES)
async def table(request: Request, staff: Staff) -> Response:
    """Hand out the same figures as a file; that is written into the audit log."""
    desk = desk_of(request)
    first, last, _ = chosen(request.query_params, this=_this_month(desk))
    text = await asyncio.to_thread(_export, desk, staff, first, last)
    headers = {
        "Content-Disposition": f'attachment; filename="figures-{first}-{last}.csv"',
        "Cache-Control": "no-store",
    }
    return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=headers)


def chosen(query: Mapping[str, str], *, this: Month) -> tuple[Month, Month, bool]:
    """Return the first and last month that were chosen, and whether they could be used.

    The last twelve months stand in for months that were left out or cannot be used.
    """
    usual = this.later(1 - _USUAL), this
    if not query.get("from") and not query.get("to"):
        return *usual, True
    try:
        first, last = Month.read(query.get("from", "")), Month.read(query.get("to", ""))
    except BadInput:
        return *usual, False
    return (first, last, True) if 1 <= first.until(last) <= LONGEST else (*usual, False)


def _this_month(desk: Desk) -> Month:
    return Month.at(desk.now(), desk.campus.timezone)


def _read(desk: Desk, first: Month, last: Month) -> Sheet:
    with desk.services.store.reading() as tx:
        return read_sheet(tx, first, last, campus=desk.campus, now=desk.now())


def _export(desk: Desk, staff: Staff, first: Month, last: Month) -> str:
    with desk.services.store.transaction() as tx:
        sheet = read_sheet(tx, first, last, campus=desk.campus, now=desk.now())
        detail: dict[str, object] = {"from": str(first), "to": str(last)}
        tx.audit.add(actor=str(staff.id), action=EXPORT, now=desk.now(), detail=detail)
    return as_csv(sheet)
