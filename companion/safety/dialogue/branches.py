"""Which questions fit: whom a text is about, what it is about, and how near the danger is."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from companion.risk.levels import Kind, Level, Subject, Verdict
from companion.safety.dialogue.cues import cues_in


class Branch(StrEnum):
    """A way through the questions, with a first question of its own."""

    SELF = "self"
    NOW = "now"  #: Life is in danger at this moment.
    OTHER = "other"  #: Worried about somebody else.
    PAST = "past"
    ABUSE = "abuse"
    SELF_HARM = "self_harm"
    HARM_TO_OTHERS = "harm_to_others"
    MEDICAL = "medical"
    PSYCHOSIS = "psychosis"
    EATING = "eating"
    INTRUSIVE = "intrusive"
    GRIEF = "grief"
    MINOR = "minor"
    QUIET = "quiet"  #: The student does not want to be asked.
    PLAN = "plan"  #: Nothing but the safety plan.


#: Which worry decides when several were found. Voices come before what they say.
_BY_KIND: Final = (
    (Kind.MEDICAL, Branch.MEDICAL),
    (Kind.PSYCHOSIS, Branch.PSYCHOSIS),
    (Kind.SUICIDE, Branch.SELF),
    (Kind.SELF_HARM, Branch.SELF_HARM),
    (Kind.ABUSE, Branch.ABUSE),
    (Kind.HARM_TO_OTHERS, Branch.HARM_TO_OTHERS),
    (Kind.EATING, Branch.EATING),
)
#: Branches that have emergency questions of their own; all others turn to NOW.
OWN_EMERGENCY: Final = frozenset(
    {Branch.NOW, Branch.OTHER, Branch.ABUSE, Branch.HARM_TO_OTHERS, Branch.MEDICAL}
)
#: Branches in which it is the student's own life that is asked about first.
_OWN_LIFE: Final = frozenset({Branch.SELF, Branch.NOW, Branch.MEDICAL, Branch.MINOR})


#: Worries that may be thoughts which pop up and frighten.
_MAY_BE_UNWANTED: Final = frozenset({Branch.SELF, Branch.SELF_HARM, Branch.HARM_TO_OTHERS})


def branch_for(verdict: Verdict, *, text: str = "", is_minor: bool = False) -> Branch:
    """Return the branch a text opens. Without kinds (an outage of the screen) it is SELF."""
    cues = cues_in(text)
    if "grief" in cues and verdict.level < Level.IMMINENT:
        return Branch.GRIEF
    if verdict.subject is Subject.OTHER:
        return Branch.OTHER
    branch = _by_kind(verdict, cues)
    if verdict.level is Level.IMMINENT:
        return branch if branch in OWN_EMERGENCY else Branch.NOW
    if "intrusive" in cues and branch in _MAY_BE_UNWANTED and verdict.level < Level.HIGH:
        return Branch.INTRUSIVE
    return _own_life(verdict, cues, is_minor=is_minor) if branch is Branch.SELF else branch


def _by_kind(verdict: Verdict, cues: frozenset[str]) -> Branch:
    if "medical" in cues and verdict.level >= Level.HIGH:
        return Branch.MEDICAL
    if "others" in cues and Kind.HARM_TO_OTHERS in verdict.kinds:
        return Branch.HARM_TO_OTHERS
    return next((branch for kind, branch in _BY_KIND if kind in verdict.kinds), Branch.SELF)


def _own_life(verdict: Verdict, cues: frozenset[str], *, is_minor: bool) -> Branch:
    is_past = verdict.subject is Subject.PAST and verdict.level < Level.HIGH
    if is_past or "past" in cues:
        return Branch.PAST
    return Branch.MINOR if is_minor or "minor" in cues else Branch.SELF


def should_move(now: Branch, to: Branch, *, level: Level) -> bool:
    """Whether new facts are graver than what the present branch asks about."""
    if to is now or level < Level.MODERATE:
        return False
    if now in {Branch.QUIET, Branch.PLAN}:
        return True
    if to is Branch.MEDICAL:
        return True
    return to in _OWN_LIFE and now not in _OWN_LIFE
