"""What is asked of the rows beside the talks: browsers, deleting, counting."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from companion.people.student import Account


class WebSessions(Protocol):
    """Browsers."""

    def open(self, token_hash: str, account: Account, *, now: datetime) -> None:
        """Let a browser in."""

    def account(self, token_hash: str) -> Account | None:
        """Return whose chat this browser may see; None when unknown or gone."""

    def seen(self, token_hash: str, *, now: datetime) -> None:
        """Note that the browser is still in use."""


class Upkeep(Protocol):
    """Deleting what has passed its date, and counting what is left to do."""

    def drop_words(self, *, before: datetime, unstored_before: datetime, limit: int) -> int:
        """Delete settled messages, and what students kept of themselves, older than this.

        Sooner for those who refused storage.
        """

    def close_sessions(self, *, before: datetime) -> int:
        """Forget browsers that nobody has used since."""

    def close_staff_sessions(self, *, before: datetime) -> int:
        """Forget browsers of staff that signed in before a moment."""

    def drop_codes(self, *, now: datetime) -> int:
        """Forget codes that bind a chat account and have expired."""

    def counts(self, *, now: datetime) -> dict[str, float]:
        """Return gauges: what is owed, and how old the oldest of it is (seconds)."""
