"""How long one tick of planning takes with 100,000 students, on PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import psycopg
from sqlalchemy import Engine, text

from bench.table import Figure
from companion.campus import Campus
from companion.flows.plan_nudges import plan_nudges
from companion.flows.services import Services
from companion.ports import Clock
from infra.store.engine import make_engine
from infra.store.keys import ensure_system_keys
from infra.store.migrate import migrate
from infra.store.store import SqlStore
from infra.vault import KeyRing, MasterKey, Sealers
from tests.fakes.ports import FrozenClock, RecordedBell, RecordedJobs
from tests.fakes.postgres import postgres

STUDENTS = 100_000
#: 22:00 on the campus.
_NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
_USUAL_PEAK = 2_000

_COLUMNS = {
    "students": (
        "id, created_at, language, language_chosen, consents, card_level, last_seq, summary_seq, "
        "last_message_at"
    ),
    "accounts": "id, student_id, platform, lookup, address_body, reachable",
    "nudge_wishes": (
        "student_id, minute, weekdays, rhythm, ignored, letter, letter_day, next_at, looked_at, "
        "updated_at"
    ),
}


def measure(folder: Path) -> Iterator[Figure]:  # noqa: ARG001 - every benchmark is given one
    """Yield what a tick costs when nobody, some and all of the students are due."""
    with cast("AbstractContextManager[Any]", postgres()) as server:
        engine = make_engine(server.create_database("nudges"))
        sealers = Sealers(KeyRing((MasterKey.fresh("one"),)))
        migrate(engine)
        ensure_system_keys(engine, sealers)
        _fill(engine)
        services = _services(SqlStore(engine, sealers, jobs=RecordedJobs(), bell=RecordedBell()))
        yield from _figures(engine, services)
        engine.dispose()


def _figures(engine: Engine, services: Services) -> Iterator[Figure]:
    idle, _ = _tick(services)
    _make_due(engine, _USUAL_PEAK)
    seconds, _ = _tick(services)
    yield Figure(
        f"planning a tick, {_USUAL_PEAK:,} of {STUDENTS:,} students due",
        f"{seconds:,.2f} s",
        f"nobody due {idle * 1000:,.0f} ms",
    )
    _make_due(engine, STUDENTS)
    bare = _bare(engine, STUDENTS)
    _make_due(engine, STUDENTS)
    ticks = [_tick(services)]
    while ticks[-1][1]:
        ticks.append(_tick(services))
    whole, planned = sum(seconds for seconds, _ in ticks), sum(count for _, count in ticks)
    if planned != STUDENTS:
        raise RuntimeError(f"{planned} of {STUDENTS} were planned")
    yield Figure(
        f"planning a tick, all {STUDENTS:,} students due",
        f"{max(seconds for seconds, _ in ticks):,.2f} s",
        f"{ticks[0][1]:,} a tick; all of them {whole:,.1f} s, one bare UPDATE {bare:,.2f} s",
    )


def _tick(services: Services) -> tuple[float, int]:
    begun = time.monotonic()
    planned = plan_nudges(services=services)
    return time.monotonic() - begun, planned


def _fill(engine: Engine) -> None:
    """Make students who wish to be asked tomorrow; planning opens nothing that is sealed."""
    later, before = _NOW + timedelta(days=1), _NOW - timedelta(days=1)
    with psycopg.connect(_address(engine)) as connection, connection.cursor() as cursor:
        for table, columns in _COLUMNS.items():
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for number in range(STUDENTS):
                    copy.write_row(_row(table, number, later=later, before=before))
        connection.commit()
        cursor.execute("ANALYZE")


def _row(table: str, number: int, *, later: datetime, before: datetime) -> tuple[object, ...]:
    student = UUID(int=number + 1)
    match table:
        case "students":
            return (student, before, "zh", False, "{}", 0, 1, 0, before)
        case "accounts":
            return (student, student, "telegram", str(number), b"", True)
        case _:
            return (student, 1320, 127, "daily", 0, True, 7, later, before, before)


def _make_due(engine: Engine, due: int) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM nudges"))
        connection.execute(
            text("UPDATE nudge_wishes SET next_at = :now WHERE student_id <= :last"),
            {"now": _NOW, "last": UUID(int=due)},
        )


def _bare(engine: Engine, due: int) -> float:
    """Return how long the database alone takes to move so many rows on."""
    begun = time.monotonic()
    with engine.begin() as connection:
        moved = connection.execute(
            text("UPDATE nudge_wishes SET next_at = :later WHERE next_at <= :now"),
            {"now": _NOW, "later": _NOW + timedelta(days=1)},
        ).rowcount
    if moved != due:
        raise RuntimeError(f"{moved} of {due} rows moved")
    return time.monotonic() - begun


def _address(engine: Engine) -> str:
    url = engine.url.set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


def _services(store: SqlStore) -> Services:
    clock: Clock = FrozenClock(at=_NOW)
    nothing = cast("Any", None)
    return Services(
        store=store,
        campus=Campus(),
        clock=clock,
        bell=RecordedBell(),
        senders=nothing,
        masks=nothing,
        channels=nothing,
        model=None,
        known_numbers=frozenset(),
    )
