"""`python -m lab eval` and `python -m lab floors`; scikit-learn is loaded only by the first."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from companion.errors import BadInput
from companion.language import Language
from companion.risk.screen import screen, unusable_models
from lab.corpus import Part, load
from lab.evaluation import floors as kept
from lab.evaluation.errors import errors as told_errors
from lab.evaluation.judged import judged
from lab.sets import DataMissing, data_folder

_EVERYTHING = 1_000_000
_MOST_CHAT = 2_000
_JSON = Path("build/eval.json")

_Data = Annotated[
    Path | None,
    typer.Option(help="Folder of the public data sets; else NUANYU_LAB_DATA, else ../shared/data."),
]
_Only = Annotated[
    Language | None, typer.Option("--language", "-l", help="One language only; else both.")
]
_Most = Annotated[
    int, typer.Option(min=60, help="At most so many texts of each set: a quick look.")
]


def run(  # noqa: PLR0913 - each is an option of the command line
    data: _Data = None,
    language: _Only = None,
    most: _Most = _EVERYTHING,
    *,
    curve: Annotated[bool, typer.Option(help="Measure the learning curve, too.")] = True,
    errors: Annotated[
        bool, typer.Option("--errors", help="List the lines of the dev part that went wrong.")
    ] = False,
    show_texts: Annotated[
        bool, typer.Option("--show-texts", help="With --errors: the invented texts, too.")
    ] = False,
    write_docs: Annotated[
        bool, typer.Option("--write-docs", help="Write docs/models anew; needs a whole run.")
    ] = False,
) -> None:
    """Measure the screening against baselines, on the corpus and the public sets (some minutes)."""
    _need_models()
    languages = [language] if language else list(Language)
    if errors:
        _show_errors(languages, with_texts=show_texts)
        return
    folder = _folder(data)
    if write_docs and (language or most < _EVERYTHING or not curve or folder is None):
        raise BadInput("--write-docs needs a whole run: both languages, every text, every set")
    evaluate = _module("evaluate")
    scope = evaluate.Scope(
        languages=languages, data=folder, most=most, most_chat=_MOST_CHAT, curve=curve
    )
    report = evaluate.evaluate(scope, day=datetime.now(UTC).date(), tell=_tell)
    _hand_out(report, write_docs=write_docs)


def floors(
    *,
    write: Annotated[
        bool, typer.Option("--write", help="Record what is measured now, after you have looked.")
    ] = False,
) -> None:
    """Fail where the screening notices less or raises more than at the last release."""
    _need_models()
    now = {language: kept.counts(judged(load(language, Part.DEV), screen)) for language in Language}
    if write:
        kept.write(now, kept.FILE)
        typer.echo(f"{kept.FILE.name}: recorded")
        return
    recorded = kept.read(kept.FILE)
    worse = [
        shortfall
        for language in Language
        for shortfall in kept.shortfalls(now[language], recorded.get(language, {}), language)
    ]
    for shortfall in worse:
        typer.echo(str(shortfall))
    groups = sum(len(groups) for groups in recorded.values())
    typer.echo(f"{groups} groups of lines, {len(worse)} worse than recorded")
    if worse:
        typer.echo(
            "Which lines: python -m lab eval --errors. Worth it? python -m lab floors --write"
        )
    raise typer.Exit(1 if worse else 0)


def _hand_out(report: Any, *, write_docs: bool) -> None:
    """Show the tables, keep the figures, and write the documents where that is wanted."""
    tables = _module("tables")
    tables.show(tables.tables(report))
    _module("report").save(report, _JSON)
    typer.echo(f"wrote {_JSON}")
    for file in _module("pages").write(report) if write_docs else ():
        typer.echo(f"wrote {file}")


def _show_errors(languages: list[Language], *, with_texts: bool) -> None:
    for language in languages:
        typer.echo(f"{language}, dev part")
        for line in told_errors(judged(load(language, Part.DEV), screen), with_texts=with_texts):
            typer.echo(line)


def _need_models() -> None:
    """Raise BadInput where a model is missing: what runs without it is not what ships."""
    if wrong := unusable_models():
        raise BadInput("; ".join(map(str, wrong)))


def _folder(given: Path | None) -> Path | None:
    """Return the folder of the public sets; None, saying so, where there is none."""
    try:
        return data_folder(given)
    except DataMissing as missing:
        if given is not None:
            raise
        _tell(f"without the public sets: {missing}")
        return None


def _module(name: str) -> Any:
    try:
        return import_module(f"lab.evaluation.{name}")
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in {"sklearn", "scipy"}:
            raise
        raise BadInput(f"{missing.name} is missing: pip install -e '.[encoder]'") from missing


def _tell(what: str) -> None:
    typer.echo(what, err=True)
