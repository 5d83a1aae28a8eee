"""Looks at each generated sentence before a student sees it.

The patterns are data in `companion/content/guard`, one rule for each thing that is not said.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files
from itertools import chain

from opencc import OpenCC

from companion.dialogue.numbers import has_foreign_number
from companion.errors import ContentError
from companion.language import Language

_FILES = ("any", "zh", "en")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
_QUOTED = re.compile(r"“[^”]*”|「[^」]*」|『[^』]*』|\"[^\"]*\"|(?<!\w)'[^']{2,}'(?!\w)")
# Marks of markdown must not hide a word (不是**人** …), but an item's number tells a list.
_EMPHASIS = re.compile(r"\*{1,3}|__|`")
# Other forms of "you", and the typographic apostrophe.
_SAME = str.maketrans("妳您’", "你你'")
_NOT_A_LETTER = re.compile(r"[\W_]+")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")

#: Shorter sentences ("嗯。", "I see.") may come again.
_SHORTEST_REPEAT = 8
_ALMOST_THE_SAME = 0.92
#: Letters from which on a sentence is plainly in the other language.
_ENOUGH_CHINESE, _ENOUGH_LATIN = 6, 24


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether a sentence may be shown; if not, why, in one word without content."""

    keep: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Rule:
    reason: str
    found: re.Pattern[str]
    unless: re.Pattern[str] | None
    counts_quotes: bool


def inspect(
    sentence: str, *, language: Language, known_numbers: frozenset[str], said: Sequence[str] = ()
) -> Finding:
    """Decide about one sentence.

    `known_numbers` are the registry's, digits only; `said` are Nuanyu's earlier sentences of
    the talk, this answer's included.
    """
    plain = _plain(sentence)
    if has_foreign_number(plain, known_numbers=known_numbers):
        return Finding(keep=False, reason="number")
    spoken = _QUOTED.sub("…", plain)
    for rule in _rules():
        text = plain if rule.counts_quotes else spoken
        if rule.found.search(text) and not (rule.unless and rule.unless.search(text)):
            return Finding(keep=False, reason=rule.reason)
    if _is_in_other_language(spoken, language):
        return Finding(keep=False, reason="language")
    if _was_said(plain, said):
        return Finding(keep=False, reason="repeated")
    return Finding(keep=True)


def broken_rule(sentence: str, *, rules: str) -> str | None:
    """Return the reason of the first rule of another file here that a sentence breaks."""
    plain = _plain(sentence)
    for rule in _load(rules):
        if rule.found.search(plain) and not (rule.unless and rule.unless.search(plain)):
            return rule.reason
    return None


def _plain(text: str) -> str:
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    text = _EMPHASIS.sub("", text).translate(_SAME).strip()
    # Traditional signs must not get past rules written in simplified ones.
    return _converter().convert(text) if _CHINESE.search(text) else text


def _is_in_other_language(text: str, language: Language) -> bool:
    chinese, latin = len(_CHINESE.findall(text)), len(_LATIN.findall(text))
    if language is Language.ZH:
        return chinese == 0 and latin >= _ENOUGH_LATIN
    return chinese >= _ENOUGH_CHINESE and chinese > latin


def _was_said(text: str, said: Sequence[str]) -> bool:
    letters = _letters(text)
    if len(letters) < _SHORTEST_REPEAT:
        return False
    for earlier in map(_letters, said):
        if letters == earlier:
            return True
        if abs(len(letters) - len(earlier)) * 10 > len(letters):
            continue
        matcher = SequenceMatcher(None, letters, earlier, autojunk=False)
        if matcher.quick_ratio() >= _ALMOST_THE_SAME and matcher.ratio() >= _ALMOST_THE_SAME:
            return True
    return False


def _letters(text: str) -> str:
    return _NOT_A_LETTER.sub("", text).casefold()


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(chain.from_iterable(map(_load, _FILES)))


@cache
def _load(name: str) -> list[_Rule]:
    file = files("companion") / "content" / "guard" / f"{name}.toml"
    entries = tomllib.loads(file.read_text(encoding="utf-8"))["rule"]
    try:
        return [
            _Rule(
                reason=entry["reason"],
                found=_any_of(entry["patterns"]),
                unless=_any_of(entry["unless"]) if entry.get("unless") else None,
                counts_quotes=entry.get("quotes", True),
            )
            for entry in entries
        ]
    except (KeyError, re.error) as error:
        raise ContentError(f"guard/{name}.toml: {error}") from None


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
