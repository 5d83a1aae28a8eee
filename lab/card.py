"""The figures in a model card come from its results file, and from nowhere else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def filled(card: str, results: Mapping[str, Any]) -> str:
    """Return a card with the tables of its results between the two marks."""
    before, _, rest = card.partition(BEGIN)
    _, _, after = rest.partition(END)
    tables = "\n\n".join(_table(language, found) for language, found in sorted(results.items()))
    return f"{before}{BEGIN}\n\n{tables}\n\n{END}{after}"


def fill(card: Path, results: Path) -> None:
    """Write the tables of a results file into its card, where there is a card."""
    if card.exists():
        found = json.loads(results.read_text(encoding="utf-8"))
        card.write_text(filled(card.read_text(encoding="utf-8"), found), encoding="utf-8")


def _table(language: str, found: Mapping[str, Any]) -> str:
    sets = {name: one for name, one in found.items() if isinstance(one, dict)}
    if not sets:
        return _lines([language, "figure"], [[name, _shown(one)] for name, one in found.items()])
    labels = list(dict.fromkeys(label for one in sets.values() for label in one["f1"]))
    names = ["texts", "macro_f1", "macro_f1_without_neutral", "macro_f1_at_half"]
    rows = [[_spaced(name), *(_shown(one[name]) for one in sets.values())] for name in names]
    for label in labels:
        row = [f"F1 {label}", *(_shown(one["f1"].get(label)) for one in sets.values())]
        rows += [row]
    errors = [max(one["calibration_error"].values()) for one in sets.values()]
    rows.append(["largest calibration error", *map(_shown, errors)])
    return _lines([language, *sets], rows)


def _lines(head: list[str], rows: list[list[str]]) -> str:
    ruler = ["---", *["--:"] * (len(head) - 1)]
    return "\n".join(
        "| " + " | ".join(row) + " |" for row in [[_spaced(x) for x in head], ruler, *rows]
    )


def _shown(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def _spaced(name: str) -> str:
    return name.replace("_", " ")
