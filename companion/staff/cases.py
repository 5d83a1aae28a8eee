"""A case: everything staff do about one student at risk, from the first alarm to the closing.

A student has one open case at most. New risk in it raises its level and starts its clocks anew;
only a person lowers a level or closes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from companion.risk import Kind, Level, Subject


class CaseState(StrEnum):
    """How far a case has got. Order: new, notified, claimed, in contact, stabilised, closed."""

    NEW = "new"  #: Nobody was reached yet.
    NOTIFIED = "notified"  #: At least one page was taken by its channel.
    CLAIMED = "claimed"  #: A person has said "mine".
    IN_CONTACT = "in_contact"  #: That person has spoken with the student.
    STABILISED = "stabilised"  #: Safe for now; still open.
    CLOSED = "closed"  #: Ended with an outcome; follow-ups may be planned.


class Outcome(StrEnum):
    """How a case ended (staff-desk.md, D.2, 9)."""

    SAFE_WITH_PLAN = "safe_with_plan"
    APPOINTMENT = "appointment"
    REFERRED_HOSPITAL = "referred_hospital"
    EMERGENCY_CALLED = "emergency_called"
    CONTACT_TOLD = "contact_told"
    UNREACHED = "unreached"
    FALSE_ALARM = "false_alarm"
    DUPLICATE = "duplicate"
    TEST = "test"
    WITHDRAWN = "withdrawn"  #: The student asked for a person and took it back; no risk was seen.


class FalseAlarm(StrEnum):
    """Why an alarm was none."""

    IDIOM = "idiom"
    THIRD_PARTY = "third_party"
    FICTION = "fiction"
    INTRUSIVE = "intrusive"  #: Unwanted thoughts (OCD), no wish.
    PAST = "past"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """One message, or wish for a person, that opened or raised a case. It holds no words."""

    id: UUID
    #: None when the student asked for a person, or staff made a drill.
    message_id: UUID | None
    level: Level
    kinds: tuple[Kind, ...]
    subject: Subject
    #: Probability of moderate or worse, in [0, 1].
    score: float
    #: What fired, in words of the rules, never of the student.
    evidence: tuple[str, ...]
    at: datetime
    #: What staff said of it: None until somebody looked.
    false_alarm: FalseAlarm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case as rules and pages see it."""

    id: UUID
    #: Short enough to be said on a phone; unique.
    number: int
    student_id: UUID
    level: Level
    kinds: tuple[Kind, ...]
    subject: Subject
    state: CaseState
    #: Whether the student asked for a person (also true beside a risk).
    asked_for: bool
    #: A drill: marked everywhere, counted nowhere.
    is_drill: bool
    #: False while the student objects to sharing and no life is in danger: nobody is paged.
    may_page: bool
    opened_at: datetime
    #: When the level last rose: the clocks count from here.
    raised_at: datetime
    notified_at: datetime | None = None
    claimed_at: datetime | None = None
    contact_at: datetime | None = None
    closed_at: datetime | None = None
    owner_id: UUID | None = None
    #: The last sign of life of the owner in this case.
    owner_seen_at: datetime | None = None
    #: How many rungs of the ladder were paged, and when the next one is due (None: none left).
    rung: int = 0
    next_rung_at: datetime | None = None
    #: When the student was told plainly that nobody had answered.
    told_nobody_at: datetime | None = None
    outcome: Outcome | None = None
    closed_by: UUID | None = None

    @property
    def is_open(self) -> bool:
        """Whether it waits for anything."""
        return self.state is not CaseState.CLOSED

    @property
    def is_unclaimed(self) -> bool:
        """Whether nobody has said "mine" since it was opened, raised or given back."""
        return self.state in {CaseState.NEW, CaseState.NOTIFIED}

    @property
    def is_notified(self) -> bool:
        """Whether a page was taken since the level last rose."""
        return self.notified_at is not None and self.notified_at >= self.raised_at

    @property
    def is_answered(self) -> bool:
        """Whether its owner has shown a sign of life since the level last rose."""
        seen = self.owner_seen_at
        return self.owner_id is not None and seen is not None and seen >= self.raised_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a member of staff wrote down; sealed with the student's key, locked when signed."""

    id: UUID
    case_id: UUID
    staff_id: UUID
    at: datetime
    signed_at: datetime | None
    #: The signed note that this one adds to.
    amends: UUID | None
    risk: str = field(default="", repr=False)
    protective: str = field(default="", repr=False)
    actions: str = field(default="", repr=False)
    told: str = field(default="", repr=False)
