"""The corpus in figures, as tables in Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from companion.language import Language
from companion.risk.levels import Kind, Level, Subject
from lab.corpus.agreement import Agreement
from lab.corpus.line import SLICES, Line, Part

#: From this many characters (zh) or words (en) on, a text is in the group; with history or not.
_LENGTHS = {
    Language.ZH: (("up to 6 characters", 0), ("7 to 59", 7), ("60 and more", 60)),
    Language.EN: (("up to 4 words", 0), ("5 to 39", 5), ("40 and more", 40)),
}


def statistics(lines: Sequence[Line]) -> str:
    """Return all tables: by part, level, kind, subject, slice and length."""
    return "\n\n".join(
        [
            _table("part", Part, lines, lambda line: [line.part]),
            _levels(lines),
            _table("kind (a line may have several)", Kind, lines, lambda line: line.kinds),
            _table("subject", Subject, lines, lambda line: [line.subject]),
            _table("slice", SLICES, lines, lambda line: [line.slice]),
            *(_lengths(lines, language) for language in Language),
            _extras(lines),
        ]
    )


def agreements(rows: Sequence[tuple[str, Agreement]]) -> str:
    """Return one table of how far the readers agreed, a row for each name."""
    head = ("", "lines", "same level", "kappa (linear)", "same side", "kappa", "same subject")
    return _markdown(
        (*head, "two levels apart"),
        [
            (
                name,
                str(found.lines),
                f"{found.same_level:.1%}",
                f"{found.level_kappa:.2f}",
                f"{found.same_side:.1%}",
                f"{found.side_kappa:.2f}",
                f"{found.same_subject:.1%}",
                str(found.far_apart),
            )
            for name, found in rows
        ],
    )


def _table(
    title: str,
    names: Iterable[str],
    lines: Sequence[Line],
    of: Callable[[Line], Iterable[str]],
) -> str:
    counts = Counter((line.language, str(name)) for line in lines for name in of(line))
    rows = [(str(name), *(str(counts[each, str(name)]) for each in Language)) for name in names]
    return _markdown((title, *Language), rows)


def _levels(lines: Sequence[Line]) -> str:
    counts = Counter((line.language, line.part, line.level) for line in lines)
    columns = [(language, part) for language in Language for part in Part]
    return _markdown(
        ("level", *(f"{language} {part}" for language, part in columns)),
        [(level.label, *(str(counts[*each, level]) for each in columns)) for level in Level],
    )


def _lengths(lines: Sequence[Line], language: Language) -> str:
    groups = _LENGTHS[language]
    counts: Counter[tuple[str, bool]] = Counter()
    for line in lines:
        if line.language is language:
            size = len(line.text) if language is Language.ZH else len(line.text.split())
            name = [name for name, least in groups if size >= least][-1]
            counts[name, line.level.needs_card] += 1
    return _markdown(
        (f"length, {language}", "below moderate", "moderate and above"),
        [(name, str(counts[name, False]), str(counts[name, True])) for name, _ in groups],
    )


def _extras(lines: Sequence[Line]) -> str:
    rows = {
        "writers": {language: set[str]() for language in Language},
        "lines with earlier turns": {language: set[str]() for language in Language},
        "groups of twins": {language: set[str]() for language in Language},
    }
    for line in lines:
        rows["writers"][line.language].add(line.writer)
        if line.history:
            rows["lines with earlier turns"][line.language].add(line.id)
        if line.twin:
            rows["groups of twins"][line.language].add(line.twin)
    return _markdown(
        ("besides", *Language),
        [(name, *(str(len(found[each])) for each in Language)) for name, found in rows.items()],
    )


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    ruler = ["---", *("--:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ruler, *rows))
