"""What the staff commands work with: rows, campus, time, a line in the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from companion.campus import Campus
from companion.errors import BadInput
from companion.jobs import Job
from companion.staff.people import Staff
from companion.store import Reading, Transaction
from infra.campus_file import load_campus
from infra.clock import WallClock
from infra.settings import Settings
from infra.store.engine import database_url, make_engine
from infra.store.migrate import is_current
from infra.store.store import SqlStore
from infra.vault import KeyRing, Sealers


class _Silent:
    """Neither sends jobs nor rings: what these commands change is found by query."""

    def send(self, job: Job, *ids: UUID, after: float = 0.0) -> bool:  # noqa: ARG002 - the port's signature
        """Send nothing."""
        return True

    def ring(self, student_id: UUID, event: str) -> None:
        """Ring nobody."""


@dataclass(frozen=True, slots=True)
class Office:
    """The rows, the campus and the time."""

    settings: Settings
    store: SqlStore
    campus: Campus
    clock: WallClock

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.clock.now()


@contextmanager
def office(settings: Settings) -> Iterator[Office]:
    """Open the store. Raises BadInput while the database lacks its schema."""
    engine = make_engine(database_url(settings))
    try:
        if not _is_current(engine):
            raise BadInput("the database is not in date: run `nuanyu up` or `nuanyu migrate` first")
        sealers, silent = Sealers(KeyRing.from_settings(settings)), _Silent()
        store = SqlStore(engine, sealers, jobs=silent, bell=silent)
        yield Office(settings, store, load_campus(settings.campus_file), WallClock())
    finally:
        engine.dispose()


def member(tx: Reading, login: str) -> Staff:
    """Return an account in use. Raises BadInput for any other."""
    found = tx.members.find(login)
    if found is None:
        raise BadInput(f"there is no account {login}: see `nuanyu staff list`")
    if found.disabled_at is not None:
        raise BadInput(f"the account {login} is disabled: add a new one")
    return found


def note(tx: Transaction, action: str, *, now: datetime, **detail: object) -> None:
    """Write into the audit log what was done from the command line; codes and counts only."""
    tx.audit.add(actor="system", action=action, now=now, detail={"by": "cli", **detail})


def _is_current(engine: Engine) -> bool:
    try:
        return is_current(engine)
    except SQLAlchemyError as error:
        raise BadInput(
            f"the database does not answer ({type(error).__name__}): run `nuanyu up` or "
            "`nuanyu migrate` first, or check NUANYU_DATABASE_URL"
        ) from None
