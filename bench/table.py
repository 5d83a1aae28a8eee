"""One table, and the same as JSON."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement beside its yardstick of the same run."""

    what: str
    value: str
    yardstick: str
    #: Value over yardstick; None where a ratio says nothing.
    ratio: float | None = None


def milliseconds(seconds: float) -> str:
    """Return a time as people compare it."""
    return f"{seconds * 1000:,.1f} ms"


def show(figures: Sequence[Figure]) -> None:
    """Print the table."""
    width = max(len(figure.what) for figure in figures)
    for figure in figures:
        ratio = "" if figure.ratio is None else f"x {figure.ratio:.3g}"
        print(f"{figure.what:<{width}}  {figure.value:>12}  {ratio:>9}  {figure.yardstick}")


def save(figures: Sequence[Figure], file: Path) -> None:
    """Write the figures and what machine they are of."""
    file.parent.mkdir(parents=True, exist_ok=True)
    machine = {"python": platform.python_version(), "system": platform.platform()}
    content = {"machine": machine, "figures": [asdict(figure) for figure in figures]}
    file.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n")
