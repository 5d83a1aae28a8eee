"""Phrases that tell what a text is about, and whether the text denies them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: A denial right before a cue takes it away: "我没失眠", "it's not about exams".
_DENIED = re.compile(
    r"(?:(?<!有)没有?|(?<!是)不是(?:因为|为了)?|并不|并非|不算|不再|无关|(?<!会)不会|(?<!要)不)"
    r"(?:再|太|很|怎么|什么|觉得|感到|那么|这么|是很)?$"
    r"|(?:\bnot|n't|\bno|\bnever|\bwithout)\s+(?:(?:feel|feeling|really|that|even|about|because of"
    r"|having|got|have|any|a|an|so|very|exactly|actually|the|my|been|too)\s+){0,3}$"
)
#: Characters before a cue in which a denial is looked for.
_REACH = 40
#: A cue counts at most this often in one text, so that a long complaint does not drown the rest.
_MOST = 3

STRONG, WEAK = 3.0, 1.0


def pattern(zh: Iterable[str], en: Iterable[str]) -> re.Pattern[str] | None:
    """Return one pattern for the cues of both languages; None when there are none."""
    parts = sorted(map(_bounded, zh), key=len, reverse=True)
    words = sorted(en, key=len, reverse=True)
    if words:
        parts.append(rf"(?<![a-z])(?:{'|'.join(words)})(?![a-z])")
    return re.compile("|".join(parts)) if parts else None


def _bounded(cue: str) -> str:
    """Keep a Latin word among Chinese cues ("hr", "gap") from matching inside another word."""
    is_word = cue.isascii() and cue[:1].isalpha() and cue[-1:].isalpha()
    return rf"(?<![a-z]){cue}(?![a-z])" if is_word else cue


def matches(cue: re.Pattern[str] | None, folded: str) -> list[re.Match[str]]:
    """Return where a cue stands in a folded text without being denied."""
    if cue is None or cue.search(folded) is None:
        return []
    return [m for m in cue.finditer(folded) if m.group() and not _is_denied(folded, m.start())]


def _is_denied(folded: str, start: int) -> bool:
    return _DENIED.search(folded[max(0, start - _REACH) : start]) is not None


@dataclass(frozen=True, slots=True)
class Cues:
    """The strong and the weak phrases of one entry."""

    strong: re.Pattern[str] | None
    weak: re.Pattern[str] | None

    @classmethod
    def of(cls, tables: Sequence[dict[str, list[str]]], *, strong: str, weak: str) -> Cues:
        """Build from the zh and en tables of an entry, by the names of their two lists."""
        zh, en = tables
        return cls(
            pattern(zh.get(strong, ()), en.get(strong, ())),
            pattern(zh.get(weak, ()), en.get(weak, ())),
        )

    def score(self, folded: str) -> float:
        """Return how clearly a folded text is about this; 0.0 when nothing tells it."""
        strong = {m.group() for m in matches(self.strong, folded)}
        weak = {m.group() for m in matches(self.weak, folded)} - strong
        return STRONG * min(len(strong), _MOST) + WEAK * min(len(weak), _MOST)
