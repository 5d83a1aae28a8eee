"""Whom a phrase is about: the student, the listener, everybody, or somebody else."""

from __future__ import annotations

import re
from enum import StrEnum

from companion.language import Language
from companion.risk.scenes import contexts

#: How far back a subject is looked for (characters).
REACH = 160
_THEMSELVES = re.compile(
    r"(?<![a-z])(?:himself|herself|themsel[fv]e?s?|him ?self|her ?self)(?![a-z])"
)
_CLAUSE_END = re.compile(r"[,、:： ]")


class Person(StrEnum):
    """Who does or feels what a phrase says."""

    SELF = "self"
    YOU = "you"
    MANY = "many"
    OTHER = "other"


def person_of(text: str, match: re.Match[str], language: Language) -> Person:
    """Return whom a found phrase is about; when nobody is named, the student."""
    persons = contexts().persons[language]
    if _THEMSELVES.search(match[0]):
        return Person.OTHER
    inside = [token.lastgroup for token in persons.tokens.finditer(match[0])]
    if "self" in inside:
        return Person.SELF
    first = persons.tokens.match(match[0])
    if first is not None and first.lastgroup is not None:
        return Person(first.lastgroup)
    start = max(0, match.start() - REACH, text.rfind("\n", 0, match.start()) + 1)
    before = text[start : match.start()]
    named = [
        token
        for token in persons.tokens.finditer(before)
        if token.lastgroup == "self" or not persons.as_object.search(before[: token.start()])
    ]
    if not named:
        return _of_whole(text[: match.start()], match[0], language)
    last = named[-1]
    person = Person(last.lastgroup or Person.SELF)
    if person is Person.OTHER and language is Language.ZH:
        between = before[last.end() :]
        speaks_alone = any(token.lastgroup == "self" for token in named)
        if _CLAUSE_END.search(between) and not persons.says.search(between) and speaks_alone:
            return Person.SELF
    return person


def _of_whole(before: str, phrase: str, language: Language) -> Person:
    """A sentence that names nobody goes on about a friend only if it says so from the start."""
    persons = contexts().persons[language]
    if persons.tokens.search(phrase):
        return Person.SELF
    earlier = [token.lastgroup for token in persons.tokens.finditer(before[-REACH:])]
    goes_on = bool(earlier) and set(earlier) <= {"other"} and persons.says.search(before[-12:])
    return Person.OTHER if goes_on else Person.SELF
