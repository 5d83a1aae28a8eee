"""What the rules find in one text: every phrase, weighed by what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from companion.language import Language
from companion.risk.levels import Kind, Level, Subject
from companion.risk.normalise import has_cjk, views
from companion.risk.phrases import Rule, rules
from companion.risk.scenes import ELSEWHERE, contexts, is_in, without_idioms
from companion.risk.subjects import Person, person_of

_LATIN = re.compile("[a-z]")
_CLAUSE_ENDS = ",、:：\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One phrase that was found, after its surroundings have spoken."""

    rule: str
    level: Level
    kinds: tuple[Kind, ...]
    subject: Subject
    evidence: str
    sign: str | None = None


@dataclass(frozen=True, slots=True)
class _Scenery:
    """What is true of a whole text; asked once, lazily used by each phrase."""

    text: str
    elsewhere: bool
    laughing: bool
    trivial: bool


def findings(text: str, *, story: bool = False) -> tuple[Finding, ...]:
    """Return what the rules find; `story` says that the talk so far was about fiction."""
    found: dict[tuple[str, Subject], Finding] = {}
    for view in views(text):
        for finding in _in_view(view, story=story):
            key = (finding.rule, finding.subject)
            if key not in found or found[key].level < finding.level:
                found[key] = finding
    return tuple(found.values())


def is_story(text: str) -> bool:
    """Whether a text is about a story, a game, a lesson or the news."""
    return any(is_in(scene, view) for view in views(text) for scene in ELSEWHERE)


def _in_view(view: str, *, story: bool) -> Iterator[Finding]:
    languages = [Language.ZH] if has_cjk(view) else []
    if _LATIN.search(view):
        languages.append(Language.EN)
    text = without_idioms(view)
    scenery: _Scenery | None = None
    for rule in rules():
        if rule.language not in languages:
            continue
        for match in rule.found_by.finditer(text):
            if scenery is None:
                scenery = _scenery(view, text=text, story=story)
            finding = _weighed(rule, match, scenery)
            if finding is not None:
                yield finding
                if finding.level >= rule.level and finding.subject is Subject.SELF:
                    break


def _scenery(view: str, *, text: str, story: bool) -> _Scenery:
    return _Scenery(
        text=text,
        elsewhere=story or any(is_in(scene, view) for scene in ELSEWHERE),
        laughing=is_in("laughing", view),
        trivial=is_in("trivial", view),
    )


def _weighed(rule: Rule, match: re.Match[str], scenery: _Scenery) -> Finding | None:
    text = scenery.text
    sentence, clause = _sentence(text, match), _clause(text, match)
    if rule.unless is not None and rule.unless.search(sentence):
        return None
    around = f"{text[: match.start()]}\n{text[match.end() :]}"
    if any(is_in(scene, around) for scene in rule.harmless):
        return None
    if scenery.elsewhere and _belongs_elsewhere(sentence, clause, rule=rule):
        return None
    person = _person(rule, match, text)
    if person is Person.YOU or (person is Person.OTHER and not rule.holds_for_others):
        return None
    subject = Subject.OTHER if person is Person.OTHER else Subject.SELF
    level, evidence = rule.level, rule.evidence
    if rule.is_negatable and _is_negated(text, match, rule.language):
        level, evidence = min(level, Level.WATCH), f"{evidence}, but denies it"
        return _finding(rule, level=level, subject=subject, evidence=evidence, sign=None)
    if level > Level.NONE and is_in("past", sentence) and not is_in("present", sentence):
        level, evidence = min(level, Level.WATCH), f"{evidence}, in the past"
        subject = Subject.PAST if subject is Subject.SELF else subject
    elif person is Person.MANY or (
        rule.is_soft and level <= Level.MODERATE and (scenery.laughing or scenery.trivial)
    ):
        level, evidence = min(level, Level.WATCH), f"{evidence}, perhaps as a manner of speaking"
        if rule.level <= Level.WATCH:
            return None
    if subject is Subject.OTHER:
        evidence = f"{evidence} (about somebody else)"
    sign = rule.sign if subject is Subject.SELF else None
    return _finding(rule, level=level, subject=subject, evidence=evidence, sign=sign)


def _person(rule: Rule, match: re.Match[str], text: str) -> Person:
    if rule.names_its_subject:
        return Person.SELF
    person = person_of(text, match, rule.language)
    # A goodbye speaks to "you" and "all of you": it is the student's all the same.
    speaks_to_others = person in (Person.YOU, Person.MANY) and rule.sign is not None
    return Person.SELF if speaks_to_others else person


def _finding(
    rule: Rule, *, level: Level, subject: Subject, evidence: str, sign: str | None
) -> Finding:
    return Finding(
        rule=rule.id,
        level=level,
        kinds=rule.kinds,
        subject=subject,
        evidence=evidence,
        sign=sign,
    )


def _belongs_elsewhere(sentence: str, clause: str, *, rule: Rule) -> bool:
    """Whether a story or a lesson explains the phrase: unless the student says "I, too"."""
    names_scene = any(is_in(scene, clause) for scene in ELSEWHERE)
    if is_in("confession", clause) and not names_scene:
        return False
    if names_scene or any(is_in(scene, sentence) for scene in ELSEWHERE):
        return True
    speaks_of_self = contexts().persons[rule.language].tokens.search(clause)
    return not (speaks_of_self and speaks_of_self.lastgroup == "self")


def _is_negated(text: str, match: re.Match[str], language: Language) -> bool:
    start = max(0, match.start() - 60, text.rfind("\n", 0, match.start()) + 1)
    return contexts().negation[language].search(text[start : match.start()]) is not None


def _sentence(text: str, match: re.Match[str]) -> str:
    start = text.rfind("\n", 0, match.start()) + 1
    end = text.find("\n", match.end())
    return text[start : end if end >= 0 else len(text)]


def _clause(text: str, match: re.Match[str]) -> str:
    start = max(text.rfind(sign, 0, match.start()) for sign in _CLAUSE_ENDS) + 1
    ends = [end for sign in _CLAUSE_ENDS if (end := text.find(sign, match.end())) >= 0]
    return text[start : min(ends, default=len(text))]
