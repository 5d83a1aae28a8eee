"""Trying to sign in: one answer for every failure, and a lock that grows with them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.desk.page import Desk
from companion.staff.people import Staff
from companion.store import Login, Transaction
from infra.desk_auth import check_password, totp_step

FREE_TRIES = 5
FIRST_LOCK = timedelta(minutes=15)
LONGEST_LOCK = timedelta(hours=4)
#: No failure is answered sooner, whatever was wrong (seconds).
SLOWEST_NO = 0.6
#: Passwords checked at once: each takes 64 MiB and a processor.
_AT_ONCE = 2
#: How often failures that belong to nobody, or to a locked account, are noted.
_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What somebody typed to sign in."""

    login: str = field(repr=False)
    password: str = field(repr=False)
    code: str = field(default="", repr=False)


def locked_until(failures: int, *, now: datetime) -> datetime | None:
    """Return how long an account is locked after so many failures in a row; None: not at all."""
    if failures < FREE_TRIES:
        return None
    grown: timedelta = FIRST_LOCK * 2 ** min(failures - FREE_TRIES, 10)
    return now + min(grown, LONGEST_LOCK)


class Tries:
    """Checks what people sign in with; one per process."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._noted_at: datetime | None = None

    async def sign_in(self, given: Given) -> Staff | None:
        """Return who this is; None, after the same time, when anything is wrong.

        Raises StoreUnavailable.
        """
        return await self._slowly(given, needs_code=True)

    async def confirm(self, staff: Staff, password: str) -> bool:
        """Whether somebody who is signed in knows their password; failures count as above."""
        given = Given(login=staff.login, password=password)
        return await self._slowly(given, needs_code=False) is not None

    async def _slowly(self, given: Given, *, needs_code: bool) -> Staff | None:
        clock = asyncio.get_running_loop()
        began = clock.time()
        async with self._gate:
            staff = await asyncio.to_thread(self._try, given, needs_code=needs_code)
        if staff is None:
            await asyncio.sleep(max(0.0, SLOWEST_NO - (clock.time() - began)))
        return staff

    def _try(self, given: Given, *, needs_code: bool) -> Staff | None:
        now, store = self._desk.now(), self._desk.services.store
        with store.transaction() as tx:
            login = tx.members.login(given.login)
            tries = 0 if login is None else _reserve(tx, login, now)
        # No transaction is open here: the hash takes a tenth of a second.
        kept = login.password if login is not None and tries else None
        checked = check_password(kept, given.password, now=now)
        with store.transaction() as tx:
            if login is None or not tries:
                self._note_stranger(tx, now)
                return None
            if not checked.ok or (needs_code and not _second_factor(tx, login, given.code, now)):
                _note_failure(tx, login, tries, now)
                return None
            if checked.rehashed is not None:
                tx.members.set_password(login.staff.id, checked.rehashed, now=now)
            tx.members.succeeded(login.staff.id)
            return login.staff

    def _note_stranger(self, tx: Transaction, now: datetime) -> None:
        # Anybody can make these: the log must not grow with every guess.
        if self._noted_at is None or now - self._noted_at >= _NOTED_EVERY:
            self._noted_at = now
            tx.audit.add(actor="system", action="staff.failed", now=now, detail={"known": False})


def _reserve(tx: Transaction, login: Login, now: datetime) -> int:
    """Count a try before it is made; 0 when it may not be made.

    Counted first, so that many at once cannot all read the same low number.
    """
    if login.locked_until is not None and now < login.locked_until:
        return 0
    expected = login.failures + 1
    counted = tx.members.failed(login.staff.id, locked_until=locked_until(expected, now=now))
    return counted if counted < FREE_TRIES or counted == expected else 0


def _second_factor(tx: Transaction, login: Login, code: str, now: datetime) -> bool:
    if login.totp_secret is None:
        return True  # the door leads to its set-up and nowhere else
    step = totp_step(login.totp_secret, code, now=now)
    return step is not None and tx.members.used_totp(login.staff.id, step)


def _note_failure(tx: Transaction, login: Login, tries: int, now: datetime) -> None:
    actor, until = str(login.staff.id), locked_until(tries, now=now)
    tx.audit.add(actor=actor, action="staff.failed", now=now, detail={"tries": tries})
    if until is not None:
        detail = {"tries": tries, "until": until.isoformat(timespec="seconds")}
        tx.audit.add(actor=actor, action="staff.locked", now=now, detail=detail)
