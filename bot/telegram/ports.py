"""What the Telegram edge needs from the rest of Nuanyu."""

from __future__ import annotations

from typing import Protocol

from companion.messages import Choice, Inbound, Platform


class Accepted(Protocol):
    """What became of something a student sent."""

    @property
    def card(self) -> tuple[str, tuple[Choice, ...]] | None:
        """Text and buttons that must go out in this very answer: the queue is away (law 4)."""


class Intake(Protocol):
    """Takes in what arrives."""

    async def accept(self, inbound: Inbound) -> Accepted:
        """Commit one row, or find that it is there already.

        Raises StoreUnavailable when nothing could be committed; Telegram then repeats.
        """

    async def reach(self, platform: Platform, sender: str, *, reachable: bool) -> None:
        """Record that a student blocked the bot or let it in again.

        Raises StoreUnavailable.
        """


class Greeted(Protocol):
    """Remembers which groups were told already that Nuanyu talks only in private."""

    async def first_time(self, chat_id: str) -> bool:
        """Whether this group asks for the first time; True once per group."""
