"""The commands of `python -m lab corpus`: check it, count it, and compare its readers."""

from __future__ import annotations

from typing import Annotated

import typer

from companion.errors import BadInput
from companion.language import Language
from lab.corpus.agreement import agreement as agreement_of
from lab.corpus.agreement import readings
from lab.corpus.card import renewed
from lab.corpus.faults import faults
from lab.corpus.line import Line, Part
from lab.corpus.reading import HERE, load
from lab.corpus.tables import agreements, statistics

app = typer.Typer(
    help="The corpus of invented messages: check it, count it, compare its readers.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command()
def check() -> None:
    """Read every line strictly, then look for near duplicates and for what no line may hold."""
    lines = _read()
    found = list(faults(lines))
    for fault in found:
        typer.echo(fault)
    typer.echo(f"{len(lines)} lines, {len(found)} faults")
    raise typer.Exit(1 if found else 0)


@app.command()
def stats(
    language: Annotated[Language | None, typer.Option(help="Only this language.")] = None,
    part: Annotated[Part | None, typer.Option(help="Only this part.")] = None,
    *,
    write: Annotated[bool, typer.Option("--write", help="Renew the figures in README.md.")] = False,
) -> None:
    """Print tables by part, level, kind, subject, slice and length; a text is never printed."""
    lines = _read()
    if write:
        card = HERE / "README.md"
        card.write_text(renewed(card.read_text(encoding="utf-8"), lines), encoding="utf-8")
    wanted = [
        line for line in lines if language in {None, line.language} and part in {None, line.part}
    ]
    typer.echo(statistics(wanted))


@app.command()
def agreement(
    *,
    apart: Annotated[bool, typer.Option("--apart", help="List where they differ.")] = False,
) -> None:
    """Print how far the second reader, who saw no label, agreed with the writers."""
    found = readings(_read())
    typer.echo(agreements([(each, agreement_of(found, each)) for each in Language]))
    for each in found if apart else ():
        if each.first is not each.second:
            typer.echo(f"{each.line.id} {each.first.label} {each.second.label}")


def _read() -> tuple[Line, ...]:
    try:
        return load()
    except BadInput as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(2) from wrong
