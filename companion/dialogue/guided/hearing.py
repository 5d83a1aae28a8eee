"""What the guided engine hears in one text: acts, topics, feelings, themes, short answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from companion.dialogue.guided.book import Act, Entry, book
from companion.dialogue.guided.cues import Cues, matches
from companion.dialogue.guided.text import clean, fold

#: What another topic must be ahead by before the talk turns to it.
_LOYALTY = 1.0
_SYMPTOM = 1.5
_THRESHOLD = 2.0
_BACKDROP = 4.0


class Answer(StrEnum):
    """A short answer to a question of Nuanyu."""

    YES = "yes"
    NO = "no"
    DUNNO = "dunno"
    MAYBE = "maybe"
    ACK = "ack"  #: "嗯", "ok": heard, nothing added.


_ANSWERS = {
    Answer.DUNNO: re.compile(
        r"^(?:我?(?:也|真的|还)?(?:不知道|不清楚|说不清楚?|说不上来|不晓得|不确定|没想过|想不出来|想不到|想不起来)"
        r"|不好说|没什么特别的|没啥|i ?(?:really |honestly )?(?:don'?t|dont) (?:really )?know|i?dk|no idea"
        r"|not sure|i'?m not sure|hard to say|dunno|no clue|nothing really|can'?t think of (?:any|anything))"
    ),
    Answer.MAYBE: re.compile(
        r"^(?:(?:也许|或许|可能|大概|说不定)(?:吧|是吧|有)?|maybe|perhaps|possibly|i suppose(?: so)?"
        r"|probably)(?:$|[\s,，。.!~])"
    ),
    Answer.NO: re.compile(
        r"^(?:没有?(?:啊|呢|吧|过|诶|耶)?|不(?:是|想|用|要|行|太?想|能|会|了|太行|愿意|需要)?(?:了|的|吧|啊|太想)?|并?没|算了吧?"
        r"|不是这样的?|先?不了|先不用了?|从来没有|否|no+|nope|nah|not really|not at all|never|no thanks?|no thank you"
        r"|maybe later|not now|rather not|i'?d rather not|don'?t want to|i don'?t think so)(?:$|[\s,，。.!~])"
    ),
    Answer.YES: re.compile(
        r"^(?:是(?:的|啊|呀|吧)?|对(?:的|啊|呀|吧|对)*|有(?:的|啊|过|一点|点|吧|时候)?|会(?:的|啊)?|想(?:的|试试)?|愿意|可以(?:的|啊|吧|试试)?"
        r"|好(?:啊|呀|嘞)|试试(?:吧|看)?|嗯嗯+|没错|差不多|确实|应该是|好像是|ye(?:s|ah|p|a)+|sure"
        r"|exactly|true|definitely|i do|i think so|i guess(?: so)?|kind of|kinda|sort of|sometimes"
        r"|let'?s (?:try|do it)|i(?:'ll| can) try|why not|please)(?:$|[\s,，。.!~])"
    ),
    Answer.ACK: re.compile(
        r"^(?:嗯+|好[的吧哦]?|行吧?|ok(?:ay)?|k|right|fine|alright|go on|哦+|噢+|喔+|唔+|啊+|额+|呃+|这样啊?|知道了|懂了|明白了?|hm+|m+h?m+|oh+|i see|got it|noted|uh huh)"
        r"[。.…~\s]*$"
    ),
}
#: Short answers that go on for longer than this are more than an answer.
_SHORT = 14
_HAN_DIGITS = "零一二三四五六七八九十"
_EN_DIGITS = "zero one two three four five six seven eight nine ten".split()
_NUMBER = re.compile(
    rf"(?<!\d)(10|\d)(?!\d)(?:\s*分|\s*/\s*10|\s*out of (?:10|ten))?|([{_HAN_DIGITS}])\s*分|^([{_HAN_DIGITS}])吧?$"
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


def topics_of(folded: str) -> dict[str, float]:
    """Return the topics a folded text speaks of, with how clearly."""
    scores = ((topic, topic.cues.score(folded)) for topic in book().topics)
    return {topic.id: score - topic.is_symptom * _SYMPTOM for topic, score in scores if score > 0}


def current_topic(now: dict[str, float], before: str | None) -> str | None:
    """Return the topic of the talk after a text: the clearest one, with some loyalty."""
    scores = dict(now)
    if before is not None and before in scores:
        scores[before] += _LOYALTY + _SYMPTOM
    moves = before is not None and before not in now
    clear = {n: score for n, score in scores.items() if score >= _threshold(n, moves=moves)}
    return max(clear, key=lambda name: clear[name]) if clear else before


def _threshold(name: str, *, moves: bool) -> float:
    topic = next(topic for topic in book().topics if topic.id == name)
    if moves and topic.is_backdrop:
        return _BACKDROP
    return _THRESHOLD - topic.is_symptom * _SYMPTOM


def _ranked(entries: Sequence[Entry], folded: str) -> tuple[Entry, ...]:
    scored = [(entry.cues.score(folded), _last(entry.cues, folded), entry) for entry in entries]
    found = [item for item in scored if item[0] > 0]
    return tuple(e for *_, e in sorted(found, key=lambda item: item[:2], reverse=True))


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
    return _weight(left) <= act.room


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
