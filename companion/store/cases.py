"""What can be asked of cases, their triggers and their pages; adapters: infra/store."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from companion.risk import Level, Verdict
from companion.staff.cases import Case, CaseState, FalseAlarm, Note, Outcome, Trigger
from companion.staff.people import ChannelKind


class PageState(StrEnum):
    """How far one attempt to reach somebody has got."""

    OWED = "owed"
    SENDING = "sending"
    SENT = "sent"  #: The channel took it.
    FAILED = "failed"  #: It will not be tried again: the next rung is due.
    DROPPED = "dropped"  #: Somebody claimed, or closed, before it left.


class PageReason(StrEnum):
    """Why staff are paged."""

    RISEN = "risen"  #: A new case, or a higher level.
    RUNG = "rung"  #: Nobody answered the rung before.
    ASKED = "asked"  #: The student asked for a person.
    FOLLOW_UP = "follow_up"  #: A task after a closed case.
    CONTACT = "contact"  #: The emergency contact could not be written to: somebody has to call.
    RELAY = "relay"  #: The student wrote, and nobody reads the relay.
    UNDELIVERED = "undelivered"  #: What the counsellor wrote will never reach the student there.
    GIVEN = "given"  #: Somebody handed the case to this person.
    ERASED = "erased"  #: The student erased everything while the case was grave and open.
    BUNDLE = "bundle"  #: Many cases at once, in one page (an outage of the screen).


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One attempt to reach one person, or the staff group, over one channel."""

    id: UUID
    case_id: UUID
    #: None: the staff group, or a channel of the whole campus.
    staff_id: UUID | None
    channel_id: UUID | None
    kind: ChannelKind
    rung: int
    level: Level
    why: PageReason
    state: PageState
    created_at: datetime
    settled_at: datetime | None = None
    attempts: int = 0
    #: A short code without content.
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDraft:
    """A page before it has a row."""

    staff_id: UUID | None
    channel_id: UUID | None
    kind: ChannelKind
    rung: int
    level: Level
    why: PageReason
    dedupe: str = field(repr=False)


