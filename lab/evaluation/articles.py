"""`python -m lab articles`: how often the search finds the article that answers a line."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from companion.care.article_search import FITS, FITS_WELL, find_articles
from companion.language import Language

_QUERIES = Path(__file__).with_name("article_queries.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How the search did in one language; shares in [0, 1]."""

    lines: int
    #: The right article came first, among the first three.
    first: float
    among_three: float
    #: Of the lines that an article answers: one fits well enough to be laid before a model.
    fits: float
    #: Of the calm lines: one would be laid before a model, or offered.
    disturbed: float
    offered: float
    #: Lines whose article was not among the first three.
    missed: tuple[str, ...]


def measure(language: Language) -> Found:
    """Search for every line of one language."""
    table = tomllib.loads(_QUERIES.read_text(encoding="utf-8"))[language.value]
    first = among = fits = 0
    missed = []
    for text, *answers in table["asked"]:
        hits = find_articles(text, language)
        ids = [hit.article.id for hit in hits]
        first += ids[:1] == answers[:1] or (bool(ids) and ids[0] in answers)
        is_found = not set(ids).isdisjoint(answers)
        among += is_found
        fits += bool(hits) and hits[0].fit >= FITS
        if not is_found:
            missed.append(text)
    calm = [find_articles(text, language) for text in table["calm"]]
    best = [hits[0].fit if hits else 0.0 for hits in calm]
    count = len(table["asked"])
    return Found(
        lines=count,
        first=first / count,
        among_three=among / count,
        fits=fits / count,
        disturbed=sum(fit >= FITS for fit in best) / len(best),
        offered=sum(fit >= FITS_WELL for fit in best) / len(best),
        missed=tuple(missed),
    )


def run(
    *,
    show_missed: Annotated[bool, typer.Option(help="List the invented lines that failed.")] = False,
) -> None:
    """Measure the search for articles on invented lines, by words alone (a second)."""
    for language in Language:
        found = measure(language)
        typer.echo(
            f"{language.value}: {found.lines} lines, right first {found.first:.0%}, "
            f"among three {found.among_three:.0%}, fits {found.fits:.0%}; "
            f"calm lines disturbed {found.disturbed:.0%}, offered {found.offered:.0%}"
        )
        for text in found.missed if show_missed else ():
            typer.echo(f"  {text}")
