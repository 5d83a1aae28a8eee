"""Small plots as SVG, readable on white and on black, without a plotting library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 640, 320
COLOURS = ("#2a7f78", "#d08a3c", "#7a6ab0", "#9aa3a8")
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 40, 44
_INK, _LINES = "#6b7378", "#c3c8cb"
_FONT = "font-family='sans-serif' font-size='12'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """What both directions mean and how far they go; the upright one counts shares in percent."""

    title: str
    along: str
    #: The largest value along, and at the top in [0, 1]; both begin at 0.
    width: float = 1.0
    top: float = 1.0
    #: Marks along the bottom: where, and what stands there.
    marks: Sequence[tuple[float, str]] = ()

    def x(self, value: float) -> float:
        """Return the place of a value along."""
        return _LEFT + value / self.width * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        """Return the place of a share."""
        return HEIGHT - _BOTTOM - min(value, self.top) / self.top * (HEIGHT - _TOP - _BOTTOM)


def drawing(axes: Axes, shapes: Sequence[str], legend: Sequence[str]) -> str:
    """Return a whole drawing: axes, shapes and what the colours mean."""
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' role='img'>",
        f"<title>{escape(axes.title)}</title>",
        *_frame(axes),
        *shapes,
        *_legend(legend),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def line(
    axes: Axes, points: Sequence[tuple[float, float]], colour: str, *, dashed: bool = False
) -> str:
    """Return a line through points."""
    places = " ".join(f"{axes.x(x):.1f},{axes.y(y):.1f}" for x, y in points)
    dash = " stroke-dasharray='4 4'" if dashed else ""
    return f"<polyline points='{places}' fill='none' stroke='{colour}' stroke-width='2'{dash}/>"


def band(
    axes: Axes, low: Sequence[tuple[float, float]], high: Sequence[tuple[float, float]], colour: str
) -> str:
    """Return the area between two lines."""
    places = " ".join(f"{axes.x(x):.1f},{axes.y(y):.1f}" for x, y in [*low, *reversed(high)])
    return f"<polygon points='{places}' fill='{colour}' opacity='0.18'/>"


def dot(axes: Axes, point: tuple[float, float], colour: str, *, radius: float = 4) -> str:
    """Return a dot."""
    x, y = point
    return f"<circle cx='{axes.x(x):.1f}' cy='{axes.y(y):.1f}' r='{radius:.1f}' fill='{colour}'/>"


def bar(axes: Axes, at: tuple[float, float], share: float, colour: str) -> str:
    """Return a bar from the bottom between two values along."""
    left, right, top = axes.x(at[0]), axes.x(at[1]), axes.y(share)
    size = f"width='{right - left:.1f}' height='{axes.y(0) - top:.1f}'"
    return f"<rect x='{left:.1f}' y='{top:.1f}' {size} fill='{colour}'/>"


def _frame(axes: Axes) -> list[str]:
    parts = [_text(_LEFT, 18, axes.title, bold=True)]
    for step in range(5):
        share = axes.top * step / 4
        y = axes.y(share)
        parts.append(f"<path d='M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}' stroke='{_LINES}'/>")
        parts.append(_text(_LEFT - 8, y + 4, f"{100 * share:.0f} %", anchor="end"))
    for value, name in axes.marks:
        parts.append(_text(axes.x(value), HEIGHT - _BOTTOM + 16, name, anchor="middle"))
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    return [*parts, _text(middle, HEIGHT - 8, axes.along, anchor="middle")]


def _legend(names: Sequence[str]) -> list[str]:
    parts, x = [], WIDTH - _RIGHT
    for name, colour in reversed(list(zip(names, COLOURS, strict=False))):
        x -= 8 * len(name) + 24
        parts.append(f"<rect x='{x}' y='24' width='10' height='10' fill='{colour}'/>")
        parts.append(_text(x + 14, 33, name))
    return parts


def _text(x: float, y: float, words: str, *, anchor: str = "start", bold: bool = False) -> str:
    weight = " font-weight='bold'" if bold else ""
    return (
        f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' fill='{_INK}' {_FONT}{weight}>"
        f"{escape(words)}</text>"
    )
