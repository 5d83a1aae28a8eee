"""What students write and what Nuanyu answers, and how far each has got."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from companion.language import Language
from companion.risk import Level


class Platform(StrEnum):
    """Where a student talks to us."""

    WEB = "web"
    TELEGRAM = "telegram"

    @property
    def is_mailbox(self) -> bool:
        """Whether students fetch messages from us, so that nothing has to be sent out."""
        return self is Platform.WEB


class InboundKind(StrEnum):
    """What arrived."""

    TEXT = "text"
    EDIT = "edit"  #: An earlier text, changed by the student.
    CHOICE = "choice"  #: A button was pressed; the text is the button's value.
    STICKER = "sticker"
    PHOTO = "photo"
    VOICE = "voice"
    OTHER = "other"  #: A file, a place, a contact, a poll …


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One thing a student sent, as the platform told it."""

    platform: Platform
    #: Unique per platform; copies of the same update carry the same one.
    platform_id: str = field(repr=False)
    #: The platform's name for the student; hidden from repr like every identity.
    sender: str = field(repr=False)
    #: Where answers go (a chat id); often equal to `sender`.
    address: str = field(repr=False)
    kind: InboundKind = InboundKind.TEXT
    #: The words, a caption, or a button's value; "" for a bare picture.
    text: str = field(default="", repr=False)
    #: The platform's guess of the student's language, where it tells one.
    language: Language | None = None
    sent_at: datetime


class OutboundKind(StrEnum):
    """Why something leaves; it decides what happens when delivery is in doubt."""

    REPLY = "reply"  #: What the companion says in the talk.
    NOTICE = "notice"  #: Fixed words: notice, onboarding, answers to commands.
    CARD = "card"  #: Crisis card or a fixed safety text: may repeat rather than be missed.
    EXPORT = "export"  #: A student's own data, built at the moment of delivery.
    PICTURE = "picture"  #: A picture of a student's own data, drawn at the moment of delivery.
    NUDGE = "nudge"  #: What we say first: part of the talk, worth nothing when it comes late.
    RELAY = "relay"  #: What a person writes through us, and what frames it: never markdown.

    @property
    def is_urgent(self) -> bool:
        """Whether the safety workers send it, and send it again when in doubt."""
        return self in {OutboundKind.CARD, OutboundKind.RELAY}


class OutboundState(StrEnum):
    """How far an outbound row has got (law 8: `sent` only when the platform said so)."""

    WRITING = "writing"  #: The model is still writing; the text so far passed the guard.
    PENDING = "pending"  #: Complete, not yet handed to the platform.
    SENDING = "sending"  #: A worker is handing it over right now.
    SENT = "sent"  #: The platform said so.
    REFUSED = "refused"  #: The platform will never take it (blocked, chat gone).
    UNCONFIRMED = "unconfirmed"  #: The worker died or the line broke mid-send: nobody knows.
    CANCELLED = "cancelled"  #: Overtaken: the student stopped, or a safety text took its place.


@dataclass(frozen=True, slots=True)
class Choice:
    """A quick-reply button: what it says and what pressing it sends."""

    label: str
    value: str
    #: A link (`tel:` or https) that the button opens instead of sending anything.
    url: str | None = None
    #: What is shown, and for how many seconds each, before the value is sent; where a page can.
    pace: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One stored thing a student sent, and how far we have got with it."""

    id: UUID
    student_id: UUID
    account_id: UUID
    #: Position in the talk: strictly rising per student, shared with what is sent.
    seq: int
    platform: Platform
    kind: InboundKind
    text: str = field(repr=False)
    language: Language | None
    received_at: datetime
    #: None until the safety worker has screened it.
    level: Level | None = None
    #: The outbound row that answered it; None while an answer is owed.
    answered_by: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """One stored thing that leaves, and how far it has got."""

    id: UUID
    student_id: UUID
    account_id: UUID
    seq: int
    platform: Platform
    kind: OutboundKind
    state: OutboundState
    text: str = field(repr=False)
    choices: tuple[Choice, ...] = ()
    #: What a picture shows ("mood 30 light"): fixed words, nothing of what a student wrote.
    picture: str = ""
    created_at: datetime
    #: How many parts of a split message the platform has taken already.
    parts_sent: int = 0
    attempts: int = 0
    #: It does not leave before this moment (aware).
    not_before: datetime | None = None

    @property
    def is_held(self) -> bool:
        """Whether it was held back when it was made, and has not been let go."""
        waits = self.state is OutboundState.PENDING and self.not_before is not None
        return waits and self.attempts == 0
