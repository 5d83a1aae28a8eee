"""What the rules find in one text: every phrase, weighed by what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from companion.language import Language
from companion.risk.levels import Kind, Level, Subject
from companion.risk.normalise import has_cjk, views
from companion.risk.phrases import Rule, rules_in
from companion.risk.scenes import ELSEWHERE, contexts, is_in, without_idioms
from companion.risk.subjects import Person, person_of
from companion.risk.windows import WINDOW, Readings, readings

#: How far from a phrase (characters) something may stand and still explain it: in a long tired
#: message a story told at the start does not take back what is said at the end.
NEAR = {Language.ZH: 48, Language.EN: 120}
_LATIN = re.compile("[a-z]")
_CLAUSE_ENDS = ",、:：\n"
_ABOUT_FRIEND = " (about somebody else)"


class _Told(Enum):
    """How a phrase is told; the value is what it adds to the evidence."""

    PLAINLY = ""
    DENIED = ", but denies it"
    IN_THE_PAST = ", in the past"
    LIGHTLY = ", perhaps as a manner of speaking"
    ELSEWHERE = ", in a story or a lesson"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One phrase that was found, after its surroundings have spoken."""

    rule: str
    level: Level
    kinds: tuple[Kind, ...]
    subject: Subject
    evidence: str
    sign: str | None = None
    is_denied: bool = False


@dataclass(frozen=True, slots=True)
class _Scenery:
    """What is true of a whole window; asked once."""

    text: str = field(repr=False)
    elsewhere: bool


def findings(text: str, *, story: bool = False) -> tuple[Finding, ...]:
    """Return what the rules find; `story` says that the talk so far was about fiction."""
    return findings_in(readings(text), story=story)


def findings_in(read: Readings, *, story: bool = False) -> tuple[Finding, ...]:
    """Return what the rules find in a text given as its `windows.readings`."""
    elsewhere = story or any(_is_elsewhere(view) for both in read for view in both)
    found: dict[tuple[str, Subject], Finding] = {}
    for view in (view for both in read for view in both):
        for finding in _in_window(view, elsewhere=elsewhere):
            key = (finding.rule, finding.subject)
            if key not in found or found[key].level < finding.level:
                found[key] = finding
    return tuple(found.values())


def is_story(text: str) -> bool:
    """Whether a text is about a story, a game, a lesson or the news."""
    return any(_is_elsewhere(view) for view in views(text[:WINDOW]))


def _is_elsewhere(view: str) -> bool:
    return any(is_in(scene, view) for scene in ELSEWHERE)


def _in_window(view: str, *, elsewhere: bool) -> Iterator[Finding]:
    languages = [Language.ZH] if has_cjk(view) else []
    if _LATIN.search(view):
        languages.append(Language.EN)
    text = without_idioms(view)
    scenery = _Scenery(text=text, elsewhere=elsewhere)
    for rule in (rule for language in languages for rule in rules_in(language)):
        for match in rule.found_by.finditer(text):
            finding = _weighed(rule, match, scenery)
            if finding is not None:
                yield finding
                if finding.level >= rule.level and finding.subject is Subject.SELF:
                    break


def _weighed(rule: Rule, match: re.Match[str], scenery: _Scenery) -> Finding | None:
    """Return what a phrase means where it stands; None when its surroundings explain it."""
    if _is_explained(rule, match, scenery.text):
        return None
    told = _as_told(rule, match, scenery)
    person = _person(rule, match, scenery.text)
    is_about_friend = person is Person.OTHER
    if told is _Told.ELSEWHERE or person is Person.YOU:
        return None
    if is_about_friend and not rule.holds_for_others:
        return None
    if told is _Told.PLAINLY and _is_manner_of_speaking(rule, match, person, text=scenery.text):
        told = _Told.LIGHTLY
    if told is _Told.LIGHTLY and rule.level <= Level.WATCH:
        return None
    subject = Subject.OTHER if is_about_friend else Subject.SELF
    if told is _Told.IN_THE_PAST and subject is Subject.SELF:
        subject = Subject.PAST
    return Finding(
        rule=rule.id,
        level=rule.level if told is _Told.PLAINLY else min(rule.level, Level.WATCH),
        kinds=rule.kinds,
        subject=subject,
        evidence=rule.evidence + told.value + (_ABOUT_FRIEND if is_about_friend else ""),
        is_denied=told is _Told.DENIED,
        sign=rule.sign if subject is Subject.SELF and told is not _Told.DENIED else None,
    )


