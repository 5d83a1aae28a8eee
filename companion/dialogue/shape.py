"""Keeps one answer in shape: short, one question, no list of tips, every sentence inspected."""

from __future__ import annotations

import re
from collections.abc import Sequence

from companion.dialogue.guard import inspect
from companion.language import Language

MOST_SENTENCES = 6
MOST_QUESTIONS = 1
MOST_BULLETS = 2

_LABEL = re.compile(
    r"^\s*\**(?:暖语|助手|Nuanyu|Assistant|AI|Companion)\**\s*[:：]\s*", re.IGNORECASE
)
_BULLET = re.compile(r"^\s*(?:[-*•·]\s+|\d{1,2}[.、)）]\s*|[①-⑳])")
_QUESTION = re.compile(r"[?？][”’\"』」）)*\]]*\s*$")


class Shape:
    """Takes the sentences of one answer one by one."""

    def __init__(
        self, *, language: Language, known_numbers: frozenset[str], said: Sequence[str]
    ) -> None:
        self._language = language
        self._known_numbers = known_numbers
        self._said = list(said)
        self._sentences = self._questions = self._bullets = 0

    @property
    def is_full(self) -> bool:
        """Whether the answer is long enough to end here."""
        return self._sentences >= MOST_SENTENCES

    def pass_on(self, sentence: str) -> str:
        """Return what of a sentence may be shown: all of it, or ""."""
        if not self._sentences:
            # A small model likes to write its own name first.
            sentence = _LABEL.sub("", sentence).lstrip()
        if not sentence.strip() or not self._may_say(sentence):
            return ""
        self._sentences += 1
        self._questions += _is_question(sentence)
        self._bullets += _is_bullet(sentence)
        self._said.append(sentence)
        return sentence

    def _may_say(self, sentence: str) -> bool:
        if self._questions >= MOST_QUESTIONS and _is_question(sentence):
            return False
        if self._bullets >= MOST_BULLETS and _is_bullet(sentence):
            return False
        return inspect(
            sentence,
            language=self._language,
            known_numbers=self._known_numbers,
            said=self._said,
        ).keep


def _is_question(sentence: str) -> bool:
    return _QUESTION.search(sentence) is not None


def _is_bullet(sentence: str) -> bool:
    return _BULLET.match(sentence) is not None
