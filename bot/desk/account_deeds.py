"""What an administrator does to accounts; everything blocks, and stands in the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from bot.desk.page import Desk
from companion.flows.leave import leave, put_back
from companion.language import Language
from companion.staff.people import RIGHTS, ChannelKind, Right, Role, Staff
from companion.store import Reading, Transaction
from infra.desk_auth import ONCE_FOR, hash_password, is_once


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account as an administrator sees it."""

    staff: Staff
    has_password: bool
    has_factor: bool
    #: Whether its bearer has not yet chosen a password of their own.
    waits: bool
    is_locked: bool
    kinds: tuple[ChannelKind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an administrator filled in for a new account."""

    login: str
    name: str
    role: Role
    language: Language
    #: False: its bearer signs in through the provider.
    with_password: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Deeds:
    """The deeds of one administrator."""

    desk: Desk
    by: Staff

    def add(self, wish: Wish, once: str) -> Staff:
        """Make an account; `once` is its one-time password, if any.

        Raises BadInput when the login is taken.
        """
        now = self.desk.now()
        kept = hash_password(once, once_until=now + ONCE_FOR) if once else ""
        with self.desk.services.store.transaction() as tx:
            added = tx.members.add(
                login=wish.login, name=wish.name, role=wish.role, language=wish.language, now=now
            )
            if kept:
                tx.members.set_password(added.id, kept, now=now)
            self._note(tx, "account.add", added.id, role=wish.role.value)
        return added

    def set_role(self, whose: UUID, role: Role) -> None:
        """Give somebody another role. Raises UnknownRow."""
        with self.desk.services.store.transaction() as tx:
            former = tx.members.get(whose).role
            if former is role:
                return
            tx.members.change(whose, role=role)
            if Right.CASES not in RIGHTS[role]:
                tx.members.set_on_duty(whose, None)
                put_back(tx, whose, by=str(self.by.id), now=self.desk.now())
            self._note(tx, "account.role", whose, role=role.value, former=former.value)

    def set_once(self, whose: UUID, once: str) -> None:
        """Replace a password by a one-time one; every browser is signed out. Raises UnknownRow."""
        now = self.desk.now()
        kept = hash_password(once, once_until=now + ONCE_FOR)
        with self.desk.services.store.transaction() as tx:
            tx.members.get(whose)
            tx.members.set_password(whose, kept, now=now)
            self._note(tx, "account.password", whose)

    def drop_factor(self, whose: UUID) -> None:
        """Let somebody set up a new second factor at the next sign-in. Raises UnknownRow."""
        with self.desk.services.store.transaction() as tx:
            login = tx.members.login(tx.members.get(whose).login)
            tx.members.set_totp(whose, None)
            if login is not None and login.password is not None:
                # The same password again: this signs out every browser, whoever holds it.
                tx.members.set_password(whose, login.password, now=self.desk.now())
            self._note(tx, "account.factor", whose)

    def disable(self, whose: UUID) -> None:
        """Take an account out of use; its cases wait in the queue again. Raises UnknownRow."""
        with self.desk.services.store.transaction() as tx:
            leave(tx, whose, by=str(self.by.id), now=self.desk.now())
            self._note(tx, "account.disable", whose)

    def _note(self, tx: Transaction, action: str, whose: UUID, **detail: str) -> None:
        said = {"account": str(whose), **detail}
        tx.audit.add(actor=str(self.by.id), action=action, now=self.desk.now(), detail=said)


def every_account(desk: Desk) -> Sequence[Account]:
    """Return the accounts in use, by name; blocks."""
    with desk.services.store.reading() as tx:
        return [_account(tx, staff, desk) for staff in tx.members.all()]


def one_account(desk: Desk, whose: UUID) -> Account:
    """Return one account; blocks. Raises UnknownRow."""
    with desk.services.store.reading() as tx:
        return _account(tx, tx.members.get(whose), desk)


def _account(tx: Reading, staff: Staff, desk: Desk) -> Account:
    login = tx.members.login(staff.login)
    until = None if login is None else login.locked_until
    return Account(
        staff=staff,
        has_password=login is not None and login.password is not None,
        has_factor=login is not None and login.totp_secret is not None,
        waits=login is not None and is_once(login.password),
        is_locked=until is not None and desk.now() < until,
        kinds=tuple(channel.kind for channel in tx.members.channels(staff.id)),
    )
