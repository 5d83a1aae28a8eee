"""The words of `nuanyu staff`; what they do is loaded only when one is used."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from companion.language import Language
from companion.staff.duty import Duty
from companion.staff.people import ChannelKind, Role
from infra.settings import load_settings

app = typer.Typer(help="Accounts, roster and audit log of staff.", no_args_is_help=True)
roster_app = typer.Typer(help="Who is on duty when; local times.", no_args_is_help=True)
app.add_typer(roster_app, name="roster")

_Login = Annotated[str, typer.Argument(help="What they sign in with")]
_Own = Annotated[bool, typer.Option("--ask", help="Ask for the password instead of making one")]
_Days = Annotated[int, typer.Option(min=1, max=400, help="How far to look")]
_Shift = Annotated[str, typer.Argument(help="The beginning of its id, as `show` prints it")]


@app.command()
def add(  # noqa: PLR0917 - Typer's signature
    login: _Login,
    name: Annotated[str, typer.Option(help="The name students see")],
    role: Annotated[Role, typer.Option(help="What they may do")] = Role.COUNSELLOR,
    language: Annotated[Language, typer.Option(help="Of pages and of the desk")] = Language.ZH,
    ask: _Own = False,
) -> None:
    """Make an account; prints a one-time password."""
    from cli.staff.accounts import Wanted
    from cli.staff.accounts import add as make

    wanted = Wanted(login=login, name=name, role=role, language=language)
    make(load_settings(), wanted, own_password=ask)


@app.command("list")
def list_() -> None:
    """List the accounts in use and the ways to reach them."""
    from cli.staff.accounts import show_all

    show_all(load_settings())


@app.command()
def disable(login: _Login) -> None:
    """Take an account out of use; it is signed out everywhere."""
    from cli.staff.accounts import disable as lock_out

    lock_out(load_settings(), login)


@app.command()
def password(login: _Login, ask: _Own = False) -> None:
    """Replace a password; prints a one-time password."""
    from cli.staff.accounts import password as replace

    replace(load_settings(), login, own_password=ask)


@app.command()
def totp(
    login: _Login, off: Annotated[bool, typer.Option("--off", help="Take it away")] = False
) -> None:
    """Give an account a second factor: an address and a QR code for an authenticator app."""
    from cli.staff.accounts import totp as second_factor

    second_factor(load_settings(), login, off=off)


@app.command()
def link(login: _Login) -> None:
    """Make a code, good for 15 minutes, that binds a chat account to somebody."""
    from cli.staff.accounts import link as bind

    bind(load_settings(), login)


@app.command()
def channel(
    login: _Login,
    kind: Annotated[ChannelKind | None, typer.Argument(help="Nothing: list them")] = None,
    address: Annotated[
        str, typer.Argument(help="Address, chat number, WeCom UserID or key, https address")
    ] = "",
    drop: Annotated[bool, typer.Option("--drop", help="Forget this one")] = False,
) -> None:
    """Add a way to reach somebody, forget one, or list them."""
    from cli.staff import accounts

    settings = load_settings()
    if kind is None:
        accounts.show_channels(settings, login)
    elif drop:
        accounts.drop_channel(settings, login, kind, address)
    else:
        accounts.add_channel(settings, login, kind, address)


@app.command()
def on(login: _Login) -> None:
    """Say "on duty" for somebody, beside the roster."""
    from cli.staff.accounts import set_on_duty

    set_on_duty(load_settings(), login, on=True)


@app.command()
def off(login: _Login) -> None:
    """Say "off duty" for somebody."""
    from cli.staff.accounts import set_on_duty

    set_on_duty(load_settings(), login, on=False)


@app.command()
def audit(
    verify: Annotated[bool, typer.Option("--verify", help="Prove it unbroken")] = False,
    kept: Annotated[str | None, typer.Option(help="NUMBER:HASH that was kept elsewhere")] = None,
    lines: Annotated[int, typer.Option(min=1, max=10_000, help="How many to print")] = 20,
) -> None:
    """Print the last lines of the audit log, or prove that nobody changed it (exit status 1)."""
    from cli.staff import log

    if verify or kept:
        sys.exit(log.verify(load_settings(), kept=kept))
    log.show(load_settings(), lines=lines)


@app.command("page-test")
def page_test(
    login: Annotated[str | None, typer.Argument(help="Nothing: the whole campus's ways")] = None,
) -> None:
    """Send a marked test page over every channel and tell what became of it."""
    from cli.staff.page_test import page_test as send

    sys.exit(send(load_settings(), login))


@roster_app.command("show")
def roster_show(days: _Days = 7) -> None:
    """List the coming shifts, and what is wrong with them."""
    from cli.staff.roster import show

    show(load_settings(), days=days)


@roster_app.command("add")
def roster_add(
    login: _Login,
    duty: Annotated[Duty, typer.Argument(help="Which rung of the ladder")],
    begin: Annotated[str, typer.Argument(metavar="FROM", help="2026-11-23T20:00")],
    end: Annotated[str, typer.Argument(metavar="TO", help="The same, or 08:00: the next such")],
) -> None:
    """Add one shift."""
    from cli.staff.roster import add as put

    put(load_settings(), login, duty, begin=begin, end=end)


@roster_app.command("week")
def roster_week(
    file: Annotated[Path, typer.Argument(help="A weekly pattern, see infra/roster_file.py")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])],
) -> None:
    """Spread a weekly pattern over days; may be run again without harm."""
    from cli.staff.roster import Span, spread

    spread(load_settings(), file, Span(_day(first), _day(last)))


@roster_app.command("gaps")
def roster_gaps(days: _Days = 7) -> None:
    """Tell when nobody is on primary duty; exit status 1 when there is such a time."""
    from cli.staff.roster import gaps

    sys.exit(gaps(load_settings(), days=days))


@roster_app.command("give")
def roster_give(shift: _Shift, login: _Login) -> None:
    """Give a shift to somebody else; a swap is two of these."""
    from cli.staff.roster import give

    give(load_settings(), shift, login)


@roster_app.command("remove")
def roster_remove(shift: _Shift) -> None:
    """Take a shift out."""
    from cli.staff.roster import remove

    remove(load_settings(), shift)


def _day(moment: datetime) -> date:
    return moment.date()
