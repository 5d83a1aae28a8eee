"""What drills ask of the rows; adapter: infra/store/drills.py."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from companion.language import Language


class Drills(Protocol):
    """Whom drills concern."""

    def prepare(self, *, language: Language, now: datetime) -> None:
        """Make the student that is nobody, unless it is there: no account, no consent, no words."""
