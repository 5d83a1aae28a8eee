"""What pages of a journal tell together: themes, tone, patterns, thoughts that may be bent.

Everything here is a guess that its writer may strike out. The numbers are ours, not validated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from statistics import fmean
from typing import Final

from companion.dialogue.guided.hearing import topics_of
from companion.dialogue.guided.text import clean, fold, key, sentences
from companion.emotion.distortions import distortion
from companion.emotion.recognise import recognise
from companion.risk import Level
from companion.risk.by_phrases import by_phrases

#: How far back pages are read together, and how many at most.
WINDOW: Final = timedelta(days=28)
MOST_PAGES: Final = 40
_MOST_SENTENCES: Final = 60  # of one page
#: A topic counts as a page's theme from one clear word on (see companion.dialogue.guided.cues).
_CLEAR: Final = 3.0
_THEMES, _TONES, _TRAPS = 3, 3, 3
#: Pages that a pattern needs at least, for what it says and for what it compares with.
_ENOUGH: Final = 3
_MOSTLY: Final = 0.6
#: A difference in pleasantness (-1 to 1) that is worth a word.
_APART: Final = 0.25
_SHORTEST, _LONGEST = 4, 160  # signs of a sentence that is looked at
_NIGHT: Final = frozenset({23, 0, 1, 2, 3, 4})


class Kind(StrEnum):
    """What a finding is about; the value is part of the name of its wording."""

    THEME = "theme"
    TONE = "tone"
    NIGHT = "night"  #: Something is mostly written about at night.
    HEAVY = "heavy"  #: Pages about something read heavier than the others.
    EASIER = "easier"  #: The later pages read lighter than the earlier ones.
    HARDER = "harder"
    TRAP = "trap"  #: A sentence that may hold a thinking trap.


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A page as it is read: local time, words, and what its writer struck out."""

    code: str
    at: datetime
    text: str = field(repr=False)
    wrong: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One guess, and the pages it rests on."""

    kind: Kind
    #: Which topic, emotion or trap; "" for a course.
    about: str
    key: str
    pages: tuple[str, ...]
    #: The student's own sentence, for a trap.
    quote: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What one page by itself tells."""

    sheet: Sheet
    topics: frozenset[str]
    tone: str
    valence: float

    def tells(self, kind: Kind, about: str) -> bool:
        """Whether it speaks for a finding that its writer has not struck out."""
        is_so = about in self.topics if kind is not Kind.TONE else about == self.tone
        return is_so and _key(kind, about) not in self.sheet.wrong


def read_over(sheets: Sequence[Sheet]) -> list[Finding]:
    """Return what the pages tell together, what is plainest first. Newest page first.

    Raises ModelUnusableError.
    """
    read = [_read(sheet) for sheet in sheets[:MOST_PAGES]]
    themes = _counted(read, Kind.THEME, lambda one: one.topics)[:_THEMES]
    tones = _counted(read, Kind.TONE, lambda one: {one.tone} - {""})[:_TONES]
    return [*themes, *tones, *_patterns(read, themes), *_traps(sheets)]


def struck(finding: str, sheets: Sequence[Sheet]) -> bool:
    """Whether any page remembers that this finding is wrong."""
    return any(finding in sheet.wrong for sheet in sheets)


def _read(sheet: Sheet) -> _Read:
    felt = recognise(sheet.text)
    clear = felt.clearly_felt()
    topics = topics_of(fold(clean(sheet.text)))
    return _Read(
        sheet=sheet,
        topics=frozenset(topic for topic, score in topics.items() if score >= _CLEAR),
        tone=clear[0].value if clear else "",
        valence=felt.valence,
    )


def _counted(
    read: Sequence[_Read], kind: Kind, of: Callable[[_Read], frozenset[str] | set[str]]
) -> list[Finding]:
    told = Counter(about for one in read for about in sorted(of(one)) if one.tells(kind, about))
    # One page is all there is to say of one page; of more, what comes back counts.
    least = 1 if len(read) == 1 or kind is Kind.TONE else 2
    return [
        _finding(kind, about, [one for one in read if one.tells(kind, about)])
        for about, count in told.most_common()
        if count >= least
    ]


def _patterns(read: Sequence[_Read], themes: Sequence[Finding]) -> Iterator[Finding]:
    for theme in themes:
        with_it = [one for one in read if one.sheet.code in theme.pages]
        without = [one for one in read if one.sheet.code not in theme.pages]
        if len(with_it) < _ENOUGH:
            continue
        at_night = [one for one in with_it if one.sheet.at.hour in _NIGHT]
        if len(at_night) >= max(_ENOUGH, _MOSTLY * len(with_it)):
            yield from _unless_struck(Kind.NIGHT, theme.about, at_night)
        is_heavier = len(without) >= _ENOUGH and _tone(without) - _tone(with_it) >= _APART
        if is_heavier:
            yield from _unless_struck(Kind.HEAVY, theme.about, with_it)
    yield from _course(read)


def _course(read: Sequence[_Read]) -> Iterator[Finding]:
    if len(read) < 2 * _ENOUGH or read[0].sheet.at - read[-1].sheet.at < WINDOW / 3:
        return
    later, earlier = read[: len(read) // 2], read[len(read) // 2 :]
    moved = _tone(later) - _tone(earlier)
    if abs(moved) >= _APART:
        yield from _unless_struck(Kind.EASIER if moved > 0 else Kind.HARDER, "", read)


def _traps(sheets: Sequence[Sheet]) -> list[Finding]:
    found: dict[str, tuple[float, Finding]] = {}
    for sheet in sheets[:MOST_PAGES]:
        for sentence in sentences(sheet.text)[:_MOST_SENTENCES]:
            likely = _trap(sentence)
            if likely is None:
                continue
            sure, about = likely
            name = f"{Kind.TRAP}:{about}:{_mark(sentence)}"
            if name not in found and not struck(name, sheets):
                finding = Finding(
                    kind=Kind.TRAP, about=about, key=name, pages=(sheet.code,), quote=sentence
                )
                found[name] = (sure, finding)
    ranked = sorted(found.values(), key=lambda one: -one[0])
    return [finding for _, finding in ranked[:_TRAPS]]


def _trap(sentence: str) -> tuple[float, str] | None:
    """Return the likeliest trap of a sentence and how sure it is; None where none is likely."""
    if not _SHORTEST <= len(key(sentence)) <= _LONGEST:
        return None
    seen = distortion(sentence)
    if not seen.is_distorted or not seen.kinds:
        return None
    if by_phrases(sentence).level >= Level.WATCH:
        return None  # Despair is nothing to be corrected.
    kind, sure = next(iter(seen.kinds.items()))
    return sure * seen.probability, kind.value


def _unless_struck(kind: Kind, about: str, read: Sequence[_Read]) -> Iterator[Finding]:
    finding = _finding(kind, about, read)
    if not struck(finding.key, [one.sheet for one in read]):
        yield finding


def _finding(kind: Kind, about: str, read: Sequence[_Read]) -> Finding:
    pages = tuple(one.sheet.code for one in read)
    return Finding(kind=kind, about=about, key=_key(kind, about), pages=pages)


def _key(kind: Kind, about: str) -> str:
    return f"{kind}:{about}" if about else str(kind)


def _mark(sentence: str) -> str:
    """Return what tells a sentence from others without holding it."""
    return sha256(key(sentence).encode()).hexdigest()[:8]


def _tone(read: Sequence[_Read]) -> float:
    return fmean(one.valence for one in read)
