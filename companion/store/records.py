"""What is read from the rows, and what is written into them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from companion.language import Language
from companion.messages import (
    Choice,
    OutboundKind,
    OutboundState,
)
from companion.people.student import AgeBand
from companion.risk import Level
from companion.turns import Role, Turn


class StudentChanges(TypedDict, total=False):
    """What of a student's row may be changed in one go."""

    language: Language
    language_chosen: bool
    age_band: AgeBand | None
    notice_at: datetime | None
    guided_told_at: datetime | None
    stopped_at: datetime | None
    paused_until: datetime | None
    usual_gap: float | None
    last_message_at: datetime | None
    card_at: datetime | None
    card_level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Something to be sent, before it has a row."""

    kind: OutboundKind
    text: str = field(repr=False)
    choices: tuple[Choice, ...] = ()
    #: What a picture shows, where it is one; its words stand in `text`.
    picture: str = ""
    #: What must exist once per student, e.g. "card:<message id>".
    dedupe: str
    state: OutboundState = OutboundState.PENDING
    #: Held back until then, or until it is let go; a mailbox does not show it before. Aware.
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a talk as a page shows it."""

    id: UUID
    seq: int
    role: Role
    kind: str
    state: str
    text: str = field(repr=False)
    choices: tuple[Choice, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTurn:
    """A turn with its place in the talk."""

    turn: Turn
    seq: int
    at: datetime
    #: What it was, as its row says: "text", "reply", "nudge" …
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something durable a student told us."""

    id: UUID
    text: str = field(repr=False)
