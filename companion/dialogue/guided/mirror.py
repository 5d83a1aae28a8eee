"""The student's own words, turned round: 我室友 becomes 你室友, "my roommate" "your roommate".

Only a clause that survives the turn as plain grammar is given back; of a doubtful one nothing is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from companion.dialogue.guided.grammar import GRAMMAR
from companion.dialogue.guided.text import simplified
from companion.language import Language

#: What must never come back out of Nuanyu's mouth: crisis words, insults, links, long numbers.
_UNSAYABLE = GRAMMAR["unsayable"]
_ZH_BREAK = re.compile(
    r"[，。！？；：、,.!?;:~～…\n\s—\-()（）“”\"「」]+|但是|可是|不过|因为|所以|然后|而且|于是"
)
_ZH_LEAD = GRAMMAR["zh_lead"]
_ZH_TAIL = GRAMMAR["zh_tail"]
_ZH_BAD = GRAMMAR["zh_bad"]
_ZH_TURN = (
    ("我们", "你们"),
    ("咱们", "你们"),
    ("咱", "你们"),
    ("俺", "你"),
    ("我", "你"),
)
_ZH_PERSON = GRAMMAR["zh_person"]
_ZH_TELLING = GRAMMAR["zh_telling"]
_ZH_ASIDE = GRAMMAR["zh_aside"]
_ZH_BUT = ("但", "可是", "不过")
_ZH_DANGLING = GRAMMAR["zh_dangling"]
_EN_CLAUSE = re.compile(
    r"[.!?;:,\n()\"]+|\s[-–—]+\s"
    r"|\s+(?=(?:but|because|cause|cuz|so|and|which|even though|although)\s)",
    re.IGNORECASE,
)
_EN_LEAD = GRAMMAR["en_lead"]
_EN_START = GRAMMAR["en_start"]
_EN_VERB = GRAMMAR["en_verb"]
_EN_BAD = GRAMMAR["en_bad"]
_EN_TELLING = GRAMMAR["en_telling"]
_EN_ASIDE = GRAMMAR["en_aside"]
_EN_TURN = {
    "i": "you", "i'm": "you're", "im": "you're", "i've": "you've", "ive": "you've", "i'd": "you'd",
    "i'll": "you'll", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "we": "you",
    "we're": "you're", "we've": "you've", "we'd": "you'd", "we'll": "you'll", "us": "you",
    "our": "your",     "ours": "yours", "ourselves": "yourselves", "am": "are",
}  # fmt: skip
_EN_WORD = re.compile(r"(?<![A-Za-z0-9'])[A-Za-z]+(?:'[a-z]+)?")
_EN_BE = re.compile(r"\byou (was|wasn't)\b")


#: Shortest and longest clause that is given back: characters, words.
_ZH_LENGTH, _EN_LENGTH = (5, 22), (5, 16)


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a student's text, turned to "you"; higher weight means more telling."""

    text: str = field(repr=False)
    weight: float


def clauses(text: str, language: Language) -> list[Clause]:
    """Return the clauses of a cleaned text that can be given back in this language, in order."""
    found = _zh(text) if language is Language.ZH else _en(text)
    return [clause for clause in found if not _UNSAYABLE.search(clause.text)]


def can_be_said(text: str) -> bool:
    """Whether a few words of a student may be given back as they stand."""
    return bool(text) and text.replace(" ", "").isalpha() and not _UNSAYABLE.search(text)


def _zh(text: str) -> Iterator[Clause]:
    pieces = list(_pieces(_ZH_BREAK, simplified(text)))
    following = [piece for piece, _ in pieces[1:]] + [""]
    for place, ((piece, ending), after) in enumerate(zip(pieces, following, strict=True)):
        clause = _ZH_TAIL.sub("", _ZH_LEAD.sub("", piece.strip()))
        han = sum("一" <= c <= "鿿" for c in clause)
        is_fit = _ZH_LENGTH[0] <= len(clause) <= _ZH_LENGTH[1] and han * 2 >= len(clause)
        if is_fit and not _ZH_BAD.search(clause) and not set("?？") & set(ending):
            is_outdone = ending.endswith(_ZH_BUT) or after.startswith(_ZH_BUT)
            weight = _zh_weight(clause) + place / 20 - is_outdone
            yield Clause(_zh_turned(clause), weight)


def _zh_weight(clause: str) -> float:
    told_of = bool(_ZH_PERSON.search(clause)) - bool(_ZH_DANGLING.match(clause)) / 2
    telling = bool(_ZH_TELLING.search(clause)) / 2 - bool(_ZH_ASIDE.search(clause))
    return min(len(clause), 14) / 14 + told_of + telling


def _zh_turned(clause: str) -> str:
    for mine, yours in _ZH_TURN:
        clause = clause.replace(mine, yours)
    return clause.replace("自你", "自我")


def _pieces(breaks: re.Pattern[str], text: str) -> Iterator[tuple[str, str]]:
    """Cut a text, and return each piece with what stands between it and the next."""
    start = 0
    for match in breaks.finditer(text):
        yield text[start : match.start()], match.group()
        start = match.end()
    yield text[start:], ""


def _en(text: str) -> Iterator[Clause]:
    pieces = list(_pieces(_EN_CLAUSE, text.replace("’", "'")))
    following = [piece for piece, _ in pieces[1:]] + [""]
    for place, ((piece, ending), after) in enumerate(zip(pieces, following, strict=True)):
        clause = _EN_LEAD.sub("", piece.strip())
        if "?" not in ending and _en_is_sound(clause):
            is_outdone = after.strip().lower().startswith("but ")
            yield Clause(_en_turned(clause), _en_weight(clause) + place / 20 - is_outdone)


def _en_weight(clause: str) -> float:
    telling = bool(_EN_TELLING.search(clause)) / 2 - bool(_EN_ASIDE.search(clause))
    return min(len(clause.split()), 10) / 10 + 1 + telling


def _en_is_sound(clause: str) -> bool:
    words = clause.split()
    if (
        not _EN_LENGTH[0] <= len(words) <= _EN_LENGTH[1]
        or not clause.isascii()
        or not _EN_START.match(clause)
    ):
        return False
    first = words[0].lower()
    has_verb = first in {"i", "we", "i'm", "im", "i've"} or bool(_EN_VERB.search(clause))
    return has_verb and not _EN_BAD.search(clause)


def _en_turned(clause: str) -> str:
    def turn(match: re.Match[str]) -> str:
        word = match.group()
        return _EN_TURN.get(word.lower(), word)

    turned = _EN_WORD.sub(turn, clause)
    turned = _EN_BE.sub(lambda m: "you were" if m.group(1) == "was" else "you weren't", turned)
    first, _, rest = turned.partition(" ")
    if first.lower() in {"mum", "mom", "dad"}:
        first = f"your {first.lower()}"
    return f"{first.lower() if first.lower() in _LOWER else first} {rest}"


_LOWER = frozenset(
    "you you're you've you'd you'll your he he's she she's they they're nobody no everyone "
    "everybody people everything nothing the mum mom dad".split()
)
