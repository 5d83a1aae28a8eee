"""The usual reply: give back what was heard, then one question."""

from __future__ import annotations

from collections.abc import Iterator

from companion.dialogue.guided import exercise
from companion.dialogue.guided.asking import LATE, ask, hit_subs, topic_entry
from companion.dialogue.guided.book import book
from companion.dialogue.guided.draft import Draft
from companion.dialogue.guided.hearing import Answer
from companion.dialogue.guided.lines import Pool
from companion.dialogue.guided.mirror import can_be_said
from companion.dialogue.guided.talk import Talk
from companion.language import Language

#: Own replies between two summaries, and between two echoes of the student's words.
_SUMMARY_EVERY, _ECHO_EVERY = 4, 1
#: Answers during which a topic is fresh; own replies between two pauses, or two looks back.
_FRESH, _PAUSE_EVERY = 2, 4
#: Ends of the lower parts of a scale from zero to ten; clauses that make a short summary.
_LOW, _MIDDLE, _TWO = 3, 6, 2
#: A text up to this size is a short answer; from the other on it deserves a pause, not a question.
_SHORT, _LONG = 9, 60
#: A name or a thing, given back as it stands, is no longer than this.
_NAME = 4
#: Themes of something that went well: nothing gloomy is said on top.
_BETTER = frozenset({"small_win", "plan", "support"})
_HAN = "零一二三四五六七八九十"
_WORDS = "zero one two three four five six seven eight nine ten".split()


def listen(draft: Draft) -> None:
    """Fill the draft with the reply to what the student just told."""
    talk = draft.talk
    if _answer_scale(draft) or _answer_summary(draft):
        ask(draft, first=LATE)
        return
    if _summary_is_due(talk) and _summarise(draft):
        return
    wants_advice = "advice" in talk.heard.acts
    _give_back(draft)
    if exercise.offer(draft, asked=wants_advice):
        return
    if _deserves_a_pause(talk) and draft.say(_common(talk, "frames.invite")):
        return
    if not _call_back(draft):
        ask(draft, first=LATE if wants_advice else ())


def _common(talk: Talk, name: str) -> Pool:
    return book().common[talk.language].get(name, ())


def _give_back(draft: Draft) -> None:
    """Reflect: their words, then what stands behind them; two lines at most."""
    talk = draft.talk
    is_bare = talk.heard.size <= _SHORT and not talk.heard.themes
    if is_bare and talk.heard.answer and _answer_briefly(draft):
        return
    echoed = _echo(draft) or _name_back(draft)
    if any(draft.say(lines) for lines in _reflections(talk)):
        return
    if echoed or _answer_briefly(draft):
        return
    if "?" not in talk.heard.folded and draft.say(_common(talk, f"told.{talk.last_tag('ask')}")):
        return
    topic = topic_entry(talk)
    if topic is None or not draft.say(topic.voices[talk.language].reflect):
        draft.say(_common(talk, "frames.reflect"))


def _reflections(talk: Talk) -> Iterator[Pool]:
    """Return the pools that fit what was just said, the most telling first."""
    language, topic = talk.language, topic_entry(talk)
    is_new = topic is not None and talk.depth < _FRESH and not talk.has(f"hear:topic:{topic.id}")
    is_better = any(theme.id in _BETTER for theme in talk.heard.themes)
    themes = [theme.voices[language].reflect for theme in talk.heard.themes]
    subs = list(hit_subs(talk, "reflect"))
    first_subs = not is_better and (is_new or talk.heard.topics)
    yield from [*subs, *themes] if first_subs else [*themes, *subs]
    if topic is not None and is_new and not is_better:
        yield topic.voices[language].hear
    for feeling in talk.heard.feelings:
        yield feeling.voices[language].hear
    if topic is not None and talk.heard.topics.get(topic.id):
        yield topic.voices[language].reflect


