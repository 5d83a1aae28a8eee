"""Pictures as SVG, in two palettes: for a phone's chat and, with the page's own colours, the web.

Each shape carries its colour and, as a class, the colour's name, so that a page's style sheet
can colour it anew. Faces are drawn, because fonts draw them in their own ways or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from html import escape
from types import MappingProxyType
from typing import Final

#: The font of the pictures that are sent; a page uses its own.
FONT: Final = "Noto Sans SC"
#: The width of the edge around a dot.
EDGE: Final = 1.2


class Theme(StrEnum):
    """Whether a picture is for a light or a dark chat."""

    LIGHT = "light"
    DARK = "dark"


class Ink(StrEnum):
    """What a colour is for."""

    GROUND = "ground"
    TEXT = "text"
    MUTED = "muted"
    RULE = "rule"
    LINE = "line"
    MARK = "mark"
    DEED = "deed"
    BAND = "band"
    #: The lines of a face, on every one of its colours.
    FEATURE = "feature"
    FACE_1 = "face-1"
    FACE_2 = "face-2"
    FACE_3 = "face-3"
    FACE_4 = "face-4"
    FACE_5 = "face-5"


#: The faces go from violet to yellow: apart for the colour-blind too, and none of them is the
#: red of an alarm. A test measures the contrast of text and marks.
COLOURS: Final[Mapping[Theme, Mapping[Ink, str]]] = MappingProxyType(
    {
        Theme.LIGHT: MappingProxyType(
            {
                Ink.GROUND: "#fffdf9", Ink.TEXT: "#2d2823", Ink.MUTED: "#655b51",
                Ink.RULE: "#e6ddcf", Ink.LINE: "#8c8175", Ink.MARK: "#7d6ba0",
                Ink.DEED: "#37614f", Ink.BAND: "#efe8db", Ink.FEATURE: "#2d2823",
                Ink.FACE_1: "#a99ad0", Ink.FACE_2: "#93b3dc", Ink.FACE_3: "#9cc9bd",
                Ink.FACE_4: "#c3d27e", Ink.FACE_5: "#f2cb55",
            }
        ),
        Theme.DARK: MappingProxyType(
            {
                Ink.GROUND: "#292522", Ink.TEXT: "#ece5db", Ink.MUTED: "#b0a599",
                Ink.RULE: "#423b35", Ink.LINE: "#8a7f74", Ink.MARK: "#b3a2dc",
                Ink.DEED: "#a5cdb9", Ink.BAND: "#4a433c", Ink.FEATURE: "#292522",
                Ink.FACE_1: "#a99ad0", Ink.FACE_2: "#93b3dc", Ink.FACE_3: "#9cc9bd",
                Ink.FACE_4: "#c3d27e", Ink.FACE_5: "#f2cb55",
            }
        ),
    }
)  # fmt: skip

FACE_INKS: Final = (Ink.FACE_1, Ink.FACE_2, Ink.FACE_3, Ink.FACE_4, Ink.FACE_5)
#: How far the middle of a mouth hangs below its corners, by face, in parts of the radius.
_MOUTHS: Final = (-0.42, -0.22, 0.0, 0.3, 0.55)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """How a line is drawn."""

    ink: Ink
    width: float = 1.0
    dash: str = ""


@dataclass(slots=True)
class Drawing:
    """Shapes, one over the other; its size is known when it is finished."""

    width: float
    theme: Theme
    _shapes: list[str] = field(default_factory=list)

    def line(self, points: Sequence[tuple[float, float]], stroke: Stroke) -> None:
        """Draw a line through points."""
        path = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        self._add(f'<polyline points="{path}" fill="none" {self._stroked(stroke)}/>')

    def dot(self, x: float, y: float, radius: float, ink: Ink, *, edge: Ink | None = None) -> None:
        """Draw a disc, with an edge where it must stand out from what lies under it."""
        disc = f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"'
        self._add(f"{disc} {self._filled(ink, edge)}/>")

    def box(self, x: float, y: float, size: tuple[float, float], ink: Ink) -> None:
        """Draw a box with round corners, from its upper left corner."""
        width, height = size
        self._add(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'
            f' rx="{_n(min(2.5, width / 2))}" {self._filled(ink)}/>'
        )

    def diamond(self, x: float, y: float, radius: float, ink: Ink) -> None:
        """Draw a square that stands on its corner."""
        corners = ((x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y))
        path = " ".join(f"{_n(a)},{_n(b)}" for a, b in corners)
        self._add(f'<polygon points="{path}" {self._filled(ink)}/>')

    def words(
        self, x: float, y: float, text: str, *, size: float = 11, ink: Ink = Ink.MUTED,
        anchor: str = "start",
    ) -> None:  # fmt: skip
        """Write one line; `anchor` says which of its ends, or its middle, stands at `x`."""
        self._add(
            f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" text-anchor="{anchor}"'
            f" {self._filled(ink)}>{escape(text)}</text>"
        )

    def face(self, x: float, y: float, radius: float, number: int) -> None:
        """Draw the face of a mood between 1 and 5."""
        self.dot(x, y, radius, FACE_INKS[number - 1])
        for side in (-1, 1):
            self.dot(x + side * 0.36 * radius, y - 0.22 * radius, 0.12 * radius, Ink.FEATURE)
        bend = _MOUTHS[number - 1] * radius
        at, half = y + 0.38 * radius - bend / 2, 0.48 * radius
        curve = f"M{_n(x - half)} {_n(at)}Q{_n(x)} {_n(at + 2 * bend)} {_n(x + half)} {_n(at)}"
        stroke = self._stroked(Stroke(ink=Ink.FEATURE, width=0.14 * radius))
        self._add(f'<path d="{curve}" fill="none" {stroke}/>')

    def finished(self, height: float, *, told: str) -> str:
        """Return the SVG; `told` says in words what it shows, for those who cannot see it."""
        ground = f'<rect width="100%" height="100%" {self._filled(Ink.GROUND)}/>'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(self.width)} {_n(height)}"'
            f' width="{_n(self.width)}" height="{_n(height)}" role="img"'
            f' aria-label="{escape(told)}" font-family="{FONT}, sans-serif">'
            f"{ground}{''.join(self._shapes)}</svg>"
        )

    def _add(self, shape: str) -> None:
        self._shapes.append(shape)

    def _filled(self, ink: Ink, edge: Ink | None = None) -> str:
        colours = COLOURS[self.theme]
        if edge is None:
            return f'class="fill-{ink}" fill="{colours[ink]}"'
        around = f'stroke="{colours[edge]}" stroke-width="{EDGE}"'
        return f'class="fill-{ink} line-{edge}" fill="{colours[ink]}" {around}'

    def _stroked(self, stroke: Stroke) -> str:
        colour = COLOURS[self.theme][stroke.ink]
        dash = f' stroke-dasharray="{stroke.dash}"' if stroke.dash else ""
        return (
            f'class="line-{stroke.ink}" stroke="{colour}" stroke-width="{_n(stroke.width)}"'
            f' stroke-linecap="round" stroke-linejoin="round"{dash}'
        )


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
