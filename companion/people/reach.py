"""When a platform lets us write first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from companion.messages import Platform

#: How long after a student's own words we may write there; None: at any time.
WINDOWS: Final[Mapping[Platform, timedelta | None]] = {
    Platform.WEB: None,
    Platform.TELEGRAM: None,
}


def may_write(
    platform: Platform,
    *,
    reachable: bool,
    last_message_at: datetime | None,
    now: datetime,
) -> bool:
    """Whether something unasked could arrive there now."""
    window = WINDOWS[platform]
    if not reachable or window is None:
        return reachable
    return last_message_at is not None and now - last_message_at < window
