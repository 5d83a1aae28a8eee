"""Batch commands: JSON lines in, JSON lines out, same order, one bad line spoils no other."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

from companion.errors import BadInput, NuanyuError
from companion.turns import Role, Turn

Line = dict[str, Any]
Answer = Callable[[Line], Line]
_WINDOW = 256  # lines in flight


def run_batch(answer: Answer, *, threads: int = 1) -> int:
    """Answer every line of standard input; returns 1 when a line could not be answered."""
    status = 0
    for line in _answered(answer, sys.stdin.buffer, threads=threads):
        status |= "error" in line
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return status


def _answered(answer: Answer, lines: Iterable[bytes], *, threads: int) -> Iterator[Line]:
    wanted = (line for line in lines if line.strip())
    if threads == 1:
        yield from (_answer_one(answer, line) for line in wanted)
        return
    with ThreadPoolExecutor(threads) as pool:
        while window := list(islice(wanted, _WINDOW)):
            yield from pool.map(lambda line: _answer_one(answer, line), window)


def _answer_one(answer: Answer, raw: bytes) -> Line:
    line_id = None
    try:
        line = json.loads(raw)
        if not isinstance(line, dict):
            raise BadInput("a line must be a JSON object")
        line_id = line.get("id")
        return {"id": line_id, **answer(line)}
    except (json.JSONDecodeError, UnicodeDecodeError):
        return {"id": line_id, "error": "not valid JSON in UTF-8"}
    except RecursionError:
        return {"id": line_id, "error": "nested too deeply"}
    except NuanyuError as error:
        return {"id": line_id, "error": str(error)}


def text_of(line: Line, field: str = "text") -> str:
    """Return a text field. Raises BadInput when it is missing or no text."""
    text = line.get(field)
    if not isinstance(text, str):
        raise BadInput(f'"{field}" must be a text')
    return text


def turns_of(line: Line, field: str) -> list[Turn]:
    """Return turns `[{"role": "user|assistant", "text": …}]`. Raises BadInput."""
    found = line.get(field, [])
    if not isinstance(found, list):
        raise BadInput(f'"{field}" must be a list of {{"role", "text"}}')
    return [_turn(item, field) for item in found]


def _turn(item: Any, field: str) -> Turn:
    if not isinstance(item, dict) or not isinstance(item.get("text"), str):
        raise BadInput(f'each item of "{field}" needs "role" and "text"')
    try:
        return Turn(Role(str(item.get("role"))), item["text"])
    except ValueError:
        raise BadInput(f'"role" in "{field}" must be "user" or "assistant"') from None
