"""The documents of docs/models: the evaluation page whole, the figures inside the model card."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path

from companion.errors import BadInput
from lab.corpus import Part
from lab.evaluation.plots import plots
from lab.evaluation.report import SHIPPED, Report
from lab.evaluation.tables import (
    Table,
    chat_table,
    curve_table,
    cut_table,
    detail_table,
    main_table,
    suicidality_table,
)

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "models"
PAGE, CARD = "evaluation.md", "risk.md"


def write(report: Report, folder: Path = FOLDER) -> Iterator[Path]:
    """Write page and plots and renew the model card's figures; yields what was written."""
    contents = {PAGE: page(report), **plots(report)}
    card = folder / CARD
    if card.is_file():
        contents[CARD] = renewed(card.read_text(encoding="utf-8"), report)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_text(content, encoding="utf-8")
        yield folder / name


def page(report: Report) -> str:
    """Return the evaluation page: what the template says, with the tables in their places."""
    text = files("lab.evaluation").joinpath("page.md").read_text(encoding="utf-8")
    for name, content in _places(report).items():
        text = text.replace(f"<!-- {name} -->", content)
    return text


def renewed(card: str, report: Report) -> str:
    """Return the model card with these figures; raises BadInput where it has no place for them."""
    place = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- end of figures -->)", re.DOTALL)
    if not place.search(card):
        raise BadInput(f"{CARD}: no place for the figures")
    shown = _titled([main_table(one) for one in report.corpus])
    return place.sub(lambda _: f"\n{shown}\n\n", card)


def _places(report: Report) -> dict[str, str]:
    dev = [one for one in report.corpus if one.part is Part.DEV]
    return {
        "day": report.day.isoformat(),
        "main": _titled(main_table(one) for one in report.corpus),
        "detail": _titled(detail_table(one) for one in report.corpus),
        "cuts": _titled(cut_table(one, cut) for one in dev for cut in one.cuts[SHIPPED]),
        "psysuicide": suicidality_table(report).markdown(),
        "chat": chat_table(report).markdown(),
        "curve": _titled(curve_table(report, language) for language in report.curves),
    }


def _titled(tables: Iterable[Table]) -> str:
    return "\n\n".join(f"**{table.title}**\n\n{table.markdown()}" for table in tables)
