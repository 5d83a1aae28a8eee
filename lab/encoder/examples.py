"""Labelled texts: read from JSON lines, checked, and split so that no text stands on both sides."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2s
from pathlib import Path
from typing import Any

from companion.errors import BadInput
from lab.encoder.tasks import Kind, Task

AUGMENTED = "augmented"  # set on rows that `augment` wrote


@dataclass(frozen=True, slots=True)
class Example:
    """A text and what a person said about it."""

    text: str = field(repr=False)  # a student's words show up in no error
    #: None where nobody labelled it; empty where a multi-label text has none of the labels.
    labels: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Parts:
    """What is learned from, and what decides when to stop."""

    train: tuple[Example, ...]
    dev: tuple[Example, ...]


def read_examples(
    paths: Sequence[Path], task: Task, *, labelled: bool = True, evaluation: bool = False
) -> tuple[Example, ...]:
    """Return the rows of JSON-lines files (or of a folder's); raises BadInput with file and line.

    `evaluation=True` refuses rows that `augment` made: what is measured must have been written.
    """
    examples = []
    for where, row in _rows(paths):
        if evaluation and row.get(AUGMENTED):
            raise BadInput(f"{where}: an augmented row; evaluate on texts that people wrote")
        try:
            examples.append(example_of(row, task, labelled=labelled))
        except BadInput as wrong:
            raise BadInput(f"{where}: {wrong}") from wrong
    if not examples:
        raise BadInput(f"no rows in {', '.join(map(str, paths))}")
    return tuple(examples)


def example_of(row: Mapping[str, Any], task: Task, *, labelled: bool = True) -> Example:
    """Return a row of any loader as an example: `text`, and `labels` or the task's own column."""
    text = row.get("text")
    if not isinstance(text, str) or not text.strip():
        columns = ", ".join(sorted(row)) or "none"
        raise BadInput(f'needs a "text" that is not empty; its columns: {columns}')
    given = row.get("labels", row.get(task.column))
    if given is None and not labelled:
        return Example(text, None)
    return Example(text, _labels(given, task))


def split(examples: Iterable[Example], share: float, seed: int) -> Parts:
    """Put about `share` of the texts (0 to 1) aside; a repeated text falls on one side only."""
    train: list[Example] = []
    dev: list[Example] = []
    for example in examples:
        digest = blake2s(example.text.strip().encode(), salt=seed.to_bytes(8, "big")).digest()
        aside = int.from_bytes(digest[:8], "big") < share * 2**64
        (dev if aside else train).append(example)
    return checked(Parts(tuple(train), tuple(dev)))


def apart(train: Iterable[Example], dev: Sequence[Example]) -> Parts:
    """Return both parts, less the training texts that the development part holds too."""
    held = {example.text.strip() for example in dev}
    return checked(Parts(tuple(e for e in train if e.text.strip() not in held), tuple(dev)))


def checked(parts: Parts) -> Parts:
    """Return the parts; raises BadInput where one is empty."""
    for name, part in (("training", parts.train), ("development", parts.dev)):
        if not part:
            raise BadInput(f"the {name} part is empty: give more rows, or --dev with a file")
    return parts


def _rows(paths: Sequence[Path]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in _files(paths):
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield f"{path.name}:{number}", _row(line, f"{path.name}:{number}")


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.jsonl"))
        elif path.is_file():
            yield path
        else:
            raise BadInput(f"{path}: no such file or folder of JSON lines")


def _row(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as wrong:
        raise BadInput(f"{where}: not JSON") from wrong
    if not isinstance(row, dict):
        raise BadInput(f'{where}: not an object like {{"text": ..., "labels": [...]}}')
    return row


def _labels(given: object, task: Task) -> tuple[str, ...]:
    if isinstance(given, bool):  # distortion: yes or no
        given = task.labels[int(given)]
    labels = [given] if isinstance(given, str) else given
    if not isinstance(labels, list | tuple):
        raise BadInput(f'needs "labels", a list of {", ".join(task.labels)}')
    if task.kind is Kind.SINGLE and len(labels) != 1:
        raise BadInput(f"needs exactly one label of {', '.join(task.labels)}; has {len(labels)}")
    places = {task.index(str(label)) for label in labels}
    return tuple(task.labels[place] for place in sorted(places))
