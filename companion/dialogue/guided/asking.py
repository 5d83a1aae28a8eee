"""Which open question comes next."""

from __future__ import annotations

import re
from collections.abc import Iterator

from companion.dialogue.guided.book import Entry, book
from companion.dialogue.guided.draft import Draft
from companion.dialogue.guided.lines import Pool
from companion.dialogue.guided.talk import Talk

EARLY = ("open", "feel", "when", "impact")
MIDDLE = ("thought", "people", "body", "meaning")
CHOOSE = ("choose",)
LATE = ("tried", "except", "want", "help", "step", "scale")
#: Own replies after which a kind of question may come back.
_REST = 6
#: Answers a topic has lasted before the questions go from what happened to what it means, and on.
_SETTLED, _DEEP = 2, 5
#: A text from this size on tells something, and one that names the topic is asked about that
#: in one of so many answers; else it is asked for more, as topic questions take things for granted.
_TELLS, _MORE = 8, 2
#: Words of something that happened.
_EVENT = re.compile(
    r"了$|昨天|那天|刚才|上周|当时"
    r"|\b(?:yesterday|last (?:night|week)|today|then|said|told|was|went)\b"
)


def ask(draft: Draft, *, first: tuple[str, ...] = ()) -> bool:
    """Add the next question: about what was just said, else about the topic, else an open one."""
    if draft.asks or draft.is_quiet:
        return True
    return _ask_detail(draft) or any(
        draft.say(lines) for lines in _questions(draft.talk, first=first)
    )


def topic_entry(talk: Talk) -> Entry | None:
    """Return the topic of the talk as an entry."""
    return next((topic for topic in book().topics if topic.id == talk.topic), None)


def themes(talk: Talk) -> tuple[Entry, ...]:
    """Return the themes just spoken of that say more than the topic of the talk does."""
    return tuple(theme for theme in talk.heard.themes if talk.topic not in theme.unless)


def hit_subs(talk: Talk, what: str) -> Iterator[Pool]:
    """Return the lines ("reflect" or "ask") of the narrower things just spoken of."""
    topic = topic_entry(talk)
    for sub in topic.voices[talk.language].subs if topic else ():
        if sub.cues.score(talk.heard.folded):
            yield sub.reflect if what == "reflect" else sub.ask


def _ask_detail(draft: Draft) -> bool:
    talk = draft.talk
    asks = (theme.voices[talk.language].ask for theme in themes(talk))
    pools = [*hit_subs(talk, "ask"), *(lines for ask in asks for lines in ask.values())]
    if talk.depth and not talk.heard.topics:
        pools.reverse()
    return any(draft.say(lines) for lines in pools)


def _questions(talk: Talk, *, first: tuple[str, ...]) -> Iterator[Pool]:
    tags = [*first, *(tag for tag in _order(talk) if tag not in first)]
    rested = [
        tag for tag in tags if talk.since(f"ask:{tag}") >= _REST or not talk.has(f"ask:{tag}")
    ]
    entries = _entries(talk)
    common = book().common[talk.language]
    if first and first[0] in CHOOSE:
        yield common["ask.choose"]
    is_beside = talk.topic not in talk.heard.topics or talk.seed % _MORE
    if not first and talk.marks and talk.heard.size >= _TELLS and is_beside:
        yield common["ask.then" if _EVENT.search(talk.heard.folded) else "ask.more"]
    for tag in rested:
        for entry in entries:
            yield entry.voices[talk.language].ask.get(tag, ())
    for tag in [*rested, *tags]:
        yield common.get(f"ask.{tag}", ())
    for entry in entries:
        yield from entry.voices[talk.language].ask.values()


def _entries(talk: Talk) -> list[Entry]:
    topic = topic_entry(talk)
    return [entry for entry in (topic, *talk.heard.feelings[:1]) if entry is not None]


def _order(talk: Talk) -> tuple[str, ...]:
    if talk.depth < _SETTLED:
        return EARLY + MIDDLE + LATE
    if talk.depth < _DEEP:
        return MIDDLE + EARLY + LATE
    return LATE + MIDDLE + EARLY
