"""The usual reply: give back what was heard, then one question at most."""

from __future__ import annotations

from companion.dialogue.guided import exercise
from companion.dialogue.guided.asking import CHOOSE, LATE, ask, themes
from companion.dialogue.guided.draft import Draft
from companion.dialogue.guided.giving_back import (
    SHORT,
    answer_briefly,
    common,
    give_back,
)
from companion.dialogue.guided.manner import is_glad, tires_of_echo, wants_quiet
from companion.dialogue.guided.talk import Talk
from companion.language import Language

#: Own replies between two summaries; between two pauses, or two looks back.
_SUMMARY_EVERY, _PAUSE_EVERY = 4, 5
#: Answers a topic lasts before something earlier is taken up again.
_SETTLED = 4
#: How telling a clause must be to be remembered; how many make a summary.
_TELLING, _TWO = 1.1, 2
#: Ends of the lower parts of a scale from zero to ten.
_LOW, _MIDDLE = 3, 6
#: A text from this size on deserves a pause, not a question.
_LONG = 70
#: Own replies with a question in a row after which one without may come.
_IN_A_ROW = 3
_ASKS = ("ask:", "summary:check", "frames:callback")
_GIVES_BACK = ("frames:both", "hear:", "reflect:", "sub:")
_HAN = "零一二三四五六七八九十"
_WORDS = "zero one two three four five six seven eight nine ten".split()


def listen(draft: Draft) -> None:
    """Fill the draft with the reply to what the student just told."""
    talk = draft.talk
    if _answer_scale(draft) or _answer_summary(draft):
        ask(draft, first=LATE)
    elif wants_quiet(talk):
        _keep_company(draft)
    elif is_glad(talk):
        _rejoice(draft)
    elif not (_summary_is_due(talk) and _summarise(draft)):
        _reflect_and_ask(draft)


def _reflect_and_ask(draft: Draft) -> None:
    talk = draft.talk
    wants_advice = "advice" in talk.heard.acts
    give_back(draft)
    if exercise.offer(draft, asked=wants_advice):
        return
    if _deserves_a_pause(talk) and draft.say(common(talk, "frames.invite")):
        return
    if not (_may_rest(draft) or _call_back(draft)):
        ask(draft, first=CHOOSE + LATE if wants_advice else ())


def _may_rest(draft: Draft) -> bool:
    """Whether what was given back may stand alone, after several questions in a row."""
    talk = draft.talk
    asked = [any(mark.startswith(_ASKS) for mark in marks) for marks in talk.marks[-_IN_A_ROW:]]
    is_given_back = any(mark.startswith(_GIVES_BACK) for mark in draft.marks)
    return is_given_back and len(asked) == _IN_A_ROW and all(asked) and talk.seed % _IN_A_ROW == 0


def _keep_company(draft: Draft) -> None:
    give_back(draft)
    if not draft.text or draft.talk.seed % 2:
        draft.say(common(draft.talk, "frames.quiet"))


def _rejoice(draft: Draft) -> None:
    talk = draft.talk
    voices = [theme.voices[talk.language] for theme in themes(talk)]
    told = common(talk, "told.any") if talk.seed % 2 and talk.marks else ()
    pools = [*(voice.reflect for voice in voices), told, common(talk, "frames.glad")]
    any(draft.say(lines) for lines in pools)
    asks = [lines for voice in voices for lines in voice.ask.values()]
    if asks or talk.seed % 2:
        any(draft.say(lines) for lines in [*asks, common(talk, "ask.glad")])


def _answer_scale(draft: Draft) -> bool:
    talk = draft.talk
    number = talk.heard.number
    if number is None or talk.last_tag("ask") != "scale":
        return False
    part = "low" if number <= _LOW else "middle" if number <= _MIDDLE else "high"
    word = _HAN[number] if talk.language is Language.ZH else _WORDS[number]
    return draft.say(common(talk, f"scale.{part}"), n=word)


def _answer_summary(draft: Draft) -> bool:
    talk = draft.talk
    if talk.last_tag("summary") is None or talk.heard.size > SHORT:
        return False
    return answer_briefly(draft)


def _summary_is_due(talk: Talk) -> bool:
    since = talk.since("summary:")
    is_moved = bool(talk.heard.themes or talk.heard.feelings) and since < _SUMMARY_EVERY + 1
    asks_us = "?" in talk.heard.folded or "吗" in talk.heard.folded
    return since >= _SUMMARY_EVERY and not (is_moved or asks_us or tires_of_echo(talk))


def _summarise(draft: Draft) -> bool:
    talk = draft.talk
    back = talk.since("summary:") + 1
    best = sorted(talk.clauses(), key=lambda clause: clause.weight)[-1:]
    found = [*talk.memories(back, told_before=1), *best]
    told = list(dict.fromkeys(clause.text for clause in found if clause.weight >= _TELLING))
    if len(told) < _TWO or talk.heard.size <= SHORT:
        return False
    told = told if len(told) <= _TWO else [told[0], told[len(told) // 2], told[-1]]
    slots = dict(zip("abc", told, strict=False))
    frames = common(talk, "summary.three" if len(told) > _TWO else "summary.two")
    if not draft.say(frames, again=True, **slots):
        return False
    return draft.say(common(talk, "summary.check")) or ask(draft)


def _deserves_a_pause(talk: Talk) -> bool:
    is_long = talk.heard.size > _LONG
    return is_long and talk.since("frames:invite") >= _PAUSE_EVERY and talk.seed % 2 == 0


def _call_back(draft: Draft) -> bool:
    """Ask how something said earlier hangs together with this, now and then."""
    talk = draft.talk
    is_time = (
        talk.depth >= _SETTLED
        and talk.since("frames:callback") >= _PAUSE_EVERY
        and talk.since("summary:") >= _TWO
        and not (talk.heard.themes or draft.asks or tires_of_echo(talk))
    )
    memories = talk.memories(5, told_before=0)[:-1] if is_time and talk.marks else []
    telling = [clause for clause in memories if clause.weight >= _TELLING]
    if not telling:
        return False
    memory = max(telling, key=lambda clause: clause.weight)
    return draft.say(common(talk, "frames.callback"), c=memory.text)
