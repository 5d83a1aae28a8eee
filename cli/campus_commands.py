"""The words of `nuanyu campus`; what they do is loaded only when one is used."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from infra.settings import load_settings

app = typer.Typer(help="Look at what the campus wrote itself.", no_args_is_help=True)


@app.command("check")
def check_content(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Content files; none: all that campus.toml names")
    ] = None,
) -> None:
    """Tell what is wrong with exercises and scales of your own, by file and step."""
    from cli.campus import check

    sys.exit(check(load_settings(), files or []))
