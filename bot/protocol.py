"""The published crisis protocol: what happens when, made from the running configuration."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.pages import show_page
from bot.protocol_lines import LineRow, line_rows
from companion.campus import Campus
from companion.errors import StoreUnavailable
from companion.flows.services import Services
from companion.language import Language
from companion.risk import Level
from companion.staff.clocks import Rung
from companion.staff.figures import SMALLEST_GROUP
from companion.staff.people import Right
from companion.store.figures import Check

_WORDS = Path(__file__).parent / "words"
_SHOWN = (Level.IMMINENT, Level.HIGH, Level.MODERATE, Level.WATCH)
_ROSTER_DAYS = 7


@dataclass(frozen=True, slots=True)
class Reach:
    """Who could be reached beside the channels of the whole campus; counted, never named."""

    own_channels: int
    has_roster: bool
    #: The latest time somebody dialled each line.
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRow:
    """One level as the page shows it."""

    id: str
    name: str
    means: str
    student: str
    #: What staff owe, one line each.
    staff: tuple[str, ...]
    #: When who is paged: (when, who).
    ladder: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """The whole page in one language."""

    words: Mapping[str, Any]
    lead: str
    at: str
    levels: tuple[LevelRow, ...]
    #: Whether anybody at all can be reached; if not, the page says so in red.
    is_paged: bool
    paging: tuple[str, ...]
    staff: tuple[str, ...]
    contact: tuple[str, ...]
    rights: tuple[str, ...]
    lines: tuple[LineRow, ...]
    has_duty_line: bool


def protocol_routes(services: Services) -> list[Route]:
    """Return `/protocol`."""

    async def protocol(request: Request) -> Response:
        reach = await asyncio.to_thread(_reach, services)
        pages = {one: make_protocol(services, reach, language=one) for one in Language}
        return show_page(request, "protocol.html", services, protocol=pages)

    return [Route("/protocol", protocol)]


def make_protocol(services: Services, reach: Reach | None, *, language: Language) -> Protocol:
    """Return the protocol as this campus is set up now; `reach` is None when nobody can tell."""
    campus, now, words = services.campus, services.clock.now(), _words(language)
    paging, is_paged = _paging(services, reach, words)
    checks = reach.checks if reach else ()
    return Protocol(
        words=words,
        lead=words["lead"].format(campus=campus.name[language]),
        at=words["at"].format(at=f"{now.astimezone(campus.timezone):%Y-%m-%d %H:%M %Z}"),
        levels=tuple(_level(level, campus, words, is_paged=is_paged) for level in _SHOWN),
        is_paged=is_paged,
        paging=paging,
        staff=(*words["staff"]["items"], *_reasons(campus, words)),
        contact=(*words["contact"]["items"], _automatic(campus, words)),
        rights=tuple(_rights(campus, words)),
        has_duty_line=campus.duty_line is not None,
        lines=line_rows(campus, checks, language=language, now=now, words=words["lines"]),
    )


def span_text(span: timedelta, words: Mapping[str, str]) -> str:
    """Return a time as people say it: "3 min", "8 h", "1 d"."""
    minutes = round(span / timedelta(minutes=1))
    if minutes and minutes % (24 * 60) == 0:
        return words["days"].format(count=minutes // (24 * 60))
    if minutes >= 120 and minutes % 60 == 0:  # noqa: PLR2004 - "60 min" is how a clock is told
        return words["hours"].format(count=minutes // 60)
    return words["minutes"].format(count=minutes)


def _level(level: Level, campus: Campus, words: Mapping[str, Any], *, is_paged: bool) -> LevelRow:
    clock, own = campus.clocks.of(level), words["levels"][level.label]
    return LevelRow(
        id=level.label,
        name=own["name"],
        means=own["means"],
        student=own["student"],
        # Nobody is promised whom nobody can reach.
        staff=tuple(_owed(level, campus, words)) if is_paged else (words["level"]["nobody"],),
        ladder=tuple(_rung(rung, words) for rung in clock.rungs) if is_paged else (),
    )


def _owed(level: Level, campus: Campus, words: Mapping[str, Any]) -> list[str]:
    says, clock = words["level"], campus.clocks.of(level)
    if not clock.rungs:
        at = campus.watch_digest
        told = says["digest"].format(time=f"{at:%H:%M}", k=SMALLEST_GROUP) if at else ""
        return [says["no_page"], *([told] if told else [])]
    when = says["duty_hours"] if clock.on_duty_only else ""
    owed = [
        says["acknowledge"].format(time=span_text(clock.acknowledge, words["time"])) + when,
        says["contact"].format(time=span_text(clock.contact, words["time"])) + when,
    ]
    return [*owed, says["always"] if level >= Level.HIGH else says["sharing"]]


def _rung(rung: Rung, words: Mapping[str, Any]) -> tuple[str, str]:
    says = words["rung"]
    when = says["next_duty"]
    if rung.after is not None:
        after = says["after"].format(time=span_text(rung.after, words["time"]))
        when = after if rung.after > timedelta() else says["now"]
    return when, says[rung.who.value]


def _paging(
    services: Services, reach: Reach | None, words: Mapping[str, Any]
) -> tuple[tuple[str, ...], bool]:
    says = words["paging"]
    ways = [says[kind.value] for kind, _ in services.channels.campus_wide]
    told = [says["ways"].format(ways=says["and"].join(ways))] if ways else []
    if reach is None:
        told.append(says["unknown"])
    elif not ways and not reach.own_channels:
        return (says["nobody"],), False
    else:
        count = reach.own_channels
        told.append(says["own"].format(count=count) if count else says["own_none"])
        told.append(says["roster" if reach.has_roster else "roster_none"])
    return (*told, says["failed"], says["without_parts"]), True


def _reasons(campus: Campus, words: Mapping[str, Any]) -> list[str]:
    return [words["staff"]["reasons"]] if campus.show_reading_reasons else []


def _automatic(campus: Campus, words: Mapping[str, Any]) -> str:
    level, says = campus.contact_automatically_at, words["contact"]
    if level is None:
        return str(says["never"])
    return str(says["automatic"].format(level=words["levels"][level.label]["name"]))


def _rights(campus: Campus, words: Mapping[str, Any]) -> Sequence[str]:
    says = words["rights"]
    items = [item.format(retention=campus.retention_days) for item in says["items"]]
    return [*items, says["age"].format(minimum=campus.minimum_age)]


def _reach(services: Services) -> Reach | None:
    """Count who can be reached; None while the database is away: the page is shown all the same."""
    now: datetime = services.clock.now()
    try:
        with services.store.reading() as tx:
            takers = [one for one in tx.members.all() if one.may(Right.CASES)]
            return Reach(
                own_channels=sum(bool(tx.members.channels(one.id)) for one in takers),
                has_roster=bool(tx.shifts.between(now, now + timedelta(days=_ROSTER_DAYS))),
                checks=tuple(tx.figures.checks()),
            )
    except StoreUnavailable:
        return None


@cache
def _words(language: Language) -> Mapping[str, Any]:
    return tomllib.loads((_WORDS / f"protocol_{language}.toml").read_text(encoding="utf-8"))