def _echo(draft: Draft) -> bool:
    """Give back one clause of the student, unless the reply before did so too."""
    talk = draft.talk
    found = sorted(talk.clauses(), key=lambda clause: clause.weight, reverse=True)
    if talk.heard.size <= _SHORT or (talk.marks and talk.since("frames:echo") < _ECHO_EVERY):
        return False
    frames = _common(talk, "frames.echo")
    return any(draft.say(frames, again=True, c=clause.text) for clause in found[:2])


def _name_back(draft: Draft) -> bool:
    """Give back a word or two, such as a name, that answered a question."""
    heard = draft.talk.heard
    asked = draft.talk.last_tag("ask") is not None
    if not asked or heard.size > _NAME or heard.answer or not can_be_said(heard.text):
        return False
    is_first_person = set(heard.text) & set("我你他她") or heard.text[:1].islower()
    if heard.themes or heard.feelings or is_first_person:
        return False
    return draft.say(_common(draft.talk, "frames.short"), again=True, c=heard.text)


def _answer_briefly(draft: Draft) -> bool:
    """React to a bare yes, no, "I don't know" or "mm" with the last question in mind."""
    talk = draft.talk
    answer = talk.heard.answer
    if answer is None:
        return False
    tag = talk.last_tag("ask") or talk.last_tag("summary") or "any"
    names = (f"{answer}.{tag}", f"{answer}.any")[talk.heard.size > _SHORT :]
    if not any(draft.say(_common(talk, name)) for name in names):
        return False
    if answer is Answer.DUNNO and not draft.asks:
        draft.say(_common(talk, "ask.easy"))
    return True


def _answer_scale(draft: Draft) -> bool:
    talk = draft.talk
    number = talk.heard.number
    if number is None or talk.last_tag("ask") != "scale":
        return False
    part = "low" if number <= _LOW else "middle" if number <= _MIDDLE else "high"
    word = _HAN[number] if talk.language is Language.ZH else _WORDS[number]
    return draft.say(_common(talk, f"scale.{part}"), n=word)


def _answer_summary(draft: Draft) -> bool:
    talk = draft.talk
    if talk.last_tag("summary") is None or talk.heard.size > _SHORT:
        return False
    return _answer_briefly(draft)


def _summary_is_due(talk: Talk) -> bool:
    since = talk.since("summary:")
    is_moved = bool(talk.heard.themes or talk.heard.feelings) and since < _SUMMARY_EVERY + 2
    return since >= _SUMMARY_EVERY and not is_moved


def _summarise(draft: Draft) -> bool:
    talk = draft.talk
    back = talk.since("summary:") + 1
    now = sorted(talk.clauses(), key=lambda clause: clause.weight)[-1:]
    memories = talk.memories(back, told_before=1)
    told = list(dict.fromkeys(clause.text for clause in [*memories, *now]))
    if len(told) < _TWO or talk.heard.size <= _SHORT:
        return False
    told = told if len(told) <= _TWO else [told[0], told[len(told) // 2], told[-1]]
    slots = dict(zip("abc", told, strict=False))
    frames = _common(talk, "summary.three" if len(told) > _TWO else "summary.two")
    if not draft.say(frames, again=True, **slots):
        return False
    return draft.say(_common(talk, "summary.check")) or ask(draft)


def _deserves_a_pause(talk: Talk) -> bool:
    return (
        talk.heard.size > _LONG
        and talk.since("frames:invite") >= _PAUSE_EVERY
        and talk.seed % 2 == 0
    )


def _call_back(draft: Draft) -> bool:
    """Ask how something said earlier hangs together with this, now and then."""
    talk = draft.talk
    memories = talk.memories(5, told_before=0)[:-1]
    is_time = (
        talk.depth >= _FRESH
        and talk.since("frames:callback") >= _PAUSE_EVERY
        and talk.since("summary:") >= _FRESH
    )
    if not memories or not is_time or talk.heard.themes or not talk.marks or draft.asks:
        return False
    memory = max(memories, key=lambda clause: clause.weight)
    return draft.say(_common(talk, "frames.callback"), c=memory.text)
