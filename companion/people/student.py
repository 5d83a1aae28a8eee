"""A student, as far as Nuanyu needs to know one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from companion.language import Language
from companion.messages import Platform
from companion.risk import Level


class AgeBand(StrEnum):
    """All that is kept of an age."""

    UNDER_MINIMUM = "under_min"
    ADULT = "adult"


class Purpose(StrEnum):
    """What a student may allow, each by itself and each revocable (PIPL 29)."""

    STORAGE = "storage"  #: Keep the talk; without it words go after a day.
    MEMORY = "memory"  #: Remember across talks: a summary and a few facts.
    STAFF_ALERT = "staff_alert"  #: Alert staff at moderate; in danger of life they always are.


@dataclass(frozen=True, slots=True, kw_only=True)
class Student:
    """One student; everything here is state, none of it is words."""

    id: UUID
    language: Language
    #: Whether the student chose the language; else it follows what they write.
    language_chosen: bool = False
    age_band: AgeBand | None = None
    #: What was asked and answered; a purpose that is missing was never asked.
    consents: dict[Purpose, bool] = field(default_factory=dict)
    #: When the student was told that this is an AI.
    notice_at: datetime | None = None
    #: When the student was last told that no model is behind the answers.
    guided_told_at: datetime | None = None
    stopped_at: datetime | None = None
    paused_until: datetime | None = None
    #: Usual gap between two lines of one thought, in seconds; None until seen.
    usual_gap: float | None = None
    last_message_at: datetime | None = None
    #: The last crisis card of the present talk, and its level.
    card_at: datetime | None = None
    card_level: Level = Level.NONE
    #: The talk up to this position is folded into the summary.
    summary_seq: int = 0

    def allows(self, purpose: Purpose) -> bool:
        """Whether the student said yes; silence is a no."""
        return self.consents.get(purpose, False)

    @property
    def onboarded(self) -> bool:
        """Whether age and every purpose were asked and answered."""
        return self.age_band is not None and all(p in self.consents for p in Purpose)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A student on one platform."""

    id: UUID
    student_id: UUID
    platform: Platform
    #: Where answers go; hidden from repr like every identity.
    address: str = field(repr=False)
    reachable: bool = True
