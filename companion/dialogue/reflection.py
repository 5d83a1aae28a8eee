"""One sentence of the model in front of a question of the safety dialogue, or none.

The question has been written by people and is asked in any case. The sentence says what was heard,
and nothing else; whatever is not surely that is dropped. The rules are data in
`companion/content/guard/reflection.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from companion.dialogue.guard import broken_rule, inspect
from companion.dialogue.opinion_prompt import shortened
from companion.dialogue.prompt import load_words, without_marks
from companion.dialogue.sentences import SentenceStream
from companion.language import Language
from companion.ports import ChatLine, ChatRole, Prompt
from companion.risk import Level
from companion.risk.normalise import count_cjk
from companion.risk.screen import screen

#: Fewer words than these tell little that could be taken up.
_LEAST_CHINESE: Final = 8  # characters
_LEAST_ENGLISH: Final = 4  # words
_MOST_CHINESE: Final = 60
_MOST_ENGLISH: Final = 30
#: Of a long text so much is shown to the model (characters).
_LONGEST_TEXT: Final = 600
#: A model that has not ended its sentence by then writes something else (characters).
_GIVEN_UP: Final = 300
_RULES: Final = "reflection"
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z'’]*")
#: Models like to put a sentence in quotation marks.
_QUOTES: Final = str.maketrans("", "", '"“”「」『』')
_END: Final = re.compile(r"[。.!！…]$")


def is_told(text: str) -> bool:
    """Whether somebody said something in their own words: more than an answer."""
    return count_cjk(text) >= _LEAST_CHINESE or len(_WORD.findall(text)) >= _LEAST_ENGLISH


def reflection_prompt(text: str, *, asked: str, language: Language) -> Prompt:
    """Return the prompt for what a student answered; both texts hold no names any more."""
    words = load_words(language)
    said = without_marks(shortened(text, _LONGEST_TEXT))
    parts = (words["reflect_asked"], asked, words["reflect_said"], said)
    return (
        ChatLine(ChatRole.SYSTEM, words["reflect"].strip()),
        ChatLine(ChatRole.USER, "\n".join(parts)),
    )


def first_sentence(pieces: Iterable[str]) -> str:
    """Return the first sentence of what a model writes; "" when none ends in good time."""
    growing = SentenceStream()
    size = 0
    for piece in pieces:
        ended = [
            sentence for sentence in growing.feed(piece.translate(_QUOTES)) if sentence.strip()
        ]
        if ended:
            return ended[0].strip()
        size += len(piece)
        if size > _GIVEN_UP:
            return ""
    return growing.rest().strip()


def may_stand(sentence: str, *, language: Language, said: Sequence[str]) -> bool:
    """Whether a sentence may be shown in front of a question.

    `said` are the sentences that were said in this talk before.
    """
    if not sentence or not _END.search(sentence) or _is_too_long(sentence, language):
        return False
    if broken_rule(sentence, rules=_RULES) is not None:
        return False
    if not inspect(sentence, language=language, known_numbers=frozenset(), said=said).keep:
        return False
    return screen(sentence).level <= Level.WATCH


def _is_too_long(sentence: str, language: Language) -> bool:
    if language is Language.ZH:
        return len(sentence) > _MOST_CHINESE
    return len(_WORD.findall(sentence)) > _MOST_ENGLISH
