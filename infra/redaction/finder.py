"""Finds in a text what identifies a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from infra.redaction import numbers, people, places
from infra.redaction.entities import Entity, Type
from infra.redaction.numbers import Pattern

# What a text must hold for a group of patterns to be worth trying: most texts need few.
_GROUPS = (
    (
        re.compile(
            r"[0-9@/]|微信|薇信|wechat|weixin|vx|wx|[一幺][\s\-、]?[三四五六七八九]", re.IGNORECASE
        ),
        numbers.PATTERNS,
    ),
    (re.compile(r"[0-9省市区]"), places.PATTERNS),
    (re.compile(r"[\u4e00-\u9fff]"), people.CHINESE),
    (re.compile(r"[A-Za-z]"), people.ENGLISH),
)
# One sign for one sign, so that offsets stay: full-width digits, letters and signs.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "，！？；："}
_SHORTEST_NAME = 2
_DIGITS = re.compile(r"\D", re.ASCII)


def find(text: str, *, keep: frozenset[str] = frozenset()) -> list[Entity]:
    """Return what is found, in order and without overlaps.

    `keep` are numbers (digits only) that are never hidden: hotlines and emergency numbers.
    """
    plain = text.translate(_NARROW)
    patterns = chain.from_iterable(group for needs, group in _GROUPS if needs.search(plain))
    found = [entity for pattern in patterns for entity in _matches(pattern, plain, keep)]
    found += _again(plain, [entity for entity in found if entity.type is Type.PERSON])
    # The surer first, then the longer; what overlaps something chosen is left out.
    chosen: list[Entity] = []
    taken = bytearray(len(plain))
    for entity in sorted(found, key=lambda e: (-e.score, e.start - e.end, e.start)):
        if not any(taken[entity.start : entity.end]):
            taken[entity.start : entity.end] = b"\1" * (entity.end - entity.start)
            chosen.append(entity)
    return sorted(chosen, key=lambda e: e.start)


def _matches(pattern: Pattern, text: str, keep: frozenset[str]) -> list[Entity]:
    entities = []
    for match in pattern.regex.finditer(text):
        start, end = match.span(1 if pattern.regex.groups else 0)
        if pattern.type is Type.ADDRESS:
            start += places.trim(text[start:end])
        score = pattern.judge(text[start:end]) if pattern.judge else pattern.score
        if score and not _is_kept(text[start:end], keep):
            entities.append(Entity(pattern.type, start, end, score))
    return entities


def mentions(name: str, text: str) -> Iterator[re.Match[str]]:
    """Find a name wherever it stands; one sign (王老师) is too short to be looked for."""
    if len(name) < _SHORTEST_NAME:
        return iter(())
    edge = r"[A-Za-z]" if name.isascii() else r"(?!)"
    return re.finditer(rf"(?<!{edge}){re.escape(name)}(?!{edge})", text)


def _again(text: str, people: list[Entity]) -> Iterator[Entity]:
    """Yield the places where a name that was introduced somewhere stands without a cue."""
    scores: dict[str, float] = {}
    for person in people:
        name = text[person.start : person.end]
        scores[name] = max(person.score, scores.get(name, 0.0))
    for name, score in scores.items():
        for match in mentions(name, text):
            yield Entity(Type.PERSON, *match.span(), score=score)


def _is_kept(found: str, keep: frozenset[str]) -> bool:
    digits = _DIGITS.sub("", found)
    return bool(digits) and (digits in keep or digits.removeprefix("86") in keep)
