"""What clinicians' phrases and the talk so far say of a text: rules, no models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from companion.risk.findings import Finding, findings_in
from companion.risk.levels import Kind, Level, Subject, Verdict
from companion.risk.normalise import views
from companion.risk.scenes import is_in
from companion.risk.talk import Background, answered, answered_no, background, signs_together
from companion.risk.windows import WINDOW, Readings, readings
from companion.turns import Turn

#: How worrying each level is at least, in [0, 1]; more evidence adds a little.
_SCORES = {
    Level.NONE: 0.02,
    Level.WATCH: 0.30,
    Level.MODERATE: 0.60,
    Level.HIGH: 0.80,
    Level.IMMINENT: 0.95,
}
_PER_EVIDENCE = 0.02
_MOST_EXTRA = 0.04
_TAKEN_BACK = "taken back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """What the rules say of a text, and how much of it no model may talk away."""

    verdict: Verdict
    #: What the talk itself says: an answer to a direct question, signs that add up, a retraction.
    by_talk: Level
    #: Whether the talk settles it alone: a no to a direct question, something taken back.
    is_settled: bool
    #: The student denies what they mention, and mentions nothing else that worries.
    is_denied: bool


def by_phrases(text: str, *, history: Sequence[Turn] = ()) -> Verdict:
    """Judge one text in its talk by rules; the same input always gives the same verdict.

    `history` is oldest first and does not hold `text`. Time is bounded for any length.
    """
    return ruled(text, readings(text), history=history).verdict


def ruled(text: str, read: Readings, *, history: Sequence[Turn] = ()) -> Ruled:
    """Judge one text in its talk by rules, and tell what of it is certain.

    `read` is the text as its `windows.readings`.
    """
    before = background(history)
    found = list(findings_in(read, story=before.story))
    own = [finding for finding in found if finding.subject is Subject.SELF]
    from_talk = [
        *signs_together(own, before),
        *answered(text, history, before),
        *_from_before(text, before),
    ]
    worrying = [finding for finding in (*found, *from_talk) if finding.level > Level.NONE]
    denied = any(finding.is_denied for finding in found)
    others = [finding.level for finding in found if not finding.is_denied]
    taken_back = any(finding.rule == _TAKEN_BACK for finding in from_talk)
    return Ruled(
        verdict=_verdict(worrying, text=text, story=before.story),
        by_talk=max((finding.level for finding in from_talk), default=Level.NONE),
        is_settled=taken_back or answered_no(text, history),
        is_denied=denied and max(others, default=Level.NONE) <= Level.WATCH,
    )


def _from_before(text: str, before: Background) -> list[Finding]:
    """A risk spoken of earlier stays in the talk; taking it back does not clear it."""
    if before.level < Level.MODERATE:
        return []
    if any(is_in("retraction", view) for view in views(text[:500])):
        level = Level.MODERATE if before.level >= Level.HIGH else Level.WATCH
        return [_echo(level, "takes back what was said earlier", rule=_TAKEN_BACK)]
    return [_echo(Level.WATCH, "spoke of risk earlier in this talk", rule="earlier")]


def _echo(level: Level, evidence: str, *, rule: str) -> Finding:
    return Finding(
        rule=rule,
        level=level,
        kinds=(Kind.SUICIDE,),
        subject=Subject.SELF,
        evidence=evidence,
    )


def _verdict(found: Sequence[Finding], *, text: str, story: bool) -> Verdict:
    if not found:
        return Verdict(
            level=Level.NONE,
            subject=_subject_of_harmless(text, story=story),
            score=_SCORES[Level.NONE],
        )
    # What is about the student themselves comes first, then what is gravest.
    own = [finding for finding in found if finding.subject is Subject.SELF]
    ranked = sorted(found, key=lambda finding: -finding.level)
    is_own = any(finding.level >= min(ranked[0].level, Level.MODERATE) for finding in own)
    level = ranked[0].level
    evidence = tuple(dict.fromkeys(finding.evidence for finding in ranked))
    extra = min(_MOST_EXTRA, _PER_EVIDENCE * (len(evidence) - 1))
    return Verdict(
        level=level,
        kinds=tuple(dict.fromkeys(kind for finding in ranked for kind in finding.kinds)),
        subject=Subject.SELF if is_own else ranked[0].subject,
        score=round(_SCORES[level] + extra, 3),
        evidence=evidence,
    )


def _subject_of_harmless(text: str, *, story: bool) -> Subject:
    told = story or any(is_in("fiction", view) for view in views(text[:WINDOW]))
    return Subject.FICTION if told else Subject.UNCLEAR
