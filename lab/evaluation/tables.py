"""A report as tables: for the terminal by rich, for the documents in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table as RichTable

from lab.evaluation.figures import Row
from lab.evaluation.metrics import Share
from lab.evaluation.public import Suicidality
from lab.evaluation.report import KEYWORDS, SHIPPED, TFIDF, Measured, Report

_UNKNOWN = "–"
_MAIN = {
    "recall": "at risk, noticed",
    "precision": "precision",
    "f1": "F1",
    "implicit": "without any keyword, noticed",
    "grave": "high or imminent, below moderate",
    "raised": "harmless, raised",
    "watched": "harmless, at least watched",
    "loud": 'harmless with 死 or "kill", raised',
    "elsewhere": "idioms and fiction, raised",
    "ordinary": "small talk and everyday stress, raised",
    "three": "noticed by score where 3 % of harmless are raised",
    "five": "the same at 5 %",
    "error": "calibration error",
    "time": "ms a message, median / p99",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A title, a head and rows of words."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]

    def markdown(self) -> str:
        """Return the table in Markdown, without its title."""
        ruler = ("---", *("--:" for _ in self.head[1:]))
        return "\n".join(f"| {' | '.join(row)} |" for row in (self.head, ruler, *self.rows))


def show(tables: Iterator[Table]) -> None:
    """Print tables in the terminal."""
    console = Console()
    for table in tables:
        shown = RichTable(title=table.title, title_justify="left")
        for number, name in enumerate(table.head):
            shown.add_column(name, justify="right" if number else "left", no_wrap=not number)
        for row in table.rows:
            shown.add_row(*row)
        console.print(shown)


def tables(report: Report) -> Iterator[Table]:
    """Yield every table of a report, the main figures first."""
    yield from (main_table(one) for one in report.corpus)
    yield from (detail_table(one) for one in report.corpus)
    yield from (cut_table(one, cut) for one in report.corpus for cut in one.cuts[SHIPPED])
    if report.suicidality:
        yield suicidality_table(report)
    if report.chats:
        yield chat_table(report)
    yield from (curve_table(report, language) for language in report.curves)


def main_table(of: Measured) -> Table:
    """Return the main figures of each screening, a column each."""
    names = tuple(of.figures)
    columns = [_main(of, name) for name in names]
    return Table(
        title=f"{of.language}, {of.part} part: {of.figures[SHIPPED].lines} lines",
        head=("", *names),
        rows=[(label, *(column[key] for column in columns)) for key, label in _MAIN.items()],
    )


def detail_table(of: Measured) -> Table:
    """Return what is asked of the shipped screening alone."""
    kinds = [(f"F1 of {kind}", f"{f1:.2f}") for kind, f1 in of.detail.kind_f1.items()]
    return Table(
        title=f"{of.language}, {of.part} part: levels, subjects and kinds, shipped",
        head=("", "shipped"),
        rows=[
            ("exactly the right level", counted(of.detail.same_level)),
            ("right subject, lines above none", counted(of.detail.same_subject)),
            ("macro F1 of kinds", f"{of.detail.kind_macro_f1:.2f}"),
            *kinds,
        ],
    )


def cut_table(of: Measured, cut: str) -> Table:
    """Return one way to cut the part: what is noticed and raised in each group."""
    shown = [name for name in (SHIPPED, TFIDF, KEYWORDS) if name in of.cuts]
    return Table(
        title=f"{of.language}, {of.part} part, by {cut}",
        head=(cut, *(f"{name}: {what}" for name in shown for what in ("noticed", "raised"))),
        rows=[
            (group, *(cell for name in shown for cell in _cells(of.cuts[name][cut][group])))
            for group in of.cuts[SHIPPED][cut]
        ],
    )


def suicidality_table(report: Report) -> Table:
    """Return PsySUICIDE, by its sources and by what makes a text hard."""
    rows = [
        row for name, found in report.suicidality.items() for row in _suicidality_rows(name, found)
    ]
    head = ("PsySUICIDE", "recall", "precision", "F1", "no keyword, noticed", "死 or 杀, raised")
    return Table(title="PsySUICIDE", head=head, rows=rows)


def chat_table(report: Report) -> Table:
    """Return how many of a thousand texts are raised that nobody labelled for risk."""
    return Table(
        title="Ordinary chat: raised to moderate and above, of a thousand",
        head=("", *(f"{one.name} ({one.raised.of})" for one in next(iter(report.chats.values())))),
        rows=[
            (name, *(_of_a_thousand(one.raised.value) for one in chats))
            for name, chats in report.chats.items()
        ],
    )


def curve_table(report: Report, language: str) -> Table:
    """Return the learning curve of a language."""
    return Table(
        title=f"{language}: what more writers bring to the n-gram model",
        head=("writers", "lines", "missed, mean", "best order", "worst order"),
        rows=[
            (str(one.writers), str(one.lines), *map(percent, (one.missed, one.least, one.most)))
            for one in report.curves[language]
        ],
    )


def percent(value: float | None) -> str:
    """Return a share in words."""
    return _UNKNOWN if value is None else f"{value:.1%}"


def number(value: float | None) -> str:
    """Return a figure in words."""
    return _UNKNOWN if value is None else f"{value:.2f}"


def counted(of: Share) -> str:
    """Return a share with what it counts, and its interval where it has one."""
    if not of.of:
        return _UNKNOWN
    if of.interval is None:
        return f"{percent(of.value)} ({of.hits}/{of.of})"
    low, high = of.interval
    return f"{percent(of.value)} [{100 * low:.0f}–{100 * high:.0f}]"


def _main(of: Measured, name: str) -> dict[str, str]:
    found = of.figures[name]
    return {
        "recall": counted(found.at_risk.recall),
        "precision": counted(found.at_risk.precision),
        "f1": number(found.at_risk.f1),
        "implicit": counted(found.implicit),
        "grave": counted(found.grave_missed),
        "raised": counted(found.raised),
        "watched": counted(found.watched),
        "loud": counted(found.loud),
        "elsewhere": counted(found.elsewhere),
        "ordinary": counted(found.ordinary),
        "three": percent(found.at_three_percent),
        "five": percent(found.at_five_percent),
        "error": f"{found.calibration_error:.3f}",
        "time": f"{found.median_milliseconds:.1f} / {found.p99_milliseconds:.1f}",
    }


def _suicidality_rows(name: str, found: Suicidality | None) -> Iterator[tuple[str, ...]]:
    if found is None:
        yield (name, "trained on, not reported", *([_UNKNOWN] * 4))
        return
    hard = (counted(found.implicit), counted(found.loud))
    for origin, one in {"all": found.whole, **found.by_origin}.items():
        shares = (counted(one.recall), counted(one.precision), number(one.f1))
        yield (f"{name}: {origin}", *shares, *(hard if origin == "all" else ("", "")))


def _cells(row: Row) -> list[str]:
    return [f"{one.hits}/{one.of}" if one.of else "" for one in (row.noticed, row.raised)]


def _of_a_thousand(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{1000 * value:.1f}"
