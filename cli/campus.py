"""What a campus wrote itself: the content beside its `campus.toml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import typer

from companion.care.exercise_file import check_exercise
from companion.care.scale_file import check_scale
from companion.language import Language
from infra.campus_file import load_campus
from infra.own_content import Checked, Checker, check_file, check_folder, own_folder
from infra.settings import Settings

#: The folders a campus file may name, and what must be true of a file there.
_FOLDERS: Final[Mapping[str, Checker]] = {
    "exercises_dir": check_exercise,
    "scales_dir": check_scale,
}


def check(settings: Settings, files: Sequence[Path]) -> int:
    """Tell what is wrong with content files, or list what was found; returns 1 if any is wrong.

    Without files: the campus file and the folders it names. Raises SettingsError.
    """
    load_campus(settings.campus_file)
    found = list(map(_one, files)) if files else list(_all(settings))
    for checked in found:
        for problem in checked.problems:
            typer.secho(f"✗ {problem}", fg="red")
        if not checked.problems:
            typer.secho(f"✓ {checked.file.name}  {_title(checked.document)}", fg="green")
    if not found:
        typer.echo(f"Nothing to check: campus.toml names neither {' nor '.join(_FOLDERS)}.")
    return 1 if any(checked.problems for checked in found) else 0


def problems_of(settings: Settings) -> list[str]:
    """Return everything that is wrong in the folders a campus file names."""
    return [problem for checked in _all(settings) for problem in checked.problems]


def _all(settings: Settings) -> Iterator[Checked]:
    for key, checker in _FOLDERS.items():
        folder = own_folder(settings.campus_file, key)
        if folder is not None:
            yield from check_folder(folder, checker)


def _one(file: Path) -> Checked:
    """Look at a file that was named: an exercise has steps, a scale has none."""
    checked = check_file(file, check_exercise)
    return checked if "step" in checked.document else check_file(file, _not_an_exercise)


def _not_an_exercise(document: Mapping[str, Any], *, file: str) -> list[str]:
    if "item" in document or "band" in document:
        return check_scale(document, file=file)
    return check_exercise(document, file=file)


def _title(document: Mapping[str, Any]) -> str:
    title = document.get("title")
    words = [title.get(one.value) for one in Language] if isinstance(title, dict) else []
    return " · ".join(filter(None, words))
