"""The files of the project, as the tests about the project see them."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

#: What is shipped (pyproject.toml's `only-include` says the same).
PACKAGES = ("companion", "infra", "bot", "workers", "scheduler", "cli")
FRONT_DOOR = "nuanyu.py"


@cache
def tracked() -> tuple[str, ...]:
    """Every file that is, or is about to be, under version control; relative to the root."""
    listed = subprocess.check_output(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT,
        text=True,
    )
    return tuple(sorted({name for name in listed.split("\0") if name and (ROOT / name).is_file()}))


def read(name: str) -> str:
    """Return a file's text; what is no UTF-8 reads as empty."""
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def code() -> list[str]:
    """Every Python file that is shipped, migrations left out."""
    return [
        name
        for name in tracked()
        if name.endswith(".py")
        and (name.startswith(tuple(f"{package}/" for package in PACKAGES)) or name == FRONT_DOOR)
        and "/migrations/" not in name
    ]


@cache
def parsed(name: str) -> ast.Module:
    """Return a Python file's syntax tree."""
    return ast.parse(read(name), filename=name)
