"""Looking a wording up."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from companion.errors import ContentError
from companion.language import Language


def say(key: str, language: Language, /, **fields: object) -> str:
    """Return a wording with its fields filled in. Raises ContentError for an unknown key."""
    found = wording(key, language)
    if not isinstance(found, str):
        raise ContentError(f"companion/texts/{language}.toml: {key} is not a text")
    return found.format(**fields) if fields else found


def wording(key: str, language: Language) -> Any:
    """Return what stands under a dotted key: a text, a list or a table."""
    found: Any = _texts(language)
    for part in key.split("."):
        if not isinstance(found, dict) or part not in found:
            raise ContentError(f"companion/texts/{language}.toml: no wording {key}")
        found = found[part]
    return found


@cache
def _texts(language: Language) -> dict[str, Any]:
    source = files("companion.texts").joinpath(f"{language}.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))
