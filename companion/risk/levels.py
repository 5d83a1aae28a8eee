"""The scale of worry and what a screening says."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

#: How the evidence of a verdict begins when the screening itself broke.
SCREENING_FAILED = "screening failed"


class Level(IntEnum):
    """Ordered, so that `max` of two opinions is the more cautious one (design, part 7)."""

    NONE = 0  #: Nothing worrying: talk.
    WATCH = 1  #: Low mood, a passive wish, leaning too much: talk with care.
    MODERATE = 2  #: Thoughts of suicide, self-harm, abuse: the card, and a person within the hour.
    HIGH = 3  #: Intent, a plan, a recent attempt: the lines first, a person in ten minutes.
    IMMINENT = 4  #: Plan with means, now, in progress: the emergency number first.

    @property
    def label(self) -> str:
        """Return the name that clients read: none, watch, moderate, high or imminent."""
        return self.name.lower()

    @property
    def needs_card(self) -> bool:
        """Whether the crisis card goes out instead of a generated reply."""
        return self >= Level.MODERATE


class Kind(StrEnum):
    """What the worry is about."""

    SUICIDE = "suicide"
    SELF_HARM = "self_harm"
    ABUSE = "abuse"
    HARM_TO_OTHERS = "harm_to_others"
    MEDICAL = "medical"
    PSYCHOSIS = "psychosis"
    EATING = "eating"
    DEPENDENCE = "dependence"
    DISTRESS = "distress"


class Subject(StrEnum):
    """Whom the text is about; it decides the branch of the answer."""

    SELF = "self"
    OTHER = "other"
    FICTION = "fiction"
    PAST = "past"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a screening found in one text and its history."""

    level: Level
    kinds: tuple[Kind, ...] = ()
    subject: Subject = Subject.UNCLEAR
    #: Calibrated probability of moderate or worse, in [0, 1], never below what the level demands.
    score: float = 0.0
    #: Phrases a counsellor can read ("speaks of wanting to die"), never a quotation of the text.
    evidence: tuple[str, ...] = field(default=())
