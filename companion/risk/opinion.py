"""What a second reader says about a text, and how far its word counts.

An opinion is a hint beside the verdict: it can raise a level, add kinds and add one phrase of
evidence out of a fixed list; it can never lower, clear or reword anything. How far it can raise:

- Alone never above HIGH: "in danger right now" is for rules people have written.
- Where the screen saw nothing at all, only to MODERATE, which brings the card but pages nobody
  without the student's consent.
- Where the screen saw nothing and it is also the first thing the student ever says in this talk,
  MODERATE becomes WATCH: with no talk to read it in, a middling opinion on a harmless-looking
  line is where false alarms come from. The next line is read with this one before it.
- A story or homework raises nothing, what is past raises to WATCH.
- One opinion counts: what one has raised, another (or the same, asked again) raises no further.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from companion.risk.levels import Kind, Level, Subject, Verdict


class Reason(StrEnum):
    """Why a reader is worried: the only words of it that anybody will see, as ours."""

    WISH_TO_DIE = "wish_to_die"
    PLAN = "plan"
    IN_PROGRESS = "in_progress"
    GOODBYE = "goodbye"
    HURTING_SELF = "hurting_self"
    BEING_HURT = "being_hurt"
    HURTING_OTHERS = "hurting_others"
    HOPELESS = "hopeless"
    BODY_IN_DANGER = "body_in_danger"
    OUT_OF_TOUCH = "out_of_touch"
    EATING = "eating"
    LEANING = "leaning"
    UNSAID = "unsaid"  #: The reader gives none: a classifier, or nothing to worry about.


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What a second reader, a model, says about one text. Holds no words of the model."""

    level: Level
    kinds: tuple[Kind, ...] = ()
    subject: Subject = Subject.UNCLEAR
    reason: Reason = Reason.UNSAID


#: How far an opinion may raise what the screen found, by what that was.
_CAPS = {Level.NONE: Level.MODERATE, Level.WATCH: Level.HIGH, Level.MODERATE: Level.HIGH}
#: The least score of a level that an opinion raised to.
_LEAST_SCORES = {Level.WATCH: 0.30, Level.MODERATE: 0.60, Level.HIGH: 0.80}

_SIGN = "a model's second opinion: "
_BY_REASON = {
    Reason.WISH_TO_DIE: "a wish to die",
    Reason.PLAN: "a plan",
    Reason.IN_PROGRESS: "something happening right now",
    Reason.GOODBYE: "a goodbye",
    Reason.HURTING_SELF: "self-harm",
    Reason.BEING_HURT: "being hurt by someone",
    Reason.HURTING_OTHERS: "harm to someone else",
    Reason.HOPELESS: "no way out",
    Reason.BODY_IN_DANGER: "a body in danger",
    Reason.OUT_OF_TOUCH: "losing touch with what is real",
    Reason.EATING: "trouble with eating",
    Reason.LEANING: "leaning on this chat alone",
}
_BY_LEVEL = {
    Level.WATCH: "low mood",
    Level.MODERATE: "risk",
    Level.HIGH: "serious risk",
    Level.IMMINENT: "danger right now",
}


def merge(verdict: Verdict, opinion: Opinion, *, is_first_contact: bool) -> Verdict:
    """Return the verdict as an opinion leaves it: the same, or raised and with more evidence.

    `is_first_contact`: the student has said nothing before in this talk.
    """
    level = _allowed(opinion, found=verdict.level, is_first_contact=is_first_contact)
    has_opinion = any(phrase.startswith(_SIGN) for phrase in verdict.evidence)
    if has_opinion or level <= verdict.level:
        return verdict
    return replace(
        verdict,
        level=level,
        kinds=tuple(dict.fromkeys((*verdict.kinds, *opinion.kinds))),
        subject=_subject(verdict.subject, opinion.subject),
        score=max(verdict.score, _LEAST_SCORES[level]),
        evidence=(*verdict.evidence, evidence_of(opinion)),
    )


def evidence_of(opinion: Opinion) -> str:
    """Return the phrase a counsellor reads for an opinion above NONE, from a fixed list."""
    what = _BY_REASON.get(opinion.reason) or _BY_LEVEL[opinion.level]
    return f"{_SIGN}reads {what} in it"


def _subject(found: Subject, read: Subject) -> Subject:
    # As in the screen, the students themselves come first; and what was raised is no story.
    if read is Subject.SELF or found in {Subject.UNCLEAR, Subject.FICTION}:
        return read
    return found


def _allowed(opinion: Opinion, *, found: Level, is_first_contact: bool) -> Level:
    if opinion.subject is Subject.FICTION:
        return Level.NONE
    if opinion.subject is Subject.PAST:
        return min(opinion.level, Level.WATCH)
    is_lone = found is Level.NONE and is_first_contact
    if is_lone and opinion.level is Level.MODERATE:
        return Level.WATCH
    return min(opinion.level, _CAPS.get(found, Level.NONE))
