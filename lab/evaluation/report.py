"""Everything that one evaluation measures, and how it is kept."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from companion.language import Language
from lab.corpus import Line, Part
from lab.evaluation.curve import Point
from lab.evaluation.figures import Detail, Figures, Row, detail_of, figures_of, row_of
from lab.evaluation.groups import by_kind, by_length, by_level, by_slice
from lab.evaluation.judged import Screen, judged
from lab.evaluation.metrics import reliability
from lab.evaluation.public import Chat, Suicidality

SHIPPED, PHRASES, TFIDF, KEYWORDS = "shipped", "phrases alone", "TF-IDF + LR", "keyword list"
_CUTS = {"slice": by_slice, "kind": by_kind, "level": by_level, "length": by_length}

#: For each way to cut a part: each group's name and its row.
Cuts = Mapping[str, Mapping[str, Row]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One part of the corpus in one language, by every screening of the run."""

    language: Language
    part: Part
    figures: Mapping[str, Figures]
    cuts: Mapping[str, Cuts]
    #: Of the shipped screening: levels, kinds and subjects, and how far its chances come true.
    detail: Detail
    reliability: Sequence[tuple[float, float, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run measured; texts are in no field."""

    day: date
    corpus: Sequence[Measured]
    chats: Mapping[str, Sequence[Chat]] = field(default_factory=dict)
    #: None where a screening learned from these very texts.
    suicidality: Mapping[str, Suicidality | None] = field(default_factory=dict)
    curves: Mapping[str, Sequence[Point]] = field(default_factory=dict)


def measured(lines: Sequence[Line], screens: Mapping[str, Screen]) -> Measured:
    """Return a part, all of one language, measured by every screening; SHIPPED must be there."""
    found = {name: judged(lines, screen) for name, screen in screens.items()}
    shipped = found[SHIPPED]
    chances = [one.said.score for one in shipped]
    return Measured(
        language=lines[0].language,
        part=lines[0].part,
        figures={name: figures_of(rows) for name, rows in found.items()},
        cuts={
            name: {
                cut: {group: row_of(members) for group, members in groups(rows).items()}
                for cut, groups in _CUTS.items()
            }
            for name, rows in found.items()
        },
        detail=detail_of(shipped),
        reliability=reliability(chances, [one.is_at_risk for one in shipped]),
    )


def save(report: Report, file: Path) -> None:
    """Write a report and what machine it is of as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    machine = {"python": platform.python_version(), "system": platform.platform()}
    content = {"machine": machine, **asdict(report)}
    file.write_text(
        json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8"
    )
