"""Accounts of staff: made, listed, locked out, given passwords, second factors and channels."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

import segno
import typer

from cli.staff.office import member, note, office
from companion.errors import BadInput
from companion.flows.leave import leave
from companion.language import Language
from companion.staff.addresses import clean_address, hidden
from companion.staff.link_code import LIFE, code_hash, new_code
from companion.staff.people import ChannelKind, Role
from companion.store import Reading
from infra.desk_auth import (
    ONCE_FOR,
    hash_password,
    new_password,
    new_totp_secret,
    password_fault,
    totp_address,
)
from infra.settings import Settings

#: The end of time, for questions about everything that is to come.
_FAR = datetime(9000, 1, 1, tzinfo=UTC)
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
_FAULTS = {
    "short": "it needs 12 characters or more",
    "long": "200 characters are the most",
    "login": "it must not hold the login",
    "simple": "it needs five different characters or more",
}


@dataclass(frozen=True, slots=True)
class _Password:
    #: What the row holds, and what is shown once (None: its bearer knows it).
    kept: str = field(repr=False)
    shown: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An account that is to be made."""

    login: str
    name: str
    role: Role
    language: Language


def add(settings: Settings, wanted: Wanted, *, own_password: bool) -> None:
    """Make an account with a password. Raises BadInput when the login is taken or no login."""
    login, name = wanted.login.strip().lower(), wanted.name.strip()
    if not _LOGIN.fullmatch(login):
        raise BadInput("a login is 2-64 letters, digits, dots, - or _ (an e-mail address will do)")
    if not name:
        raise BadInput("a name is needed: students see it when this person writes to them")
    with office(settings) as desk:
        chosen, now = _chosen(login, own=own_password, now=desk.now), desk.now
        with desk.store.transaction() as tx:
            made = tx.members.add(
                login=login, name=name, role=wanted.role, language=wanted.language, now=now
            )
            tx.members.set_password(made.id, chosen.kept, now=now)
            note(tx, "account.add", now=now, staff=str(made.id), role=wanted.role.value)
    typer.echo(f"{login} is {wanted.role.value}.")
    _tell(chosen)
    typer.echo(f"Next: `nuanyu staff channel {login} …` or `nuanyu staff link {login}`.")


def show_all(settings: Settings) -> None:
    """List the accounts in use, with their channels."""
    with office(settings) as desk, desk.store.reading() as tx:
        staff = tx.members.all()
        for one in staff:
            ways = ", ".join(way.kind.value for way in tx.members.channels(one.id)) or "no channel"
            duty = "on duty" if one.on_duty_since else ""
            typer.echo(f"{one.login}\t{one.name}\t{one.role.value}\t{ways}\t{duty}".rstrip())
    if not staff:
        typer.echo("Nobody yet: `nuanyu staff add LOGIN --name …`.")


def disable(settings: Settings, login: str) -> None:
    """Take an account out of use; tells how many shifts and cases wait for somebody else."""
    with office(settings) as desk:
        now = desk.now
        with desk.store.transaction() as tx:
            gone = member(tx, login)
            held = leave(tx, gone.id, by="system", now=now)
            note(tx, "account.disable", now=now, staff=str(gone.id))
            orphans = [one for one in tx.shifts.between(now, _FAR) if one.staff_id == gone.id]
    typer.echo(f"{gone.login} is signed out everywhere, can no longer sign in or be paged.")
    if orphans:
        typer.secho(
            f"{len(orphans)} shifts need somebody else: `nuanyu staff roster gaps`.", fg="red"
        )
    if held:
        typer.secho(f"{held} open cases wait in the queue again; staff are paged anew.", fg="red")


def password(settings: Settings, login: str, *, own_password: bool) -> None:
    """Replace a password; whoever is signed in with the old one is signed out."""
    with office(settings) as desk:
        with desk.store.reading() as tx:
            found = member(tx, login)
        chosen, now = _chosen(found.login, own=own_password, now=desk.now), desk.now
        with desk.store.transaction() as tx:
            tx.members.set_password(found.id, chosen.kept, now=now)
            tx.members.succeeded(found.id)
            note(tx, "account.change", now=now, staff=str(found.id), what="password")
    _tell(chosen)


