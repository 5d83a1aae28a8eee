"""Reading of the corpus: every line is checked, and a bad one is refused with file and line."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from companion.errors import BadInput
from companion.language import Language
from companion.risk.levels import Kind, Level, Subject
from companion.turns import Role, Turn
from lab.corpus.line import SLICES, Line, Part, Span

HERE = Path(__file__).parent
_NEEDED = ("id", "text", "level", "kinds", "subject", "slice")
_FIELDS = ("id", "text", "history", "level", "kinds", "subject", "slice", "twin", "evidence")
_LEVELS = {level.label: level for level in Level}


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """One who wrote lines, in an invented voice."""

    name: str
    language: Language
    part: Part
    voice: str


@cache
def writers() -> tuple[Writer, ...]:
    """Return everybody in writers.toml, in its order; raises BadInput for a bad entry."""
    entries = tomllib.loads((HERE / "writers.toml").read_text(encoding="utf-8"))
    return tuple(_writer(name, entry) for name, entry in entries.items())


def load(language: Language | None = None, part: Part | None = None) -> tuple[Line, ...]:
    """Return the lines of a language and a part (all where None), in the order of the files.

    Raises BadInput with file and line number.
    """
    return tuple(
        line
        for writer in writers()
        if language in {None, writer.language} and part in {None, writer.part}
        for line in _file_of(writer)
    )


def read_lines(path: Path, writer: Writer) -> Iterator[Line]:
    """Yield the lines of one writer's file; raises BadInput with file and line number."""
    if not path.is_file():
        raise BadInput(f"{path.name}: missing, and writers.toml names {writer.name}")
    seen: set[str] = set()
    with path.open(encoding="utf-8") as rows:
        for number, row in enumerate(rows, 1):
            where = f"{path.name}:{number}"
            try:
                line = _line(_object(row), writer)
            except BadInput as wrong:
                raise BadInput(f"{where}: {wrong}") from wrong
            if line.id in seen:
                raise BadInput(f"{where}: the id {line.id} stands there twice")
            seen.add(line.id)
            yield line


@cache
def _file_of(writer: Writer) -> tuple[Line, ...]:
    path = HERE / "lines" / writer.language / f"{writer.name}.jsonl"
    return tuple(read_lines(path, writer))


def _writer(name: str, entry: Mapping[str, Any]) -> Writer:
    try:
        language, part = Language(entry["language"]), Part(entry["part"])
        return Writer(name=name, language=language, part=part, voice=entry["voice"])
    except (KeyError, ValueError) as wrong:
        raise BadInput(f"writers.toml: {name}: {wrong}") from wrong


def _object(row: str) -> dict[str, Any]:
    try:
        found = json.loads(row)
    except ValueError as wrong:
        raise BadInput("not JSON") from wrong
    if not isinstance(found, dict):
        raise BadInput("not an object")
    if unknown := found.keys() - set(_FIELDS):
        raise BadInput(f"does not know {', '.join(sorted(unknown))}")
    if missing := [field for field in _NEEDED if field not in found]:
        raise BadInput(f"needs {', '.join(missing)}")
    return found


def _line(row: Mapping[str, Any], writer: Writer) -> Line:
    text = _words(row["text"])
    level = _LEVELS.get(row["level"])
    if level is None:
        raise BadInput(f"level: one of {', '.join(_LEVELS)}")
    if row["slice"] not in SLICES:
        raise BadInput(f"slice: one of {', '.join(SLICES)}")
    return Line(
        id=_named(row["id"], writer),
        language=writer.language,
        part=writer.part,
        writer=writer.name,
        text=text,
        history=tuple(_turn(turn) for turn in _list(row, "history")),
        level=level,
        kinds=_kinds(row, level),
        subject=_subject(row["subject"]),
        slice=row["slice"],
        twin=_named(row["twin"], writer) if "twin" in row else None,
        evidence=_evidence(row, text, level),
    )


def _named(name: object, writer: Writer) -> str:
    if not isinstance(name, str) or not name.startswith(f"{writer.name}-"):
        raise BadInput(f"ids and twins of this file begin with {writer.name}-")
    return name


def _words(text: object) -> str:
    if not isinstance(text, str) or not text.strip() or text != text.strip():
        raise BadInput("text: words, with no space before or after them")
    if any(sign in text for sign in "\t\r\n"):
        raise BadInput("text: one line, without tabs")
    if "[[" in text or "]]" in text:
        raise BadInput("text: evidence stands in its own field, not between brackets")
    return text


def _list(row: Mapping[str, Any], field: str) -> list[Any]:
    found = row.get(field, [])
    if not isinstance(found, list) or (field in row and not found and field != "kinds"):
        raise BadInput(f"{field}: a list, left out when empty")
    return found


def _turn(turn: object) -> Turn:
    if not isinstance(turn, dict) or turn.keys() != {"role", "text"}:
        raise BadInput("history: turns with role and text")
    if turn["role"] not in set(Role):
        raise BadInput(f"history: role is one of {', '.join(Role)}")
    return Turn(Role(turn["role"]), _words(turn["text"]))


def _kinds(row: Mapping[str, Any], level: Level) -> tuple[Kind, ...]:
    found = _list(row, "kinds")
    if any(kind not in set(Kind) for kind in found) or len(set(found)) < len(found):
        raise BadInput(f"kinds: different ones of {', '.join(Kind)}")
    if bool(found) != (level > Level.NONE):
        raise BadInput("kinds: at least one from watch on, none at none")
    return tuple(Kind(kind) for kind in found)


def _subject(name: object) -> Subject:
    if name not in set(Subject):
        raise BadInput(f"subject: one of {', '.join(Subject)}")
    return Subject(str(name))


def _evidence(row: Mapping[str, Any], text: str, level: Level) -> tuple[Span, ...]:
    spans = tuple(_span(span, text) for span in _list(row, "evidence"))
    if bool(spans) != (level > Level.NONE):
        raise BadInput("evidence: at least one span from watch on, none at none")
    if any(one[1] > other[0] for one, other in pairwise(spans)):
        raise BadInput("evidence: spans in order that do not overlap")
    return spans


def _span(span: object, text: str) -> Span:
    match span:
        case [int(start), int(end)] if 0 <= start < end <= len(text):
            return start, end
    raise BadInput(f"evidence: [start, end] inside the text, from 0 to {len(text)}")
