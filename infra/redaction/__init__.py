"""Replaces names, numbers and addresses before a prompt leaves the process.

First version: patterns and cues, no trained recogniser. It hides what is said to be a name
("我室友叫…"), not every name.
"""

from __future__ import annotations

from infra.redaction.entities import Entity, Type
from infra.redaction.finder import find
from infra.redaction.talk_mask import TalkMask, replace_entities

__all__ = ["Entity", "TalkMask", "Type", "find", "redact"]


def redact(text: str, *, keep: frozenset[str] = frozenset()) -> tuple[str, list[Entity]]:
    """Return one text with placeholders, and what was found (offsets in the given text)."""
    entities = find(text, keep=keep)
    mask = TalkMask(keep=keep)
    return replace_entities(text, entities, mask.mark), entities
