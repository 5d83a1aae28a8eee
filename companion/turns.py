"""One turn of a talk, as the rules see it: who spoke and what was said."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """Who spoke."""

    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side said once."""

    role: Role
    #: Hidden from repr, so that no log line or traceback can quote a student.
    text: str = field(repr=False)
