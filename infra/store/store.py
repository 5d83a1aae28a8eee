"""Transactions: rows are committed first, jobs and rings leave afterwards (law 1)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Lock
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from companion.errors import StoreUnavailable
from companion.jobs import Job
from companion.ports import DESK_BELL, Bell, JobSender
from infra.store.aftercare import Aftercare
from infra.store.audit import Audit
from infra.store.care import Care
from infra.store.cases import Cases
from infra.store.digests import Digests
from infra.store.drills import Drills
from infra.store.figures import Figures
from infra.store.inbound import Inbounds
from infra.store.members import Members
from infra.store.outbound import Outbounds
from infra.store.pages import Pages
from infra.store.relays import Relays
from infra.store.safety_talks import Safety
from infra.store.saved_replies import SavedReplies
from infra.store.session import Vaulted
from infra.store.shifts import Shifts
from infra.store.shown import has_changed, notice_changes
from infra.store.students import Students
from infra.store.tables import SystemKeyRow
from infra.store.talk import Talks
from infra.store.upkeep import Upkeep
from infra.store.web_sessions import WebSessions
from infra.vault import Sealers, Unreadable

_AWAY = (OperationalError, InterfaceError, DisconnectionError, PoolTimeout)


class SqlTransaction:
    """One open transaction and what is to happen after it."""

    def __init__(self, vaulted: Vaulted) -> None:
        self.session = vaulted.session
        self.students = Students(vaulted)
        self.inbound = Inbounds(vaulted)
        self.outbound = Outbounds(vaulted)
        self.talk = Talks(vaulted)
        self.cases = Cases(vaulted)
        self.pages = Pages(vaulted)
        self.relays = Relays(vaulted)
        self.members = Members(vaulted)
        self.shifts = Shifts(vaulted)
        self.audit = Audit(vaulted)
        self.aftercare = Aftercare(vaulted)
        self.digests = Digests(vaulted)
        self.drills = Drills(vaulted)
        self.figures = Figures(vaulted)
        self.saved_replies = SavedReplies(vaulted)
        self.safety = Safety(vaulted)
        self.care = Care(vaulted)
        self.web = WebSessions(vaulted, self.students)
        self.upkeep = Upkeep(vaulted)
        self.jobs: list[tuple[Job, tuple[UUID, ...], float]] = []
        self.rings: list[tuple[UUID, str]] = []
        self.handed_on = True

    def enqueue(self, job: Job, *ids: UUID, after: float = 0.0) -> None:
        """Send a job after COMMIT, to be done so many seconds later."""
        self.jobs.append((job, ids, after))

    def ring(self, student_id: UUID, event: str) -> None:
        """Tell whoever watches this chat, after COMMIT."""
        self.rings.append((student_id, event))


class SqlStore:
    """The store on PostgreSQL or SQLite."""

    def __init__(self, engine: Engine, sealers: Sealers, *, jobs: JobSender, bell: Bell) -> None:
        self.engine = engine
        self.sealers = sealers
        self._jobs = jobs
        self._bell = bell
        self._writing = sessionmaker(engine, expire_on_commit=False)
        notice_changes(self._writing)
        self._reading = sessionmaker(engine.execution_options(reading=True), expire_on_commit=False)
        self._lookup_key: bytes | None = None
        # SQLite lets one transaction write and makes the others sleep and try again; standing in
        # line here instead is some times faster for the threads of one process.
        is_sqlite = engine.dialect.name == "sqlite"
        self._line: AbstractContextManager[Any] = Lock() if is_sqlite else nullcontext()

    @contextmanager
    def transaction(self) -> Iterator[SqlTransaction]:
        """Open a writing transaction. Raises StoreUnavailable when the database is away."""
        with self._line, self._session(self._writing) as tx:
            yield tx
        # Past this line the rows are committed. A job that is lost from here on (broker
        # down, process killed) is found again by companion.flows.sweep.
        for job, ids, after in tx.jobs:
            tx.handed_on = self._jobs.send(job, *ids, after=after) and tx.handed_on
        for student_id, event in tx.rings:
            self._bell.ring(student_id, event)
        if has_changed(tx.session):
            self._bell.ring(DESK_BELL, "desk")

    @contextmanager
    def reading(self) -> Iterator[SqlTransaction]:
        """Open a reading transaction. Raises StoreUnavailable when the database is away."""
        with self._session(self._reading) as tx:
            yield tx

    def ping(self) -> None:
        """Ask the database for a sign of life. Raises StoreUnavailable."""
        with self._session(self._reading), self._reading() as session:
            session.execute(text("SELECT 1"))

    @contextmanager
    def _session(self, sessions: sessionmaker[Session]) -> Iterator[SqlTransaction]:
        try:
            with sessions.begin() as session:
                yield SqlTransaction(
                    Vaulted(session, self.sealers, lookup_key=self._lookup(session))
                )
        except _AWAY as error:
            # `from None`: the driver's message may quote the statement's parameters.
            raise StoreUnavailable(type(error).__name__) from None

    def _lookup(self, session: Session) -> bytes:
        if self._lookup_key is None:
            row = session.execute(
                select(SystemKeyRow.master, SystemKeyRow.wrapped).where(
                    SystemKeyRow.name == "lookup"
                )
            ).one_or_none()
            if row is None:
                raise Unreadable("the look-up key is missing: run `nuanyu keys check`")
            self._lookup_key = self.sealers.ring.unwrap(
                row.master, row.wrapped, bound_to=b"system:lookup"
            )
        return self._lookup_key