class Cases(Protocol):
    """Cases. Every change is one conditional statement: whoever comes second is told so."""

    def record(  # noqa: PLR0913 - each is one fact about what happened
        self,
        student_id: UUID,
        *,
        message_id: UUID | None,
        verdict: Verdict,
        asked_for: bool,
        may_page: bool,
        now: datetime,
        is_drill: bool = False,
    ) -> tuple[UUID, bool] | None:
        """Open the student's case, or add a trigger to the open one and raise it.

        Returns the case and whether its clocks begin (anew): it was opened, its level rose, or
        it may be paged only now. None when this very message was recorded at this level already.
        """

    def get(self, case_id: UUID) -> Case:
        """Raises UnknownRow."""

    def find(self, number: int) -> Case | None:
        """Find a case by the number people say to each other."""

    def of_message(self, message_id: UUID) -> UUID | None:
        """Return the case that a message opened or raised."""

    def open_of(self, student_id: UUID) -> Case | None:
        """Return the student's open case."""

    def all_of(self, student_id: UUID) -> Sequence[Case]:
        """Return every case of a student, the newest first."""

    def triggers(self, case_id: UUID) -> Sequence[Trigger]:
        """Return what opened and raised a case, oldest first."""

    def queue(self) -> Sequence[Case]:
        """Return the open cases: the gravest first, then the longest waiting."""

    def owned_by(self, staff_id: UUID) -> Sequence[Case]:
        """Return the open cases somebody holds."""

    def closed(self, *, after: datetime, limit: int = 100) -> Sequence[Case]:
        """Return cases closed since a moment, the newest first."""

    def claimed(self) -> Sequence[Case]:
        """Return the cases that somebody holds without having spoken with the student."""

    def unscreened(self, *, after: datetime) -> Sequence[Case]:
        """Return open cases raised since a moment by a screening that broke, by their number."""

    def due(self, *, now: datetime, limit: int) -> Sequence[UUID]:
        """Return unclaimed cases whose next rung is due, the gravest first."""

    def unnotified(self, *, grave_before: datetime, before: datetime) -> int:
        """Count cases that reached nobody since they rose, though somebody should have been.

        High and imminent ones that rose before `grave_before`, others that rose before `before`;
        of these, whoever waits for the next beginning of a duty is not counted. Drills never are.
        """

    def climb(self, case: Case, *, rung: int, next_rung_at: datetime | None) -> bool:
        """Note that the rungs up to number `rung` (1, 2, …) were paged, and when the next is due.

        False when the case was climbed, raised or closed since it was read.
        """

    def hurry(self, case_id: UUID, *, rung: int, now: datetime) -> bool:
        """Make the rung after `rung` due at once: its pages failed. False when it is past."""

    def notified(self, case_id: UUID, *, now: datetime) -> bool:
        """Note the first page that was taken; True the first time since the level rose."""

    def told_nobody(self, case_id: UUID, *, now: datetime) -> bool:
        """Note that the student was told nobody answers; True when that was news to them.

        It is news once after the level rose, and once after a page was taken.
        """

    def claim(self, case_id: UUID, *, staff_id: UUID, now: datetime) -> bool:
        """Take an unclaimed case; False when somebody else has it or it is closed."""

    def give(self, case_id: UUID, *, owner: UUID | None, to: UUID | None, now: datetime) -> bool:
        """Hand a case from its owner to somebody, or back to the queue (`to` is None)."""

    def seen(self, case_id: UUID, *, staff_id: UUID, now: datetime) -> None:
        """Note a sign of life of the owner."""

    def move(
        self, case_id: UUID, state: CaseState, *, of: Collection[CaseState], now: datetime
    ) -> bool:
        """Change the state if it is one of these now; notes the time of first contact."""

    def set_level(self, case_id: UUID, level: Level) -> None:
        """Change the level: a person decided so."""

    def withdraw(self, case_id: UUID) -> bool:
        """Forget that the student asked for a person, and page nobody for it any more.

        False when somebody has the case, or a risk was seen in it: then only a person decides.
        """

    def object(self, case_id: UUID) -> bool:
        """Page nobody for it any more: the student objects.

        False when life is in danger, a person was asked for, or nobody was to be paged anyway.
        """

    def allow(self, case_id: UUID, *, now: datetime) -> bool:
        """Let staff be paged after all, its clocks begun anew while nobody has it.

        False when they may be paged already, or it is closed.
        """

    def close(
        self, case_id: UUID, *, outcome: Outcome, staff_id: UUID | None, now: datetime
    ) -> bool:
        """Close an open case; False when it is closed."""

    def mark(
        self, trigger_id: UUID, why: FalseAlarm | None, *, staff_id: UUID, now: datetime
    ) -> None:
        """Say of a trigger that it was a false alarm, and why; None takes it back."""

    def add_note(self, note: Note, *, student_id: UUID) -> None:
        """Keep a note, or a new version of one that is not signed."""

    def sign(self, note_id: UUID, *, staff_id: UUID, now: datetime) -> bool:
        """Lock one's own note; False when it is locked or another's."""

    def notes(self, case_id: UUID) -> Sequence[Note]:
        """Return the notes of a case, oldest first."""


class Pages(Protocol):
    """Attempts to reach staff."""

    def add(self, case_id: UUID, draft: PageDraft, *, now: datetime) -> UUID | None:
        """Make the row; None when this very page exists."""

    def get(self, page_id: UUID) -> Page:
        """Raises UnknownRow."""

    def of_case(self, case_id: UUID) -> Sequence[Page]:
        """Return every attempt for a case, oldest first."""

    def claim(self, page_id: UUID, *, now: datetime, until: datetime) -> Page | None:
        """Take a page for sending; None when another worker has it or it is settled."""

    def settle(self, page_id: UUID, state: PageState, *, reason: str | None, now: datetime) -> bool:
        """Write the outcome; `OWED` gives it back to be tried again."""

    def drop(self, case_id: UUID, *, now: datetime) -> int:
        """Drop what is still owed for a case: somebody has it now."""

    def unfinished(self, *, before: datetime, now: datetime, limit: int) -> Sequence[UUID]:
        """Return pages that wait since before, and claims that ran out."""

    def failed_rung(self, case_id: UUID, rung: int, *, since: datetime) -> bool:
        """Whether every page of a rung made since failed, and none is still on its way."""

    def lately(self, *, after: datetime) -> int:
        """Count cases paged since a moment: many at once are bundled."""
