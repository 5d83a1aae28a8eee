"""The false-alarm review: marks, reasons, weights, and a proposal for a training set."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.desk.door import needs
from bot.desk.page import Desk, desk_of, render
from companion.risk import Kind
from companion.staff.cases import FalseAlarm
from companion.staff.people import Right, Staff
from companion.staff.review import (
    Judged,
    Weight,
    false_by_kind,
    false_by_why,
    proposal,
    weights,
)
from companion.store.figures import Period

ADDRESS = "/desk/review"
EXPORT = "review.export"
#: How far back one may look: a key of the wordings, and days.
PERIODS: Mapping[str, int] = {"d30": 30, "d90": 90, "d365": 365}
_USUAL = "d90"
_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that the page shows."""

    marked: Sequence[Judged]
    weights: tuple[Weight, ...]
    by_kind: Mapping[Kind, int]
    by_why: Mapping[FalseAlarm, int]


def routes(_: Desk) -> list[Route]:
    """Return the page and the file."""
    return [Route(ADDRESS, page), Route(f"{ADDRESS}/training.jsonl", training_set)]


@needs(Right.REVIEW)
async def page(request: Request, staff: Staff) -> Response:
    """Show what was said about the alarms of a period."""
    name = _period(request)
    report = await asyncio.to_thread(_read, desk_of(request), PERIODS[name])
    return render(
        request,
        "desk/review.html",
        staff=staff,
        report=report,
        period=name,
        periods=tuple(PERIODS),
        most=_SHOWN,
    )


@needs(Right.REVIEW)
async def training_set(request: Request, staff: Staff) -> Response:
    """Hand out the proposal as a file; that is written into the audit log."""
    desk, name = desk_of(request), _period(request)
    text = await asyncio.to_thread(_export, desk, staff, PERIODS[name])
    headers = {
        "Content-Disposition": f'attachment; filename="review-{desk.now():%Y-%m-%d}.jsonl"',
        "Cache-Control": "no-store",
    }
    return Response(text, media_type="application/x-ndjson", headers=headers)


def _period(request: Request) -> str:
    wish = request.query_params.get("period", "")
    return wish if wish in PERIODS else _USUAL


def _read(desk: Desk, days: int) -> Report:
    period = _span(desk, days)
    with desk.services.store.reading() as tx:
        marked = tx.figures.judged(period, marked_only=True, limit=_SHOWN)
        fired = tx.figures.fired(period)
    return Report(
        marked=marked,
        weights=weights(fired),
        by_kind=false_by_kind(fired),
        by_why=false_by_why(fired),
    )


def _export(desk: Desk, staff: Staff, days: int) -> str:
    with desk.services.store.transaction() as tx:
        lines = list(proposal(tx.figures.judged(_span(desk, days))))
        detail: dict[str, object] = {"lines": len(lines), "days": days}
        tx.audit.add(actor=str(staff.id), action=EXPORT, now=desk.now(), detail=detail)
    return "".join(f"{line}\n" for line in lines)


def _span(desk: Desk, days: int) -> Period:
    now = desk.now()
    return Period(now - timedelta(days=days), now + timedelta(seconds=1))
