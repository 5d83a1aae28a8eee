"""The clock on the wall."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class WallClock:
    """Real time; implements companion.ports.Clock."""

    def now(self) -> datetime:
        """Return the aware present moment."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(max(0.0, seconds))
