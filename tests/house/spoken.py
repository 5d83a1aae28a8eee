"""Every string that a student can read, with the place it stands in."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.house.tree import code, parsed, read, tracked

#: Tables of content files that are listened for, looked up or ordered by, and never shown.
_NEVER_SHOWN = {
    *("id", "cues", "hints", "keywords", "fits", "needs", "needs_one_of", "tone", "command"),
    *("type", "value", "url", "country", "region", "kind", "operator", "source_url"),
    *("source", "sources"),  # titles, volumes and pages of other people's works
    *("confidence", "notes", "status", "opens", "closes", "timezone", "verified_by"),
}
_ALL_SHOWN = ("companion/texts/", "companion/content/safety/")
#: What is heard, or told to the model; a student reads none of it.
_LISTENED = ("companion/content/risk/", "companion/content/guard/", "companion/content/prompt/")
_LISTENED += ("companion/content/guided/grammar.toml", "companion/content/guided/known.toml")
_LISTENED += ("infra/redaction/", "companion/content/commands.toml")
#: Where a wording might be written into code.
_SPEAKING_CODE = ("companion/flows/", "companion/people/", "companion/safety/", "bot/")
_SPEAKING_CODE += ("companion/campus.py", "infra/pagers/")


@dataclass(frozen=True, slots=True)
class Spoken:
    """One string and where it stands."""

    file: str
    key: str
    text: str

    def __str__(self) -> str:
        """Return the place and the text, for a failed test."""
        return f"{self.file} {self.key}: {self.text}"


def spoken() -> list[Spoken]:
    """Return every string a student can read."""
    return [*_from_content(), *_from_pages(), *_from_code()]


def from_file(file: str) -> list[Spoken]:
    """Return every string of a content file, shown or not."""
    return list(_walk(file, "", tomllib.loads(read(file)), skip=set()))


def _from_content() -> Iterator[Spoken]:
    for file in tracked():
        is_content = file.endswith(".toml") and file.startswith(("companion/", "bot/", "infra/"))
        is_content = is_content and not file.startswith("companion/learned/")  # sums of files
        if is_content and not file.startswith(_LISTENED):
            # In the texts themselves everything is shown, whatever its name.
            skip = set() if file.startswith(_ALL_SHOWN) else _NEVER_SHOWN
            yield from _walk(file, "", tomllib.loads(read(file)), skip=skip)


def _walk(file: str, key: str, value: Any, *, skip: set[str]) -> Iterator[Spoken]:
    if isinstance(value, str):
        yield Spoken(file, key, value)
    elif isinstance(value, list):
        for each in value:
            yield from _walk(file, key, each, skip=skip)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name not in skip:
                yield from _walk(file, f"{key}.{name}".lstrip("."), each, skip=skip)


def _from_pages() -> Iterator[Spoken]:
    for file in tracked():
        if file.startswith("bot/templates/"):
            words = re.sub(r"\{[{%#].*?[}%#]\}|<[^>]*>", " ", read(file), flags=re.DOTALL)
            labels = re.findall(r'(?:aria-label|alt|title|placeholder)="([^"{]+)"', read(file))
            for text in (*words.split("\n"), *labels):
                if text.strip():
                    yield Spoken(file, "", text.strip())
        elif file.startswith("bot/static/") and file.endswith((".js", ".svg")):
            script = re.sub(r"(?<!:)//[^\n]*|/\*(?s:.*?)\*/", "", read(file))
            for found in re.finditer(r"\"([^\"\n]*)\"|'([^'\n]*)'|`([^`]*)`", script):
                yield Spoken(file, "", found[1] or found[2] or found[3] or "")


def _from_code() -> Iterator[Spoken]:
    for file in code():
        if file.startswith(_SPEAKING_CODE):
            docstrings = {id(node.value) for node in ast.walk(parsed(file)) if _is_bare(node)}
            for node in ast.walk(parsed(file)):
                is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
                if is_text and id(node) not in docstrings:
                    yield Spoken(file, str(node.lineno), node.value)


def _is_bare(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
