"""The audit log in a terminal: its last lines, and the proof that it is unbroken."""

from __future__ import annotations

import re

import typer

from cli.staff.office import Office, office
from companion.errors import BadInput
from infra.settings import Settings

_KEPT = re.compile(r"([1-9][0-9]*):([0-9a-f]{64})")


def show(settings: Settings, *, lines: int) -> None:
    """Print the last lines, the newest first: number, time, who, what. No reasons, no details."""
    with office(settings) as desk, desk.store.reading() as tx:
        for entry in tx.audit.lines(limit=lines):
            at = entry.at.astimezone(desk.campus.timezone)
            typer.echo(f"{entry.number}\t{at:%Y-%m-%d %H:%M:%S}\t{entry.actor}\t{entry.action}")


def verify(settings: Settings, *, kept: str | None) -> int:
    """Prove the chain unbroken and print its end as NUMBER:HASH; returns 1 when it is broken.

    `kept` is such an end, written down earlier: with it, lines that were cut off are missed too,
    and so is a chain that was written anew as a whole. Raises BadInput when it cannot be one.
    """
    expected = _KEPT.fullmatch(kept.strip().lower()) if kept else None
    if kept and expected is None:
        raise BadInput("--kept is what this command printed earlier: NUMBER:HASH")
    with office(settings) as desk:
        if expected is not None and not _is_there(desk, int(expected[1]), expected[2]):
            typer.secho(f"BROKEN: line {expected[1]} is not the one that was kept", fg="red")
            return 1
        with desk.store.reading() as tx:
            number, end = tx.audit.last()
            broken = tx.audit.broken_at()
    if broken is not None:
        typer.secho(f"BROKEN at line {broken}", fg="red")
        return 1
    typer.echo(f"unbroken, {number} lines; keep this elsewhere, and give it to --kept next time:")
    typer.echo(f"{number}:{end}")
    return 0


def _is_there(desk: Office, number: int, hashed: str) -> bool:
    with desk.store.reading() as tx:
        return tx.audit.hash_of(number) == hashed
