"""What can be asked of the rows. The adapter is infra/store; every change is one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from companion.jobs import Job
from companion.messages import Inbound, Message, Outbound, OutboundState, Platform
from companion.people.student import Account
from companion.risk import Verdict
from companion.store.aftercare import Aftercare
from companion.store.care import Care
from companion.store.cases import Cases, Pages
from companion.store.digests import Digests
from companion.store.drills import Drills
from companion.store.figures import Figures
from companion.store.housekeeping import Upkeep, WebSessions
from companion.store.records import Draft, Fact, Line, PastTurn
from companion.store.relays import Relays
from companion.store.safety import Safety
from companion.store.saved_replies import SavedReplies
from companion.store.staffing import Audit, Members, Shifts
from companion.store.students import Students


class Inbounds(Protocol):
    """What students sent."""

    def add(self, account: Account, inbound: Inbound, *, now: datetime) -> Message | None:
        """Keep it; None when this very update is kept already."""

    def get(self, message_id: UUID) -> Message:
        """Raises UnknownRow."""

    def find(self, platform: Platform, platform_id: str) -> Message | None:
        """Find what a repeated update was kept as."""

    def judge(
        self, message_id: UUID, verdict: Verdict, *, owed: bool, in_talk: bool, now: datetime
    ) -> bool:
        """Record the verdict; False when one stands already (the first verdict stands)."""

    def verdict(self, message_id: UUID) -> Verdict | None:
        """Return the verdict that stands; None while there is none, or no such message."""

    def raise_verdict(self, message_id: UUID, verdict: Verdict) -> bool:
        """Replace the verdict by one of a higher level; False, and no change, by any other."""

    def drop(self, student_id: UUID, message_ids: Collection[UUID]) -> int:
        """Erase messages of a student, words and verdicts; returns how many went."""

    def waiting(self, student_id: UUID) -> Sequence[Message]:
        """Return what is screened and still owed a reply, oldest first."""

    def answer(self, message_ids: Sequence[UUID], *, by: UUID) -> int:
        """Note which outbound row answers these; returns how many were still owed."""

    def unfinished(self, *, before: datetime, limit: int) -> Sequence[tuple[Job, UUID]]:
        """Return what is owed for older messages: (ASSESS, message) or (REPLY, student)."""


class Outbounds(Protocol):
    """What leaves."""

    def add(self, account: Account, draft: Draft, *, now: datetime) -> Outbound | None:
        """Make the row; None when one with this dedupe key exists."""

    def get(self, outbound_id: UUID) -> Outbound:
        """Raises UnknownRow."""

    def find(self, student_id: UUID, dedupe: str) -> Outbound | None:
        """Find the row with this dedupe key."""

    def drop(self, student_id: UUID, outbound_ids: Collection[UUID]) -> int:
        """Erase what was sent, or waits to be; returns how many rows went."""

    def writing(self, student_id: UUID) -> Outbound | None:
        """Return the reply that is being written right now, if there is one."""

    def grow(self, outbound_id: UUID, text: str) -> bool:
        """Replace the text of a row that is being written; False when it was overtaken."""

    def finish(self, outbound_id: UUID, draft: Draft, *, engine: str, now: datetime) -> bool:
        """Complete a row that is being written; False when it was overtaken."""

    def cancel_replies(self, student_id: UUID, *, now: datetime) -> int:
        """Cancel every reply that is being written or waits; returns how many."""

    def cancel_writing(self, student_id: UUID, *, now: datetime) -> int:
        """Drop what a worker that lost its right was writing."""

    def held(self, student_id: UUID) -> Sequence[Outbound]:
        """Return the rows that were held back and not let go, in their order."""

    def let_go(self, outbound_id: UUID, *, text: str | None = None, now: datetime) -> bool:
        """Let a held row leave now, with another text if one is given; False when it is not held.

        It takes its place in the talk at this moment. A mailbox has it then.
        """

    def claim(self, outbound_id: UUID, *, owner: UUID, now: datetime, until: datetime) -> Claim:
        """Take the row for sending, if it is its turn."""

    def part_sent(self, outbound_id: UUID, *, owner: UUID, parts: int, until: datetime) -> bool:
        """Note how many parts the platform has taken, and keep the claim."""

    def settle(
        self,
        outbound_id: UUID,
        *,
        owner: UUID,
        state: OutboundState,
        reason: str | None,
        now: datetime,
    ) -> bool:
        """Write the outcome of a claim; False when the claim was lost."""

    def put_back(
        self, outbound_id: UUID, *, owner: UUID, not_before: datetime, reason: str
    ) -> bool:
        """Give a claim back to be sent later."""

    def next_pending(self, account_id: UUID) -> UUID | None:
        """Return the next row whose turn it is on this account."""

    def unfinished(self, *, before: datetime, now: datetime, limit: int) -> Sequence[Outbound]:
        """Return rows that wait since before, and claims that ran out."""

    def reopen(self, outbound_id: UUID, *, now: datetime) -> bool:
        """Let an urgent row whose claim ran out be sent again."""

    def doubt(self, outbound_id: UUID, *, now: datetime) -> bool:
        """Mark a row whose claim ran out mid-send as unconfirmed; True the first time."""


class Claim(Protocol):
    """The outcome of a claim: truthy with the row, or the reason why not."""

    @property
    def outbound(self) -> Outbound | None:
        """The claimed row, or None."""

    @property
    def blocked_by(self) -> UUID | None:
        """An earlier row of the same account that must go first, or None."""


class Talks(Protocol):
    """The talk as a whole: both sides in order."""

    def turns(self, student_id: UUID, *, limit: int, after: int = 0) -> Sequence[PastTurn]:
        """Return the latest turns of the talk itself, oldest first, commands left out."""

    def lines(
        self,
        student_id: UUID,
        *,
        after: int | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> Sequence[Line]:
        """Return what a chat page shows, oldest first: after a position, else the latest."""

    def facts(self, student_id: UUID) -> Sequence[Fact]:
        """Return what is remembered, oldest first."""

    def add_fact(self, student_id: UUID, text: str, *, now: datetime) -> UUID:
        """Remember something."""

    def drop_fact(self, student_id: UUID, fact_id: UUID) -> bool:
        """Forget something; False when it is not there."""

    def forget(self, student_id: UUID) -> int:
        """Forget all facts and the summary; returns how many facts went."""


class Reading(Protocol):
    """An open reading transaction."""

    @property
    def students(self) -> Students:
        """Students and accounts."""

    @property
    def inbound(self) -> Inbounds:
        """What students sent."""

    @property
    def outbound(self) -> Outbounds:
        """What leaves."""

    @property
    def talk(self) -> Talks:
        """Both sides of a talk."""

    @property
    def cases(self) -> Cases:
        """What staff must hear of, and what they do about it."""

    @property
    def pages(self) -> Pages:
        """Attempts to reach staff."""

    @property
    def relays(self) -> Relays:
        """Stretches of talks that a person holds."""

    @property
    def members(self) -> Members:
        """Staff."""

    @property
    def shifts(self) -> Shifts:
        """The roster."""

    @property
    def audit(self) -> Audit:
        """What was done and read, by whom."""

    @property
    def aftercare(self) -> Aftercare:
        """The time after a case: caring contacts, tasks, emergency contacts."""

    @property
    def drills(self) -> Drills:
        """Whom drills concern."""

    @property
    def digests(self) -> Digests:
        """Daily digests of who was at watch, and their way to staff."""

    @property
    def figures(self) -> Figures:
        """Counts over many cases."""

    @property
    def saved_replies(self) -> SavedReplies:
        """Lines that counsellors use again."""

    @property
    def safety(self) -> Safety:
        """Where students are in the safety dialogue, and their safety plans."""

    @property
    def care(self) -> Care:
        """What students do for themselves."""

    @property
    def web(self) -> WebSessions:
        """Browsers."""

    @property
    def upkeep(self) -> Upkeep:
        """Deleting and counting."""


class Transaction(Reading, Protocol):
    """An open writing transaction."""

    def enqueue(self, job: Job, *ids: UUID, after: float = 0.0) -> None:
        """Send a job after COMMIT; a job the broker refuses is found again by the sweeper."""

    def ring(self, student_id: UUID, event: str) -> None:
        """Tell whoever watches this chat, after COMMIT."""

    @property
    def handed_on(self) -> bool:
        """After COMMIT: whether the broker took every job."""
