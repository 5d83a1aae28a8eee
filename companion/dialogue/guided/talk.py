"""What a talk holds so far, worked out anew from its turns each time."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby

from companion.dialogue.guided.book import book
from companion.dialogue.guided.hearing import (
    Heard,
    current_topic,
    hear,
    topics_of,
    turns_away,
)
from companion.dialogue.guided.lines import Line
from companion.dialogue.guided.memo import remembered
from companion.dialogue.guided.mirror import Clause, clauses
from companion.dialogue.guided.text import clean, fold, key, sentences
from companion.language import Language
from companion.turns import Role, Turn

#: Student's answers and own replies that are looked at more closely than for repeated sentences.
_NEAR = 14


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk as the guided engine remembers it."""

    language: Language
    #: The lines not answered yet, heard together.
    heard: Heard = field(repr=False)
    #: What the student said before, answer by answer, oldest first.
    earlier: tuple[str, ...] = field(repr=False)
    #: Every sentence Nuanyu has said, as `key` gives it.
    said: frozenset[str] = field(repr=False)
    #: The question that the last own reply ended with; "" when it asked nothing.
    asked: str = field(repr=False)
    #: All that the student wrote, folded.
    told: str = field(repr=False)
    #: What each own reply did, oldest first (marks of the lines it was made of).
    marks: tuple[frozenset[str], ...]
    topic: str | None
    #: How many answers of the student this topic has lasted; 0 when it is new.
    depth: int
    #: Topics spoken of earlier and left.
    left: tuple[str, ...]
    seed: int

    @property
    def last(self) -> frozenset[str]:
        """What the last own reply did."""
        return self.marks[-1] if self.marks else frozenset()

    def last_tag(self, prefix: str) -> str | None:
        """Return what follows "prefix:" in the marks of the last own reply."""
        marks = sorted(mark for mark in self.last if mark.startswith(f"{prefix}:"))
        return marks[0].removeprefix(f"{prefix}:") if marks else None

    def since(self, prefix: str) -> int:
        """Return how many own replies came since one with such a mark; all of them if none did."""
        for distance, marks in enumerate(reversed(self.marks)):
            if any(mark.startswith(prefix) for mark in marks):
                return distance
        return len(self.marks)

    def has(self, prefix: str) -> bool:
        """Whether any own reply so far has such a mark."""
        return any(mark.startswith(prefix) for marks in self.marks for mark in marks)

    def clauses(self) -> list[Clause]:
        """Return the clauses of the unanswered lines that can be given back."""
        return clauses(self.heard.text, self.language)

    def memories(self, last: int, *, told_before: int) -> list[Clause]:
        """Return the most telling clauses of the last answers, oldest first, at most one of each.

        Only clauses that were given back at most `told_before` times.
        """
        kept = []
        for text in self.earlier[-last:] if last else ():
            fresh = [c for c in clauses(text, self.language) if self._times(c) <= told_before]
            kept += sorted(fresh, key=lambda clause: clause.weight)[-1:]
        return kept

    def _times(self, clause: Clause) -> int:
        return sum(key(clause.text) in said for said in self.said)


def recall(turns: Sequence[Turn], language: Language) -> Talk:
    """Work out where a talk stands."""
    answers, replies = _sides(turns)
    heard = hear("\n".join(answers[-1:]))
    near = [clean(text) for text in answers[:-1]][-_NEAR:]
    folded = [fold(text) for text in near]
    trail = _trail(folded, heard)
    last = sentences(replies[-1]) if replies else []
    topic = trail[-1]
    return Talk(
        language=language,
        heard=heard,
        earlier=tuple(near),
        said=frozenset(key(s) for text in replies for s in sentences(text)),
        asked=last[-1] if last and last[-1].endswith(("?", "？")) else "",
        told="\n".join([*folded, heard.folded]),
        marks=tuple(marks_of(text) for text in replies[-_NEAR:]),
        topic=topic,
        depth=_depth(trail),
        left=tuple(dict.fromkeys(t for t in trail if t is not None and t != topic)),
        seed=zlib.crc32("\x1f".join([str(len(turns)), *near, heard.text]).encode()),
    )


@remembered
def marks_of(reply: str) -> frozenset[str]:
    """Return what a reply of Nuanyu did; empty for words that are not the guided engine's."""
    plain, slotted = _index()
    found = set()
    for sentence in map(key, sentences(reply)):
        if sentence in plain:
            found.add(plain[sentence])
        else:
            found.update(
                line.mark for line in slotted if any(p.match(sentence) for p in line.patterns)
            )
    return frozenset(found)


def _sides(turns: Sequence[Turn]) -> tuple[list[str], list[str]]:
    """Return the student's answers (lines in a row joined; the open one last) and our replies."""
    grouped = [(role, [t.text for t in group]) for role, group in groupby(turns, lambda t: t.role)]
    answers = ["\n".join(map(clean, texts)) for role, texts in grouped if role is Role.USER]
    replies = ["\n".join(texts) for role, texts in grouped if role is Role.ASSISTANT]
    is_open = bool(grouped) and grouped[-1][0] is Role.USER
    return answers if is_open else [*answers, ""], replies


def _trail(earlier: Iterable[str], heard: Heard) -> list[str | None]:
    trail: list[str | None] = []
    for folded in [*earlier, heard.folded]:
        before = trail[-1] if trail else None
        trail.append(
            current_topic(
                topics_of(folded),
                before,
                turns=turns_away(folded),
                seen=[topic for topic in trail if topic is not None],
            )
        )
    return trail


def _depth(trail: Sequence[str | None]) -> int:
    changes = (back for back, topic in enumerate(reversed(trail)) if topic != trail[-1])
    return next(changes, len(trail)) - 1


@cache
def _index() -> tuple[dict[str, str], tuple[Line, ...]]:
    plain: dict[str, str] = {}
    slotted = []
    for line in book().lines():
        plain.update(dict.fromkeys(line.keys, line.mark))
        if line.patterns:
            slotted.append(line)
    return plain, tuple(slotted)
