"""The audit log on a page: who did and read what, and whether the chain is unbroken."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.desk.audit_find import (
    Filters,
    Found,
    as_csv,
    case_numbers,
    find,
    logins,
    read_filters,
    resolved,
)
from bot.desk.door import needs
from bot.desk.page import Desk, render
from companion.staff.people import Right, Staff
from companion.store import Entry

HOME = "/desk/audit"
_LINES = 100
_EXPORTED = 50_000  # lines
#: How old a look at the whole chain may be; it reads every line there is.
_CHECKED_FOR = timedelta(minutes=10)
_FILTERS = ("actor", "action", "case", "since", "until")


@dataclass(frozen=True, slots=True)
class Chain:
    """What the last look at the chain found."""

    checked_at: datetime
    #: The number of the first line that does not fit; None: all do.
    broken_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the page shows."""

    found: Found
    logins: dict[str, str]
    cases: dict[UUID, int]
    chain: Chain


class Keeper:
    """Remembers the last look at the chain; one per process."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._chain: Chain | None = None

    def chain(self, *, anew: bool = False) -> Chain:
        """Return what is known of the chain, looking again when that is old; blocks."""
        now, known = self._desk.now(), self._chain
        if known is None or anew or now - known.checked_at >= _CHECKED_FOR:
            with self._desk.services.store.reading() as tx:
                known = Chain(now, tx.audit.broken_at())
            self._chain = known
        return known


def routes(desk: Desk) -> list[Route]:
    """Return the log's page and its file."""
    keeper = Keeper(desk)

    @needs(Right.AUDIT)
    async def page(request: Request, staff: Staff) -> Response:
        filters = read_filters(request.query_params, zone=desk.campus.timezone)
        asked = request.query_params.get("before", "")
        before = int(asked) if asked.isdecimal() and len(asked) < 12 else None  # noqa: PLR2004
        anew = request.query_params.get("check") == "1"
        chain = await asyncio.to_thread(keeper.chain, anew=anew)
        found, named, cases = await asyncio.to_thread(_read, desk, staff, filters, before)
        shown = Shown(found=found, logins=named, cases=cases, chain=chain)
        return _page(request, staff, shown)

    @needs(Right.AUDIT)
    async def table(request: Request, staff: Staff) -> Response:
        filters = read_filters(request.query_params, zone=desk.campus.timezone)
        text = await asyncio.to_thread(_export, desk, staff, filters)
        name = f"nuanyu-audit-{desk.now().astimezone(desk.campus.timezone):%Y%m%d-%H%M}.csv"
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
        return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=headers)

    return [
        Route(HOME, page, methods=["GET"]),
        Route(f"{HOME}.csv", table, methods=["GET"]),
    ]


def _page(request: Request, staff: Staff, shown: Shown) -> Response:
    chosen = {key: request.query_params.get(key, "") for key in _FILTERS}
    given = {key: value for key, value in chosen.items() if value}
    older = None if shown.found.before is None else given | {"before": str(shown.found.before)}
    return render(
        request,
        "desk/audit.html",
        staff=staff,
        shown=shown,
        chosen=chosen,
        is_filtered=bool(given),
        is_newest="before" not in request.query_params,
        older=None if older is None else f"{HOME}?{urlencode(older)}",
        table=f"{HOME}.csv?{urlencode(given)}",
        check=f"{HOME}?{urlencode(given | {'check': '1'})}",
    )


def _read(
    desk: Desk, staff: Staff, filters: Filters, before: int | None
) -> tuple[Found, dict[str, str], dict[UUID, int]]:
    with desk.services.store.transaction() as tx:
        wanted = resolved(tx, filters)
        found = find(tx, wanted, before=before, limit=_LINES)
        detail = {"lines": len(found.entries), "filters": filters.names}
        tx.audit.add(actor=str(staff.id), action="audit.read", now=desk.now(), detail=detail)
        return found, logins(tx, found.entries), case_numbers(tx, found.entries)


def _export(desk: Desk, staff: Staff, filters: Filters) -> str:
    with desk.services.store.transaction() as tx:
        wanted, entries = resolved(tx, filters), list[Entry]()
        before = None
        while len(entries) < _EXPORTED:
            found = find(tx, wanted, before=before, limit=_LINES)
            entries += found.entries
            before = found.before
            if before is None:
                break
        detail = {"lines": len(entries), "filters": filters.names}
        tx.audit.add(actor=str(staff.id), action="audit.export", now=desk.now(), detail=detail)
        return as_csv(entries, logins(tx, entries), zone=desk.campus.timezone)
