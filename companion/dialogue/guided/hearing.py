"""What the guided engine hears in one text: acts, topics, feelings, themes, short answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from companion.dialogue.guided.book import Act, Entry, book
from companion.dialogue.guided.cues import Cues, matches
from companion.dialogue.guided.grammar import GRAMMAR
from companion.dialogue.guided.memo import remembered
from companion.dialogue.guided.text import clean, fold

#: What another topic must be ahead by before the talk turns to it.
_LOYALTY = 1.0
_SYMPTOM = 1.5
_THRESHOLD = 2.0
#: A topic that is new in a talk needs less, one that would push another aside more.
_FIRST, _BACKDROP, _ASIDE = 2.0, 5.0, 3.0


class Answer(StrEnum):
    """A short answer to a question of Nuanyu."""

    YES = "yes"
    NO = "no"
    DUNNO = "dunno"
    MAYBE = "maybe"
    ACK = "ack"  #: "嗯", "ok": heard, nothing added.


#: In this order: "不知道" before "不", "maybe" before "yes".
_ORDER = (Answer.DUNNO, Answer.MAYBE, Answer.NO, Answer.YES, Answer.ACK)
_ANSWERS = {answer: GRAMMAR[f"answer_{answer}"] for answer in _ORDER}
#: Short answers that go on for longer than this are more than an answer.
_SHORT = 14
_ELSEWHERE = GRAMMAR["elsewhere"]
_HAN_DIGITS = "零一二三四五六七八九十"
_EN_DIGITS = "zero one two three four five six seven eight nine ten".split()
_NUMBER = re.compile(
    rf"(?<!\d)(10|\d)(?!\d)(?:\s*分|\s*/\s*10|\s*out of (?:10|ten))?"
    rf"|([{_HAN_DIGITS}])\s*分|^([{_HAN_DIGITS}])吧?$"
    rf"|\b({'|'.join(_EN_DIGITS)})\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one text says, as far as the guided engine understands it."""

    text: str = field(repr=False)
    folded: str = field(repr=False)
    acts: tuple[str, ...] = ()
    #: How clearly each topic is spoken of.
    topics: dict[str, float] = field(default_factory=dict)
    feelings: tuple[Entry, ...] = ()
    themes: tuple[Entry, ...] = ()
    answer: Answer | None = None
    #: A number from 0 to 10, if one stands in a short text.
    number: int | None = None

    @property
    def size(self) -> int:
        """Length of what was said, in characters; a Latin word counts about two."""
        han = sum("一" <= c <= "鿿" for c in self.folded)
        return han + 2 * len(re.findall(r"[a-z0-9']+", self.folded))


def hear(text: str) -> Heard:
    """Listen to one text (or to several short lines, joined)."""
    cleaned = clean(text)
    folded = fold(cleaned)
    content = book()
    return Heard(
        text=cleaned,
        folded=folded,
        acts=tuple(act.id for act in content.acts if _is_act(act, folded)),
        topics=topics_of(folded),
        feelings=_ranked(content.feelings, folded),
        themes=_ranked(content.themes, folded),
        answer=_answer(folded),
        number=_number(folded),
    )


@remembered
def signs(text: str) -> frozenset[str]:
    """Return what one text does to the manner of a talk, as "act:quiet" or "theme:good_news".

    Also "heavy" when a dark feeling speaks in it.
    """
    heard = hear(text)
    heavy = {"heavy"} if any(f.tone == "heavy" for f in heard.feelings) else set()
    acts = {f"act:{act}" for act in heard.acts}
    return frozenset(heavy | acts | {f"theme:{theme.id}" for theme in heard.themes})


def turns_away(folded: str) -> bool:
    """Whether a folded text announces another subject."""
    return _ELSEWHERE.search(folded) is not None


@remembered
def topics_of(folded: str) -> dict[str, float]:
    """Return the topics a folded text speaks of, with how clearly."""
    scores = ((topic, topic.cues.score(folded)) for topic in book().topics)
    return {topic.id: score - topic.is_symptom * _SYMPTOM for topic, score in scores if score > 0}


def current_topic(
    now: dict[str, float],
    before: str | None,
    *,
    turns: bool = False,
    seen: Sequence[str] = (),
) -> str | None:
    """Return the topic of the talk after a text: the clearest one, with some loyalty.

    `turns`: the student says that something else comes now ("anyway", "对了").
    `seen`: topics of before, to which a talk comes back easily.
    """
    scores = dict(now)
    if before is not None and before in scores:
        scores[before] += _LOYALTY + _SYMPTOM
    clear = {
        n: score
        for n, score in scores.items()
        if score >= _threshold(n, before, now, turns=turns or n in seen)
    }
    return max(clear, key=lambda name: clear[name]) if clear else before


def _threshold(name: str, before: str | None, now: dict[str, float], *, turns: bool) -> float:
    topic = next(topic for topic in book().topics if topic.id == name)
    if before is None:
        return _FIRST - topic.is_symptom * _SYMPTOM
    if name == before or (before in now and not topic.is_backdrop):
        return _THRESHOLD - topic.is_symptom * _SYMPTOM
    if topic.is_backdrop and not turns:
        return _BACKDROP
    return _ASIDE


def _ranked(entries: Sequence[Entry], folded: str) -> tuple[Entry, ...]:
    scored = [(entry.cues.score(folded), entry) for entry in entries]
    found = [(score, _last(entry.cues, folded), entry) for score, entry in scored if score > 0]
    found.sort(key=lambda item: (item[2].tone == "light", *item[:2]), reverse=True)
    return tuple(entry for *_, entry in found)


def _last(cues: Cues, folded: str) -> int:
    found = [*matches(cues.strong, folded), *matches(cues.weak, folded)]
    return max((match.end() for match in found), default=0)


def _is_act(act: Act, folded: str) -> bool:
    found = matches(act.cues.strong, folded)
    if not found:
        return False
    if act.room is None:
        return True
    left = folded
    for match in found:
        left = left.replace(match.group(), " ")
    return _weight(left) <= act.room and not (act.opens and topics_of(left))


def _weight(text: str) -> int:
    return sum("一" <= c <= "鿿" for c in text) + 3 * len(re.findall(r"[a-z']+", text))


def _answer(folded: str) -> Answer | None:
    bare = folded.strip(" \n。.!~…,，")
    if _weight(bare) > _SHORT * 2:
        return None
    found = (answer for answer, pattern in _ANSWERS.items() if pattern.match(bare))
    return next(found, None)


def _number(folded: str) -> int | None:
    match = _NUMBER.search(folded) if _weight(folded) <= _SHORT * 2 else None
    if match is None:
        return None
    digits, *words = match.groups()
    if digits:
        return int(digits)
    word = next(word for word in words if word)
    return _HAN_DIGITS.index(word) if word in _HAN_DIGITS else _EN_DIGITS.index(word)
