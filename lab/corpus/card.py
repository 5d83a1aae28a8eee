"""The figures inside the data card, README.md: written by the program, never by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence

from companion.errors import BadInput
from companion.language import Language
from lab.corpus.agreement import agreement, readings
from lab.corpus.line import Line
from lab.corpus.tables import agreements, statistics


def renewed(card: str, lines: Sequence[Line]) -> str:
    """Return the card with the figures of these lines; raises BadInput where it has no place."""
    found = readings(lines)
    rows = [(str(each), agreement(found, each)) for each in Language]
    for name, table in (("figures", statistics(lines)), ("agreement", agreements(rows))):
        place = re.compile(f"(?<=<!-- {name} -->\n).*?(?=<!-- end of {name} -->)", re.DOTALL)
        if not place.search(card):
            raise BadInput(f"README.md: no place for the {name}")
        card = place.sub(f"\n{table}\n\n", card)
    return card
