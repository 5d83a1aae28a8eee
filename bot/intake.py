"""Where everything that arrives goes through, and where law 4 is kept.

With the database or the broker away, an at-risk text is still answered with the crisis card in
the very answer to the platform, and staff are paged from here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ParamSpec
from uuid import UUID

import structlog

from companion.dialogue.commands import CommandName, parse_command
from companion.dialogue.talk_language import detect_language
from companion.errors import StoreUnavailable
from companion.flows.assess import assess, judge
from companion.flows.page import page_directly
from companion.flows.page_now import page_now
from companion.flows.receive import Received, receive
from companion.flows.services import Services
from companion.language import Language
from companion.messages import Choice, Inbound, Platform
from companion.risk import Level, Verdict
from companion.safety.card import crisis_card
from infra.spool import Spool
from infra.tally import Tally

log = structlog.get_logger(__name__)

Card = tuple[str, tuple[Choice, ...]]
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of something a student sent."""

    received: Received | None
    #: Text and buttons that must go out in this very answer, because the queue is away.
    card: Card | None = field(default=None, repr=False)


class WebIntake:
    """Takes in what arrives; implements bot.telegram.ports.Intake."""

    def __init__(self, services: Services, *, spool: Spool, tally: Tally) -> None:
        self._services = services
        self._spool = spool
        self._tally = tally
        self._tasks: set[asyncio.Task[None]] = set()

    async def accept(self, inbound: Inbound) -> Accepted:
        """Commit one row and hand it on.

        Raises StoreUnavailable when nothing could be committed and nobody is at risk: the
        platform, or the page, sends it again.
        """
        try:
            received = await asyncio.to_thread(self._receive, inbound)
        except StoreUnavailable:
            return await self._without_store(inbound)
        if received.handed_on:
            return Accepted(received)
        card = await asyncio.to_thread(self._assess_here, received)
        if card is not None:
            self._in_background(self._page_here, received.message_id)
        return Accepted(received, card)

    async def reach(self, platform: Platform, sender: str, *, reachable: bool) -> None:
        """Record that a student blocked the bot or let it in again. Raises StoreUnavailable."""
        await asyncio.to_thread(self._reach, platform, sender, reachable=reachable)

    async def empty_spool(self) -> int:
        """Commit what waited for the database; returns how many. Raises StoreUnavailable."""
        return await asyncio.to_thread(self._empty_spool)

    def _receive(self, inbound: Inbound) -> Received:
        return receive(
            inbound,
            store=self._services.store,
            default_language=self._services.campus.language,
            now=self._services.clock.now(),
        )

    async def _without_store(self, inbound: Inbound) -> Accepted:
        verdict = self._verdict(inbound.text)
        if not verdict.level.needs_card:
            raise StoreUnavailable
        language = (
            detect_language(inbound.text) or inbound.language or self._services.campus.language
        )
        if not inbound.platform.is_mailbox:  # a page keeps its own words and sends them again
            await asyncio.to_thread(self._spool.add, inbound)
        self._in_background(self._page_directly, verdict)
        return Accepted(None, self._card(verdict, language))

    def _verdict(self, text: str) -> Verdict:
        command = parse_command(text)
        if command is not None and command.name is CommandName.SOS:
            return Verdict(level=Level.MODERATE)
        verdict = judge(text, ())
        self._tally.screened(verdict)
        return verdict

    def _card(self, verdict: Verdict, language: Language) -> Card:
        card = crisis_card(
            verdict,
            campus=self._services.campus,
            language=language,
            now=self._services.clock.now(),
        )
        return card.text, card.choices

    def _assess_here(self, received: Received) -> Card | None:
        """Screen in this process; returns the card that no worker will deliver now."""
        try:
            verdict = assess(received.message_id, services=self._services)
            if verdict is not None:
                self._tally.screened(verdict)
            with self._services.store.reading() as tx:
                for what in ("card", "command"):
                    row = tx.outbound.find(received.student_id, f"{what}:{received.message_id}")
                    if row is not None and row.kind.is_urgent:
                        # The row stays owed: with the broker back it goes out once more,
                        # because nobody confirms an answer to a webhook.
                        return row.text, row.choices
        except StoreUnavailable:
            log.warning("store_lost_after_commit")
        return None

    def _page_here(self, message_id: UUID) -> None:
        with self._services.store.reading() as tx:
            case_id = tx.cases.of_message(message_id)
        if case_id is not None:
            page_now(case_id, services=self._services)

    def _page_directly(self, verdict: Verdict) -> None:
        if not page_directly(verdict, services=self._services):
            log.error("staff_not_reached", level=verdict.level.label)

    def _reach(self, platform: Platform, sender: str, *, reachable: bool) -> None:
        with self._services.store.transaction() as tx:
            account = tx.students.find_account(platform, sender)
            if account is not None:
                why = None if reachable else "blocked"
                tx.students.set_reachable(account.id, reachable=reachable, why=why)

    def _empty_spool(self) -> int:
        done = 0
        for file, inbound in self._spool.waiting():
            self._receive(inbound)
            file.unlink()
            done += 1
        return done

    def _in_background(self, work: Callable[P, None], *args: P.args, **named: P.kwargs) -> None:
        # The student's card must not wait for a page to go through.
        task = asyncio.create_task(asyncio.to_thread(work, *args, **named))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
