"""Handing messages to platforms: one module per platform, imported only where it is used."""

from __future__ import annotations

from collections.abc import Mapping

from companion.ports import Sender


class PlatformSenders:
    """The senders by platform; implements companion.ports.Senders."""

    def __init__(self, senders: Mapping[str, Sender]) -> None:
        self._senders = dict(senders)

    def get(self, platform: str) -> Sender | None:
        """Return the sender, or None for a platform that is off or is a mailbox."""
        return self._senders.get(platform)
