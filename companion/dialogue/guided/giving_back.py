"""What a reply begins with: the student's own words, or what stands behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from companion.dialogue.guided.asking import hit_subs, themes, topic_entry
from companion.dialogue.guided.book import book
from companion.dialogue.guided.draft import Draft
from companion.dialogue.guided.hearing import Answer
from companion.dialogue.guided.lines import Pool
from companion.dialogue.guided.manner import tires_of_echo
from companion.dialogue.guided.mirror import can_be_said
from companion.dialogue.guided.talk import Talk
from companion.language import Language

#: Own replies between two echoes; how telling a clause must be; one echo in so many replies
#: stands before a line that says the same in other words.
_ECHO_EVERY, _TELLING, _DOUBLE = 2, 1.0, 3
#: How telling each of two clauses must be.
_ENOUGH = 0.8
#: Size from which a text is given back.
_ECHOED = 7
#: Answers during which a topic is fresh; a score from which a topic is really spoken of.
_FRESH, _CLEAR = 2, 2.5
#: Texts up to this size are short answers; a name is no longer than this; two clauses given back
#: at once are together no longer than that.
SHORT, _NAME, _PAIR = 9, 6, 2
_BOTH = {Language.ZH: 30, Language.EN: 90}
#: Themes of something that went well: nothing gloomy is said on top.
_BETTER = frozenset({"small_win", "plan", "support", "good_news"})
_NAMED = re.compile(r"名字|叫什么|name\b", re.IGNORECASE)
_NAMES = re.compile(
    r"^(?:它|他|她)?(?:名字)?叫\w{1,4}$"
    r"|^(?:her|his|its|their) name(?:'s| is| was) \w+\.?$|^(?:it's|its|called) [A-Z][a-z]+\.?$"
)
_CALLED = re.compile(
    r"^(?:它|他|她)?(?:名字)?(?:叫|是)|^(?:it|he|she)(?:'s|s| is| was) (?:called )?|^called "
    r"|^(?:her|his|its|their) name(?:'s| is| was) ",
    re.IGNORECASE,
)
_YOU = re.compile(r"你|\byou\b")
_SAID = re.compile(r"说|讲|问|\b(?:said|says|told|asked)\b")
_CLOSED = re.compile(
    r"吗？$|有没有|是不是|会不会|^(?:is|are|was|were|do|does|did|has|have|can|could|would|will)\b",
    re.IGNORECASE,
)


def common(talk: Talk, name: str) -> Pool:
    """Return the lines of a name that belong to no entry; none for an unknown name."""
    return book().common[talk.language].get(name, ())


def give_back(draft: Draft) -> None:
    """Begin with what was heard; at times with nothing, when a question says it all."""
    talk = draft.talk
    is_bare = talk.heard.size <= SHORT and not themes(talk)
    if is_bare and talk.heard.answer and answer_briefly(draft):
        return
    if _name_back(draft) or _give_back_both(draft):
        return
    specific = list(_specific(talk))
    if specific and (talk.seed % _DOUBLE == 0 or talk.since("frames:echo") >= _DOUBLE):
        _echo(draft)
    if any(draft.say(lines) for lines in specific) or draft.text:
        return
    if answer_briefly(draft):
        return
    if _asks_us(talk):
        draft.say(common(talk, "frames.cannot"))
    elif not (_first_words(draft) or _echo(draft)):
        _acknowledge(draft)


def _specific(talk: Talk) -> Iterator[Pool]:
    """Return the pools that fit exactly what was said, the most telling first."""
    language = talk.language
    reflected = [theme.voices[language].reflect for theme in themes(talk)]
    subs = list(hit_subs(talk, "reflect"))
    is_better = any(theme.id in _BETTER for theme in talk.heard.themes)
    if is_better:
        yield from reflected
        return
    topic = topic_entry(talk)
    if topic is not None and topic.leads and _is_new(talk):
        yield topic.voices[language].hear
    yield from [*subs, *reflected] if _is_new(talk) else [*reflected, *subs]
    for feeling in talk.heard.feelings:
        yield feeling.voices[language].hear


def _is_new(talk: Talk) -> bool:
    name = talk.topic
    return bool(name) and talk.depth < _FRESH and not talk.has(f"hear:topic:{name}")


def _first_words(draft: Draft) -> bool:
    """Say what a topic is like, when it has just come up and is really spoken of."""
    talk = draft.talk
    topic = topic_entry(talk)
    if topic is None or not _is_new(talk) or talk.heard.topics.get(topic.id, 0) < _CLEAR:
        return False
    return draft.say(topic.voices[talk.language].hear)


def _acknowledge(draft: Draft) -> None:
    talk = draft.talk
    if talk.seed % 3 == 0 and talk.heard.size > SHORT:
        return
    draft.say(common(talk, "told.any"))


def _asks_us(talk: Talk) -> bool:
    folded = talk.heard.folded.rstrip(" 。.!~")
    return folded.endswith(("?", "吗", "么")) and _YOU.search(folded) is not None


def _give_back_both(draft: Draft) -> bool:
    """Put two hard things side by side that were told in one breath."""
    talk = draft.talk
    found = [c for c in talk.clauses() if c.weight >= _ENOUGH]
    told = talk.heard.text
    is_hard = any(f.tone == "heavy" for f in talk.heard.feelings) or len(talk.heard.topics) > 1
    is_fit = len(found) == _PAIR and len(told) <= _BOTH[talk.language] and not _SAID.search(told)
    if not (is_hard and is_fit) or talk.has("frames:both") or tires_of_echo(talk):
        return False
    return draft.say(common(talk, "frames.both"), a=found[0].text, b=found[1].text)


def _echo(draft: Draft) -> bool:
    """Give back one clause of the student, now and then, if there is a telling one."""
    talk = draft.talk
    if talk.heard.size < _ECHOED or tires_of_echo(talk):
        return False
    if talk.marks and talk.since("frames:echo") < _ECHO_EVERY:
        return False
    found = sorted(talk.clauses(), key=lambda clause: clause.weight, reverse=True)
    best = [clause for clause in found if clause.weight >= _TELLING][:1]
    frames = common(talk, "frames.echo")
    return any(draft.say(frames, again=True, c=clause.text) for clause in best)


def _name_back(draft: Draft) -> bool:
    """Give back a name that was asked for."""
    heard = draft.talk.heard
    is_named = _NAMED.search(draft.talk.asked) or _NAMES.search(heard.text)
    if not is_named or heard.size > 2 * _NAME or heard.answer is not None:
        return False
    name = _CALLED.sub("", heard.text).strip(" 。.")
    if len(name) > 2 * _NAME or not can_be_said(name):
        return False
    return draft.say(common(draft.talk, "frames.short"), again=True, c=name)


def answer_briefly(draft: Draft) -> bool:
    """React to a bare yes, no, "I don't know" or "mm" with the last question in mind."""
    talk = draft.talk
    answer = talk.heard.answer
    if answer is None:
        return False
    tag = talk.last_tag("ask") or talk.last_tag("summary") or "any"
    names = [f"{answer}.{tag}", f"{answer}.any"]
    is_open = answer in {Answer.YES, Answer.NO} and not _CLOSED.search(talk.asked)
    if talk.heard.size > SHORT or is_open:
        del names[0]
    if not any(draft.say(common(talk, name)) for name in names):
        return False
    if answer is Answer.DUNNO and not draft.asks:
        draft.say(common(talk, "ask.easy"))
    return True
