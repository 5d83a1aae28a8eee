"""What a text tells beside the question that was asked, clause by clause; rules are data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from companion.risk.content import entries, pattern, read_toml, refuse_unknown, words
from companion.risk.levels import Level
from companion.risk.normalise import views
from companion.safety.dialogue.steps import steps

FILE: Final = "risk/tells.toml"
#: Longer texts tell stories, in which such words stand for other times and people (characters).
READ_AT_MOST: Final = 160
_KNOWN: Final = {
    "id",
    "step",
    "code",
    "no",
    "said",
    "unless",
    "wide",
    "anybody",
    "not_at",
    "only_at",
}
_CJK: Final = r"\u3400-\u9fff"
_BREAK: Final = re.compile(
    rf"[\n,、:]|(?<=[{_CJK}]) (?=[{_CJK}])|但是?|不过|可是"
    r"|(?<![a-z])(?:but|though|although)(?![a-z])"
)
#: A yes or a no, and what is said around it without adding anything.
_BARE: Final = re.compile(
    r"(?:嗯|恩|唔|是|对|有|没|不|会|好|可以|行|能|在|的|啊|呀|哦|噢|呢|吧|了|啦|欸|诶|过|其实|现在"
    r"|真|也|都|就| )+"
    r"|(?:(?:yes+|yeah|yea|yep|yup|ya|no+|nope|nah|mhm+|hmm*|ok(?:ay)?|sure|i|do|dont|have|havent|am|im"
    r"|not|really|right|now|there|is|isnt|think|so|of|course|at|all|definitely|just|well|and|oh|it|was"
    r"|guess|sometimes|kind|a|lot|did|didnt) ?)+"
)
#: A "no" in front of a sentence denies the question, not the sentence.
_LEAD: Final = re.compile(
    r"^(?:no+|nope|nah|yes+|yeah|yep|well|and|so|actually|,| )+ "
    r"(?=(?:i|im|ive|id|ill|my|its|it|the|theyre|they|she|he|tonight|just|in)(?![a-z]))"
)
_YES_LEAD: Final = re.compile(r"^(?:嗯|恩|是的|对|有|会|好)+(?=[^人的])|^(?:yes|yeah|yep) ")
_DENIED: Final = re.compile(
    r"(?:没有?|不是?|别|无)[^,\n]{0,2}$"
    r"|(?<![a-z])(?:no|not|never|nothing|without|cannot|(?:do|did|does|have|has|had|ca|wo|is|are"
    r"|was|were|would|could|should|ai)nt)(?: [a-z]+){0,2} ?$"
)
_SOMEBODY: Final = re.compile(
    r"他|她|(?<![a-z])ta(?![a-z])|室友|舍友|朋友|同学|闺蜜|[爸妈哥姐弟妹]|父母|别人|有人|老师|主角"
    r"|(?<![a-z])(?:he|she|his|her|my (?:roommate|flatmate|friend|mum|mom|dad|brother|sister|cousin"
    r"|ex|boyfriend|girlfriend|partner|classmate)|somebody|someone|everyone)(?![a-z])"
)
_I: Final = re.compile(r"我(?![爸妈哥姐弟妹室朋同])|(?<![a-z])(?:i|im|ive|ill)(?![a-z])")


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a text says, whatever was asked."""

    #: The question it answers.
    step: str
    #: The answer; "" when it only denies something, and that is no answer.
    code: str

    @property
    def level(self) -> Level:
        """The level this answer stands for."""
        return steps()[self.step].raises.get(self.code, Level.NONE)


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a text, and what it tells."""

    text: str = field(repr=False)
    tells: tuple[Told, ...]

    @property
    def is_bare(self) -> bool:
        """Whether it is nothing but a yes or a no."""
        return _BARE.fullmatch(self.text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tell:
    step: str
    code: str
    no: str
    said: re.Pattern[str] = field(repr=False)
    unless: re.Pattern[str] | None
    is_wide: bool
    is_anybodys: bool
    not_at: frozenset[str]
    only_at: frozenset[str]

    def may_follow(self, asked: str | None) -> bool:
        """Whether these words mean this after such a question."""
        return asked not in self.not_at and (not self.only_at or asked in self.only_at)

    def told_in(self, text: str) -> Told | None:
        """Return what a clause tells by this rule."""
        found = next(_starts(self.said, text), None)
        if found is None or (self.unless and self.unless.search(text)):
            return None
        before = text[: found.start()]
        if not self.is_anybodys and is_of_somebody(before):
            return None
        return Told(self.step, self.no if _DENIED.search(before) else self.code)


def clauses(text: str, *, asked: str | None) -> tuple[Clause, ...]:
    """Return the clauses of a short text; of a long one none is read.

    `asked` is the question it follows.
    """
    if len(text) > READ_AT_MOST:
        return ()
    rules = [rule for rule in _tells() if rule.may_follow(asked)]
    readings = [_clauses(view, rules) for view in views(text)]
    return next((parts for parts in readings if any(part.tells for part in parts)), readings[0])


def _clauses(view: str, rules: list[_Tell]) -> tuple[Clause, ...]:
    sentences = view.split("\n")
    wide = {told for line in sentences for told in _told(rules, line, wide=True)}
    parts = [part.strip() for line in sentences for part in _BREAK.split(line)]
    found = [Clause(part, tuple(_told(rules, part, wide=False))) for part in parts if part]
    if wide and found:
        found[0] = Clause(found[0].text, (*wide, *found[0].tells))
    return tuple(found)


def _told(rules: list[_Tell], text: str, *, wide: bool) -> Iterator[Told]:
    """Yield what a clause tells, with and without the yes or no that leads it."""
    plain = _LEAD.sub("", text)
    readings = dict.fromkeys((plain, _YES_LEAD.sub("", plain)))
    known: set[str] = set()
    for rule in rules:
        told = next((one for each in readings if (one := rule.told_in(each))), None)
        if rule.is_wide is wide and told is not None and told.step not in known:
            known.add(told.step)
            yield told


def _starts(found: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield the finds that do not begin in the middle of a Latin word."""
    for match in found.finditer(text):
        before = text[match.start() - 1 : match.start()]
        if not (before.isascii() and before.isalpha() and match[0][:1].isascii()):
            yield match


def is_of_somebody(before: str) -> bool:
    """Whether words speak of somebody else, and not of the writer."""
    return _SOMEBODY.search(before) is not None and _I.search(before) is None


@cache
def _tells() -> tuple[_Tell, ...]:
    document = read_toml(*FILE.split("/"))
    groups: Mapping[str, list[str]] = document["groups"]
    return tuple(_tell(entry, groups) for entry in entries(document, "tell", file=FILE))


def _tell(entry: Mapping[str, Any], groups: Mapping[str, list[str]]) -> _Tell:
    refuse_unknown(entry, _KNOWN, file=FILE)
    return _Tell(
        step=entry["step"],
        code=entry["code"],
        no=entry.get("no", ""),
        said=pattern(entry, "said", file=FILE),
        unless=pattern(entry, "unless", file=FILE) if "unless" in entry else None,
        is_wide=entry.get("wide", False),
        is_anybodys=entry.get("anybody", False),
        not_at=_names(entry, "not_at", groups),
        only_at=_names(entry, "only_at", groups),
    )


def _names(entry: Mapping[str, Any], key: str, groups: Mapping[str, list[str]]) -> frozenset[str]:
    named = words(entry, key, file=FILE)
    return frozenset(step for name in named for step in groups.get(name, (name,)))