def totp(settings: Settings, login: str, *, off: bool) -> None:
    """Give an account a second factor and show it, or take it away."""
    secret = None if off else new_totp_secret()
    with office(settings) as desk:
        now = desk.now
        issuer = f"Nuanyu {desk.campus.name[Language.EN]}"
        with desk.store.transaction() as tx:
            found = member(tx, login)
            tx.members.set_totp(found.id, secret)
            what = "totp_off" if off else "totp"
            note(tx, "account.change", now=now, staff=str(found.id), what=what)
    if secret is None:
        typer.echo(f"{found.login} has no second factor now.")
        return
    address = totp_address(secret, login=found.login, issuer=issuer)
    picture = io.StringIO()
    segno.make(address, error="m", micro=False).terminal(out=picture, compact=True)
    typer.echo(picture.getvalue())
    typer.echo(address)
    typer.echo("Scan it with an authenticator app now; it is not shown again.")


def link(settings: Settings, login: str) -> None:
    """Make a code with which its bearer binds a chat account; the one before is void."""
    code = new_code()
    with office(settings) as desk:
        now = desk.now
        with desk.store.transaction() as tx:
            found = member(tx, login)
            tx.members.add_code(code_hash(code), found.id, expires_at=now + LIFE)
            note(tx, "account.change", now=now, staff=str(found.id), what="link")
        until = (now + LIFE).astimezone(desk.campus.timezone)
    typer.echo(f"{code[:4]}-{code[4:]}")
    typer.echo(f"{found.login} sends `/link {code}` to the staff bot before {until:%H:%M}, once.")


def add_channel(settings: Settings, login: str, kind: ChannelKind, address: str) -> None:
    """Add a way to reach somebody. Raises BadInput for an address that cannot be one."""
    clean = clean_address(kind, address)
    with office(settings) as desk:
        now = desk.now
        with desk.store.transaction() as tx:
            found = member(tx, login)
            if tx.members.add_channel(found.id, kind, clean, now=now) is None:
                raise BadInput(f"this {kind.value} address belongs to somebody else")
            note(
                tx, "account.change", now=now, staff=str(found.id), what="channel", kind=kind.value
            )
    typer.echo(
        f"{found.login} is reached by {kind.value}; try it: `nuanyu staff page-test {login}`."
    )


def drop_channel(settings: Settings, login: str, kind: ChannelKind, address: str) -> None:
    """Forget a way to reach somebody. Raises BadInput when it is not theirs."""
    clean = clean_address(kind, address)
    with office(settings) as desk:
        now = desk.now
        with desk.store.transaction() as tx:
            found = member(tx, login)
            theirs = [
                way.id
                for way in tx.members.channels(found.id)
                if (way.kind, way.address) == (kind, clean)
            ]
            if not (theirs and tx.members.drop_channel(found.id, theirs[0])):
                raise BadInput(f"{found.login} has no such {kind.value} address")
            note(
                tx,
                "account.change",
                now=now,
                staff=str(found.id),
                what="channel_gone",
                kind=kind.value,
            )
    typer.echo(f"{found.login} is no longer reached there.")


def show_channels(settings: Settings, login: str) -> None:
    """List the ways to reach somebody; the addresses are hidden but for their ends."""
    with office(settings) as desk, desk.store.reading() as tx:
        ways = _ways(tx, login)
    typer.echo("\n".join(ways) or "no channel: nobody can page this person")


def set_on_duty(settings: Settings, login: str, *, on: bool) -> None:
    """Say "on duty" or "off duty" for somebody."""
    with office(settings) as desk:
        now = desk.now
        with desk.store.transaction() as tx:
            found = member(tx, login)
            tx.members.set_on_duty(found.id, now if on else None)
            note(tx, "staff.on_duty" if on else "staff.off_duty", now=now, staff=str(found.id))
    typer.echo(f"{found.login} is {'on' if on else 'off'} duty.")


def _ways(tx: Reading, login: str) -> list[str]:
    found = member(tx, login)
    return [f"{way.kind.value}\t{hidden(way.address)}" for way in tx.members.channels(found.id)]


def _chosen(login: str, *, own: bool, now: datetime) -> _Password:
    """Ask for a password at the terminal, or make one that opens only the page to change it."""
    if not own:
        made = new_password()
        return _Password(hash_password(made, once_until=now + ONCE_FOR), made)
    typed = typer.prompt("Password", hide_input=True, confirmation_prompt="Once more")
    fault = password_fault(typed, login=login)
    if fault is not None:
        raise BadInput(f"this password will not do: {_FAULTS[fault]}")
    return _Password(hash_password(typed), None)


def _tell(password: _Password) -> None:
    if password.shown is None:
        typer.echo("The password is set.")
        return
    typer.echo(f"One-time password: {password.shown}")
    days = ONCE_FOR.days
    typer.echo(
        f"It is not shown again, opens the desk once within {days} days, and is replaced there."
    )