def _is_explained(rule: Rule, match: re.Match[str], text: str) -> bool:
    """Whether the rule's own exceptions or a harmless occasion explain the phrase."""
    if rule.unless is not None and rule.unless.search(_sentence(text, match, rule.language)):
        return True
    reach = 2 * NEAR[rule.language]
    start = max(0, match.start() - reach)
    around = f"{text[start : match.start()]}\n{text[match.end() : match.end() + reach]}"
    return any(is_in(scene, around) for scene in rule.harmless)


def _as_told(rule: Rule, match: re.Match[str], scenery: _Scenery) -> _Told:
    """Return how a phrase is told: plainly, denied, in the past, or within a story."""
    sentence = _sentence(scenery.text, match, rule.language)
    told = _Told.PLAINLY
    if scenery.elsewhere:
        is_long = len(scenery.text) > 3 * NEAR[rule.language]
        clause = _clause(scenery.text, match)
        told = _in_scene(sentence, clause, rule=rule, is_long=is_long)
    if told is not _Told.PLAINLY:
        return told
    if rule.is_negatable and _is_negated(scenery.text, match, rule.language):
        return _Told.DENIED
    if rule.is_timeless or rule.level is Level.NONE:
        return _Told.PLAINLY
    is_past = is_in("past", sentence) and not is_in("present", sentence)
    return _Told.IN_THE_PAST if is_past else _Told.PLAINLY


def _in_scene(sentence: str, clause: str, *, rule: Rule, is_long: bool) -> _Told:
    """Return whether a story, a game or a lesson explains the phrase, or "I, too" keeps it."""
    # A laptop given away is no machine talk: only wishes are explained by one.
    scenes = ELSEWHERE if rule.is_soft else tuple(name for name in ELSEWHERE if name != "tech")
    if any(is_in(scene, clause) for scene in scenes):
        return _Told.ELSEWHERE
    if is_in("confession", clause):
        return _Told.PLAINLY
    if is_in("fiction", sentence):
        return _Told.ELSEWHERE
    person = contexts().persons[rule.language].tokens.search(clause)
    if person is not None and person.lastgroup == "self":
        return _Told.PLAINLY
    if any(is_in(scene, sentence) for scene in scenes):
        return _Told.LIGHTLY
    return _Told.PLAINLY if is_long else _Told.ELSEWHERE


def _is_manner_of_speaking(rule: Rule, match: re.Match[str], person: Person, *, text: str) -> bool:
    """Whether laughter, a trivial cause or "we all" makes a wish a figure of speech."""
    if person is Person.MANY:
        return True
    if not rule.is_soft or rule.level > Level.MODERATE:
        return False
    near = NEAR[rule.language]
    laughing = is_in("laughing", _around(text, match, near))
    return laughing or is_in("trivial", _around(text, match, near // 3))


def _person(rule: Rule, match: re.Match[str], text: str) -> Person:
    if rule.is_about_other:
        return Person.OTHER
    if rule.names_its_subject:
        return Person.SELF
    person = person_of(text, match, rule.language)
    # A goodbye speaks to "you" and "all of you": it is the student's all the same.
    speaks_to_others = person in (Person.YOU, Person.MANY) and rule.sign is not None
    return Person.SELF if speaks_to_others else person


def _is_negated(text: str, match: re.Match[str], language: Language) -> bool:
    start = max(0, match.start() - 60, text.rfind("\n", 0, match.start()) + 1)
    return contexts().negation[language].search(text[start : match.start()]) is not None


def _sentence(text: str, match: re.Match[str], language: Language) -> str:
    """Return the sentence around a phrase, cut off where it is too far away to matter."""
    near = NEAR[language]
    start = max(text.rfind("\n", 0, match.start()) + 1, match.start() - near)
    end = text.find("\n", match.end())
    return text[start : min(end if end >= 0 else len(text), match.end() + near)]


def _around(text: str, match: re.Match[str], near: int) -> str:
    return text[max(0, match.start() - near) : match.end() + near]


def _clause(text: str, match: re.Match[str]) -> str:
    start = max(text.rfind(sign, 0, match.start()) for sign in _CLAUSE_ENDS) + 1
    ends = [end for sign in _CLAUSE_ENDS if (end := text.find(sign, match.end())) >= 0]
    return text[start : min(ends, default=len(text))]
