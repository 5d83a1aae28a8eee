"""What the talk so far adds to a text: answers to direct questions, signs, retractions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from companion.risk.content import Entry, entries, pattern, read_toml, refuse_unknown
from companion.risk.findings import Finding, findings, is_story
from companion.risk.levels import Kind, Level, Subject
from companion.risk.normalise import views
from companion.risk.phrases import evidence_of, kinds_of, level_of, togethers
from companion.turns import Role, Turn

FILE = "risk/answers.toml"
#: How many of the student's earlier lines are read, and how much of each (characters).
LINES_BACK = 12
LINE_LENGTH = 2000
_ENDS_A_QUESTION = re.compile("[?？]|吗")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A direct question about safety and what each kind of answer to it means."""

    asked: re.Pattern[str]
    meaning: dict[str, Level]
    kinds: tuple[Kind, ...]
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What the student's earlier lines showed."""

    level: Level
    signs: frozenset[str]
    story: bool


def background(history: Sequence[Turn]) -> Background:
    """Read the student's earlier lines; history is oldest first."""
    lines = [turn.text[:LINE_LENGTH] for turn in history if turn.role is Role.USER][-LINES_BACK:]
    found = [finding for line in lines for finding in findings(line)]
    own = [finding for finding in found if finding.subject is Subject.SELF]
    return Background(
        level=max((finding.level for finding in own), default=Level.NONE),
        signs=signs_of(own),
        story=any(is_story(line) for line in lines[-2:]),
    )


def signs_of(found: Sequence[Finding]) -> frozenset[str]:
    """Return the signs among findings; thoughts of dying are a sign too."""
    signs = {finding.sign for finding in found if finding.sign is not None}
    if any(Kind.SUICIDE in finding.kinds and finding.level >= Level.MODERATE for finding in found):
        signs.add("thoughts")
    return frozenset(signs)


def signs_together(own: Sequence[Finding], before: Background) -> list[Finding]:
    """Return what signs mean together; at least one of them must be in this text."""
    now = signs_of([finding for finding in own if finding.sign is not None])
    if not now:
        return []
    signs = signs_of(own) | before.signs
    return [
        Finding(
            rule=both.id,
            level=both.level,
            kinds=both.kinds,
            subject=Subject.SELF,
            evidence=both.evidence,
        )
        for both in togethers()
        if both.holds(signs) and (both.needs | both.needs_one_of) & now
    ]


def answered(text: str, history: Sequence[Turn], before: Background) -> list[Finding]:
    """Return what a short answer means after a direct question of the companion."""
    if not history or history[-1].role is not Role.ASSISTANT:
        return []
    question = _question_in(history[-1].text[-LINE_LENGTH:])
    if question is None:
        return []
    level = question.meaning.get(_answer_in(text) or "", Level.NONE)
    if _says("now", text) and level >= Level.HIGH and before.level >= Level.MODERATE:
        level = Level.IMMINENT
    if level is Level.NONE:
        return []
    return [
        Finding(
            rule="answer",
            level=level,
            kinds=question.kinds,
            subject=Subject.SELF,
            evidence=question.evidence,
        )
    ]


def answered_no(text: str, history: Sequence[Turn]) -> bool:
    """Whether a text says no to a direct question of the companion, and little more."""
    asked = history[-1] if history else None
    if asked is None or asked.role is not Role.ASSISTANT:
        return False
    is_asked = _question_in(asked.text[-LINE_LENGTH:]) is not None
    return is_asked and _answer_in(text) == "no"


def _question_in(said: str) -> Question | None:
    """Return the last direct question in what the companion said."""
    if not _ENDS_A_QUESTION.search(said):
        return None
    text = views(said)[0]
    places = [
        (match.start(), position)
        for position, question in enumerate(questions())
        for match in question.asked.finditer(text)
    ]
    return questions()[max(places)[1]] if places else None


def _answer_in(text: str) -> str | None:
    return next((name for name in ("no", "unclear", "yes") if _says(name, text)), None)


def _says(answer: str, text: str) -> bool:
    return answers()[answer].search(views(text[:200])[0]) is not None


@cache
def questions() -> tuple[Question, ...]:
    """Return the direct questions that short answers may follow, or raise ContentError."""
    document = read_toml(*FILE.split("/"))
    return tuple(_question(entry) for entry in entries(document, "question", file=FILE))


def _question(entry: Entry) -> Question:
    replies = ("yes", "unclear", "no")
    refuse_unknown(entry, {"id", "asked", "kinds", "evidence", *replies}, file=FILE)
    return Question(
        asked=pattern(entry, "asked", file=FILE),
        meaning={reply: level_of(entry, file=FILE, key=reply) for reply in replies},
        kinds=kinds_of(entry, file=FILE),
        evidence=evidence_of(entry, file=FILE),
    )


@cache
def answers() -> dict[str, re.Pattern[str]]:
    """Return how short answers begin, by their meaning, or raise ContentError."""
    document = read_toml(*FILE.split("/"))
    return {
        entry["id"]: pattern(entry, "said", file=FILE)
        for entry in entries(document, "answer", file=FILE)
    }
