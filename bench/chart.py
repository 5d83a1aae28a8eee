"""Pictures: from a student's moods to the SVG of a page and the PNG of a chat."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from bench.table import Figure, milliseconds
from companion.language import Language
from companion.mood.chart import Shown, chart
from companion.mood.drawing import Theme
from companion.mood.moods import Mood, Tag
from companion.mood.summary import told
from companion.mood.trend import trend
from infra.pictures import ResvgPainter

_DAYS = 90
_ROUNDS = 15
_ZONE = ZoneInfo("Asia/Shanghai")
_NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def measure(_: Path) -> list[Figure]:
    """Draw and paint a quarter of a year with a mood on every day."""
    moods = [
        Mood(at=_NOW - timedelta(days=back), face=1 + back * 7 % 5, tags=(list(Tag)[back % 10],))
        for back in range(_DAYS)
    ]
    painter, svg = ResvgPainter(), _drawn(moods)
    drawing = _seconds(lambda: _drawn(moods))
    painting = _seconds(lambda: painter.png(svg))
    return [
        Figure(
            f"one chart of {_DAYS} days, trend and SVG",
            milliseconds(drawing),
            "over the painting",
            drawing / painting,
        ),
        Figure(
            "the same as PNG",
            milliseconds(painting),
            f"{len(painter.png(svg)) / 1000:.0f} kB, 1080 pixels wide",
            None,
        ),
    ]


def _drawn(moods: list[Mood]) -> str:
    found = trend(moods, now=_NOW, zone=_ZONE)
    language = Language.ZH
    words = told(moods, found, days=_DAYS, now=_NOW, zone=_ZONE, language=language)
    return chart(
        Shown(
            moods=moods,
            exercises=(),
            trend=found,
            days=_DAYS,
            now=_NOW,
            zone=_ZONE,
            language=language,
            theme=Theme.LIGHT,
            told=words,
        )
    )


def _seconds(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(_ROUNDS):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return median(taken)
