"""The direct way to staff: one Telegram group, with a token of its own."""

from __future__ import annotations

import structlog

from companion.ports import Refused, RetryLater, Sender, Uncertain

log = structlog.get_logger(__name__)


class NoPager:
    """Pages nobody; implements companion.ports.Pager.

    For a process that does not page: it may know that another one can.
    """

    def __init__(self, *, is_configured: bool) -> None:
        self.is_configured = is_configured

    def page(self, text: str) -> bool:  # noqa: ARG002 - the port's signature
        """Reach nobody, and say so."""
        return False


class GroupPager:
    """Pages a group chat; implements companion.ports.Pager."""

    is_configured = True

    def __init__(self, sender: Sender, chat: str) -> None:
        self._sender = sender
        self._chat = chat

    def page(self, text: str) -> bool:
        """Send one page; False when it was not taken (a page in doubt counts as not taken)."""
        try:
            for part in self._sender.parts(text, markdown=False):
                self._sender.send(self._chat, part, choices=())
        except (RetryLater, Refused, Uncertain) as error:
            # No traceback: it would quote the page's address.
            log.error("page_not_taken", error=type(error).__name__)  # noqa: TRY400
            return False
        return True
