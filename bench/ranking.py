"""Suggesting: from what speaks for a need to the exercise that comes first, and how likely."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random
from statistics import median

from bench.table import Figure, milliseconds
from companion.care.article_search import find_articles
from companion.care.evidence import Sign, evidence
from companion.care.exercise_file import packaged_exercises
from companion.care.suggestions import Case, Tally, suggest
from companion.language import Language

_ROUNDS = 60
_TEXT = "又睡不着了，脑子里一直在转明天的考试"


def measure(_: Path) -> list[Figure]:
    """Rank all exercises for one student, and find the articles for one line."""
    known = packaged_exercises()
    case = Case(
        evidence=(evidence(Sign.WORDS, "sleep", times=3), evidence(Sign.GOAL, "exam")),
        tallies={name: Tally(30, 20) for name in known},
        own={name: [1.0, 0.5] for name in list(known)[:8]},
        is_night=False,
    )
    find_articles(_TEXT, Language.ZH)
    ranking, finding = [], []
    for seed in range(_ROUNDS):
        begun = time.perf_counter()
        suggest(known, case, rng=Random(seed))  # noqa: S311 - no secret
        between = time.perf_counter()
        find_articles(_TEXT, Language.ZH)
        ranking.append(between - begun)
        finding.append(time.perf_counter() - between)
    return [
        Figure(
            f"one ranking of {len(known)} exercises, with its propensity",
            milliseconds(median(ranking)),
            "over finding articles for a line",
            median(ranking) / median(finding),
        ),
    ]
