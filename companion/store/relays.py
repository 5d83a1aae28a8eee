"""What can be asked of relays: stretches of a talk that a person holds; adapter: infra/store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from companion.messages import OutboundState


class Through(StrEnum):
    """Where the counsellor writes from."""

    TELEGRAM = "telegram"  #: A private chat with the staff bot.
    DESK = "desk"


class RelayedState(StrEnum):
    """How far a student's line has got on its way to the counsellor."""

    OWED = "owed"
    SENDING = "sending"
    SENT = "sent"  #: The counsellor's chat took it, or the desk showed it.
    FAILED = "failed"  #: It will not be tried again; the desk still shows it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """A stretch of a talk that one person holds; the companion is silent until it is closed."""

    id: UUID
    case_id: UUID
    student_id: UUID
    staff_id: UUID
    through: Through
    opened_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relayed:
    """One line of a student on its way to the counsellor. It holds no words."""

    id: UUID
    relay_id: UUID
    message_id: UUID
    state: RelayedState
    created_at: datetime
    attempts: int
    #: A short code without content: why it failed.
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayLine:
    """One line of a relay as the counsellor sees it, either side."""

    id: UUID
    #: Position in the student's talk, shared by both sides.
    seq: int
    at: datetime
    #: Whether the student wrote it; else the counsellor did.
    is_students: bool
    #: What arrived: "text", "photo", …; "relay" for what the counsellor wrote.
    kind: str
    #: The student's: a `RelayedState`; the counsellor's: an `OutboundState`.
    state: str
    #: A short code without content: why it did not arrive.
    reason: str | None
    #: As it was sent: the counsellor's lines begin with the header that names a person.
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A message of a counsellor that was written in a chat: where, and how far it has got."""

    relay_id: UUID
    #: The way to its writer that is this chat, and the message's number there.
    channel_id: UUID
    message_id: int
    state: OutboundState
    #: A short code without content: why it did not arrive.
    reason: str | None
    at: datetime


def chat_key(channel_id: UUID, message_id: int) -> str:
    """Return what names a message that a counsellor wrote in a chat, for `Relays.written`."""
    return f"chat:{channel_id}:{message_id}"


class Relays(Protocol):
    """Relays. Every change is one conditional statement: whoever comes second is told so."""

    def open(
        self, case_id: UUID, *, student_id: UUID, staff_id: UUID, through: Through, now: datetime
    ) -> Relay | None:
        """Open a relay; None when one is open for this student, or the case is closed."""

    def close(self, relay_id: UUID, *, now: datetime) -> bool:
        """Close it; False when it is closed."""

    def move(self, relay_id: UUID, through: Through) -> None:
        """Let the counsellor go on writing from somewhere else."""

    def get(self, relay_id: UUID) -> Relay:
        """Raises UnknownRow."""

    def open_of(self, student_id: UUID) -> Relay | None:
        """Return the relay that is open for a student."""

    def of_case(self, case_id: UUID) -> Sequence[Relay]:
        """Return the relays of a case, oldest first."""

    def of_staff(self, staff_id: UUID) -> Sequence[Relay]:
        """Return the open relays somebody holds, oldest first."""

    def lately(self, student_id: UUID, *, after: datetime) -> Sequence[Relay]:
        """Return the relays of a student that were open after a moment, oldest first."""

    def add(self, relay_id: UUID, message_id: UUID, *, now: datetime) -> UUID | None:
        """Owe one line of the student to the counsellor; None when it is owed already."""

    def relayed(self, relayed_id: UUID) -> Relayed:
        """Raises UnknownRow."""

    def claim(self, relayed_id: UUID, *, now: datetime, until: datetime) -> Relayed | None:
        """Take a line for sending; None when it is settled, taken, or an earlier one must go."""

    def settle(
        self, relayed_id: UUID, state: RelayedState, *, reason: str | None, now: datetime
    ) -> bool:
        """Write the outcome of a claim; `OWED` gives it back to be tried again."""

    def shown(self, relay_id: UUID, *, up_to: int, now: datetime) -> int:
        """Note that the desk showed the student's lines up to a position; returns how many."""

    def next_owed(self, relay_id: UUID) -> UUID | None:
        """Return the first line that is still owed."""

    def unfinished(self, *, before: datetime, now: datetime, limit: int) -> Sequence[UUID]:
        """Return lines bound for a chat that wait since before, and claims that ran out."""

    def idle(self, *, before: datetime, limit: int) -> Sequence[tuple[Relay, datetime]]:
        """Return open relays in which the student waits since before, and since when."""

    def positions(self, student_id: UUID, *, after: int = 0) -> frozenset[int]:
        """Return where in the talk stand the lines that went to a person, from behind a place."""

    def written(self, outbound_id: UUID) -> Written | None:
        """Return where a counsellor's message was written; None for what was not in a chat."""

    def lines(self, relay_id: UUID, *, after: int = 0) -> Sequence[RelayLine]:
        """Return both sides in order, from behind a position in the talk."""
