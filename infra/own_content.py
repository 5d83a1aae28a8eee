"""Content that a campus adds: a folder of files, each of which may be right or wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from companion.care.exercise_file import check_exercise, read_exercise
from companion.care.exercises import Exercise
from companion.care.scale_file import check_scale, read_school_scale
from companion.care.scales import Scale

log = structlog.get_logger(__name__)

#: Returns everything that is wrong with a file's content.
Checker = Callable[..., list[str]]


@dataclass(frozen=True, slots=True)
class Checked:
    """One file that was looked at."""

    file: Path
    document: Mapping[str, Any]
    #: Everything that is wrong, each by its place; empty when nothing is.
    problems: Sequence[str]


def check_file(file: Path, check: Checker) -> Checked:
    """Look at one file."""
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        return Checked(file, {}, [f"{file.name}: cannot be read: {error.strerror or error}"])
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return Checked(file, {}, [f"{file.name}: not valid TOML: {error}"])
    return Checked(file, document, check(document, file=file.name))


def check_folder(folder: Path, check: Checker) -> Iterator[Checked]:
    """Look at every TOML file of a folder, in the order of their names."""
    if not folder.is_dir():
        yield Checked(folder, {}, [f"{folder}: there is no such folder"])
        return
    for file in sorted(folder.glob("*.toml")):
        yield check_file(file, check)


def own_exercises(folder: Path | None) -> tuple[Exercise, ...]:
    """Return a campus's own exercises; a wrong one is left out and logged, never in the way.

    `nuanyu campus check` and `nuanyu doctor` tell what is wrong.
    """
    found = []
    for checked in check_folder(folder, check_exercise) if folder else ():
        if checked.problems:
            log.warning("exercise_left_out", file=checked.file.name)
        else:
            found.append(read_exercise(checked.document, file=checked.file.name))
    return tuple(found)


def own_scales(folder: Path | None) -> tuple[Scale, ...]:
    """Return the scales a campus brought; a wrong one is left out and logged, never in the way.

    `nuanyu campus check` and `nuanyu doctor` tell what is wrong.
    """
    found = []
    for checked in check_folder(folder, check_scale) if folder else ():
        if checked.problems:
            log.warning("scale_left_out", file=checked.file.name)
        else:
            found.append(read_school_scale(checked.document, file=checked.file.name))
    return tuple(found)


def own_folder(campus_file: Path | None, key: str) -> Path | None:
    """Return a folder that the campus file names, beside which it stands; None for none.

    For looking at the folder alone: whether the campus file is right, `load_campus` tells.
    """
    if campus_file is None:
        return None
    try:
        name = tomllib.loads(campus_file.read_text(encoding="utf-8")).get(key)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return None
    return campus_file.parent / name if isinstance(name, str) and name else None
