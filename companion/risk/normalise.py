"""What a text says once its disguises are taken off; pure, well under a millisecond.

Two views are matched: the text tidied up, and the text with slang, spelled-out words and
digits-for-letters read as what they mean. Sentence ends become line breaks, so that no
pattern reaches from one sentence into the next.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import opencc

from companion.language import Language
from companion.risk.content import Entry, entries, pattern, read_toml, refuse_unknown

FILE = "risk/slang.toml"

_CJK = r"\u3400-\u9fff"
_HAS_CJK = re.compile(f"[{_CJK}]")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e007f]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SENTENCE_END = re.compile(r"[。！？!?；;…\n]+|\.{2,}|\.(?=\s|$)")
_RUN = re.compile(r"(.)\1{2,}")
_SPACES = re.compile(r"[ \t\u3000]+")
#: What people put between two characters to hide a word; commas and stops are not here.
_BETWEEN_CJK = re.compile(rf"(?<=[{_CJK}])[\s.·•*_\-/\\|+~^`\"#@&=<>()\[\]—。,]{{1,2}}(?=[{_CJK}])")
_SPELLED_CJK = re.compile(rf"(?:[{_CJK}][\s.·•*_\-/\\|+~^`\"#@&=<>—。,、]{{1,2}}){{2,}}[{_CJK}]")
#: One character standing alone beside a space: "想 死", but not "他来了 想我".
_LONE_CJK = re.compile(
    rf"(?<=[^{_CJK}][{_CJK}]) (?=[{_CJK}])"
    rf"|(?<=[{_CJK}]) (?=[{_CJK}](?![{_CJK}]))"
)
_HIDDEN_PAIR = re.compile(rf"(?<=[{_CJK}])[.·•*_\-/\\|+~^`\"#@&=<>—](?=[{_CJK}])")
_SPELLED_LATIN = re.compile(
    r"(?<![a-z0-9])(?:[a-z0-9$@!][ .\-_*/·]{1,2}){2,}[a-z0-9$@!](?![a-z0-9])"
)
_SPELLING_GAP = re.compile(r"[ .\-_*/·]{1}")
_LEET_WORD = re.compile(
    r"[a-z0-9$@!|]*[a-z][0-9$@!|]+[a-z0-9$@!|]*|[0-9$@|]+[a-z]{2,}[a-z0-9$@!|]*"
)
_APOSTROPHES = str.maketrans("", "", "'’‘`´ʼ＇")


@dataclass(frozen=True, slots=True)
class _Slang:
    spellings: tuple[tuple[re.Pattern[str], str], ...]
    any_spelling: re.Pattern[str]
    emoji: Mapping[Language, Mapping[int, str]]
    homoglyphs: Mapping[int, str]
    leet: Mapping[int, str]


def views(text: str) -> tuple[str, ...]:
    """Return one or two readings of a text, never empty, each lower case and simplified."""
    tidy = _tidied(text)
    plain = _plain(tidy)
    return (tidy,) if plain == tidy else (tidy, plain)


def has_cjk(text: str) -> bool:
    """Whether a text has Chinese characters."""
    return _HAS_CJK.search(text) is not None


def count_cjk(text: str) -> int:
    """Return how many Chinese characters a text has."""
    return len(_HAS_CJK.findall(text))


def simplified(text: str) -> str:
    """Return a text with its traditional characters simplified."""
    return _simplifier().convert(text) if has_cjk(text) else text


def _tidied(text: str) -> str:
    slang = _slang()
    text = text.encode("utf-8", "replace").decode()  # lone surrogates
    text = _INVISIBLE.sub("", text)
    if not text.isascii():
        text = _without_marks(text)
        text = text.translate(slang.emoji[Language.ZH if has_cjk(text) else Language.EN])
        text = text.translate(slang.homoglyphs) if _mixes_alphabets(text) else text
        text = simplified(text)
    text = text.lower().translate(_APOSTROPHES).replace("，", ",")
    text = _CONTROL.sub(" ", text)
    text = _SENTENCE_END.sub(_line_break, text)
    return _SPACES.sub(" ", text).strip()


def _line_break(end: re.Match[str]) -> str:
    # "!" may be an i inside a word (k!ll); it ends a sentence only after one.
    text, after = end.string, end.end()
    inside = end[0] == "!" and end.start() > 0 and after < len(text)
    if inside and text[end.start() - 1].isascii() and text[after].isascii():
        return "!" if text[end.start() - 1].isalpha() and text[after].isalpha() else "\n"
    return "\n"


def _without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    kept = "".join(char for char in decomposed if unicodedata.category(char) != "Mn")
    return unicodedata.normalize("NFKC", kept)


def _mixes_alphabets(text: str) -> bool:
    return any("a" <= char <= "z" or "A" <= char <= "Z" for char in text) or has_cjk(text)


def _plain(tidy: str) -> str:
    slang = _slang()
    text = _SPELLED_CJK.sub(lambda found: _BETWEEN_CJK.sub("", found[0]), tidy)
    text = _HIDDEN_PAIR.sub("", text)
    text = _LONE_CJK.sub("", text)
    text = _SPELLED_LATIN.sub(lambda found: _SPELLING_GAP.sub("", found[0]), text)
    text = _RUN.sub(r"\1", text)
    text = _LEET_WORD.sub(lambda found: _unleet(found[0], slang.leet), text)
    if slang.any_spelling.search(text):
        for written, means in slang.spellings:
            text = written.sub(means, text)
    return text


def _unleet(word: str, leet: Mapping[int, str]) -> str:
    return word.replace("11", "ll").translate(leet)


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def _slang() -> _Slang:
    document = read_toml(*FILE.split("/"))
    spellings = tuple(_spelling(entry) for entry in entries(document, "spelling", file=FILE))
    letters = document["letters"]
    return _Slang(
        spellings=spellings,
        any_spelling=re.compile("|".join(written.pattern for written, _ in spellings)),
        emoji={
            language: {ord(sign): says[language] for sign, says in document["emoji"].items()}
            for language in Language
        },
        homoglyphs=str.maketrans(letters["homoglyphs"]),
        leet=str.maketrans(letters["leet"]),
    )


def _spelling(entry: Entry) -> tuple[re.Pattern[str], str]:
    refuse_unknown(entry, {"id", "written", "means"}, file=FILE)
    return pattern(entry, "written", file=FILE), str(entry["means"])
