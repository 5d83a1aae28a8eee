"""The three plots of the evaluation: recall by level, reliability, the learning curve."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, sqrt

from companion.risk.levels import Level
from lab.corpus import Part
from lab.evaluation.report import KEYWORDS, SHIPPED, TFIDF, Measured, Report
from lab.evaluation.svg import COLOURS, Axes, band, bar, dot, drawing, line

_RISKS = tuple(level.label for level in Level if level.needs_card)
_BARS = (SHIPPED, TFIDF, KEYWORDS)
_SHORT = {"moderate": "mod.", "imminent": "imm."}
_LARGEST_DOT = 12  # pixels


def plots(report: Report) -> Mapping[str, str]:
    """Return every plot under the name of its file."""
    result = {"recall_by_level.svg": _recall(report), "reliability.svg": _reliability(report)}
    if report.curves:
        result["learning_curve.svg"] = _curve(report)
    return result


def _recall(report: Report) -> str:
    places = [(one, level) for one in report.corpus for level in _RISKS]
    axes = Axes(
        title="At risk and noticed, by level",
        along=", then ".join(f"{one.language} {one.part}" for one in report.corpus),
        width=len(places),
        marks=[(place + 0.5, _SHORT.get(level, level)) for place, (_, level) in enumerate(places)],
    )
    names = [name for name in _BARS if name in report.corpus[0].cuts]
    wide = 0.8 / len(names)
    shapes = [
        bar(axes, (left, left + wide * 0.9), _noticed(one, name, level), COLOURS[number])
        for place, (one, level) in enumerate(places)
        for number, name in enumerate(names)
        for left in [place + 0.1 + number * wide]
    ]
    return drawing(axes, shapes, names)


def _noticed(of: Measured, name: str, level: str) -> float:
    row = of.cuts[name]["level"].get(level)
    return (row.noticed.value or 0.0) if row else 0.0


def _reliability(report: Report) -> str:
    axes = Axes(
        title="Score of the shipped screening, and how many of these lines are at risk (dev part)",
        along="score",
        marks=[(tenth / 10, f"{tenth / 10:g}") for tenth in range(0, 11, 2)],
    )
    shapes = [line(axes, [(0, 0), (1, 1)], COLOURS[-1], dashed=True)]
    shown = [one for one in report.corpus if one.part is Part.DEV] or list(report.corpus)
    for one, colour in zip(shown, COLOURS, strict=False):
        most = max(count for _, _, count in one.reliability)
        points = [(said, came) for said, came, _ in one.reliability]
        shapes.append(line(axes, points, colour))
        for said, came, count in one.reliability:
            radius = max(2.0, _LARGEST_DOT * sqrt(count / most))
            shapes.append(dot(axes, (said, came), colour, radius=radius))
    return drawing(axes, shapes, [str(one.language) for one in shown])


def _curve(report: Report) -> str:
    most = max(point.lines for points in report.curves.values() for point in points)
    worst = max(point.most for points in report.curves.values() for point in points)
    axes = Axes(
        title="Missed on the dev part, 3 % of harmless lines raised (n-grams alone)",
        along="training lines",
        width=most,
        top=ceil(5 * worst) / 5,
        marks=[(lines, f"{lines:,}") for lines in range(0, most + 1, 2000)],
    )
    shapes = []
    for points, colour in zip(report.curves.values(), COLOURS, strict=False):
        low = [(point.lines, point.least) for point in points]
        high = [(point.lines, point.most) for point in points]
        shapes.append(band(axes, low, high, colour))
        shapes.append(line(axes, [(point.lines, point.missed) for point in points], colour))
    return drawing(axes, shapes, list(report.curves))
