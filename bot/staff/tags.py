"""Questions of the bot that are answered by quoting them: what they are about stands in a tag.

So the bot need not remember who was asked what: the question itself says it.
"""

from __future__ import annotations

import re

_TAG = re.compile(r"⟨([a-z]+(?: [\w.@+-]+)+)⟩\s*$", re.ASCII)


def tag(*words: str) -> str:
    """Return the tag that ends a question, e.g. ⟨note 1007⟩."""
    return f"⟨{' '.join(words)}⟩"


def tag_of(text: str) -> tuple[str, ...]:
    """Return the words of the tag that a text ends with; empty without one."""
    found = _TAG.search(text)
    return tuple(found[1].split()) if found else ()
