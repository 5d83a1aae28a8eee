"""One short exercise in a talk: offered with its reason, then led step by step or let go."""

from __future__ import annotations

import re

from companion.dialogue.guided.asking import ask, hit_subs, topic_entry
from companion.dialogue.guided.book import Exercise, book
from companion.dialogue.guided.draft import Draft
from companion.dialogue.guided.hearing import Answer, signs
from companion.dialogue.guided.talk import Talk

#: Answers of the student before an exercise may be offered.
_LISTEN_FIRST = 7
_LISTEN_FIRST_WHEN_ASKED = 3
_LISTEN_LONG = 9
#: More than this says something else than yes; in an exercise without words, it leaves it.
_ASIDE = 14
#: More than this, after an offer, needs a word that wants it.
_BRIEF = 8
_EAGER = re.compile(r"试|可以|好|行|来|try|let's|sure|ok|how|do it")
#: No more than a bare "okay".
_BARE = 6
#: Own replies for which an offer stays open; a text longer than that is still being told.
_OPEN, _TELLING = 6, 24
_WANTED = re.compile(
    r"练习|怎么做|做一下|what.s the exercise|the exercise|try (?:it|that)|let.s do"
)
_UNWANTED = re.compile(r"不想做|别.{0,4}练习|(?:no|not do an?|don.t want an?) exercises?")
_ACCEPT = re.compile(r"^(?:那|嗯|好|可以|行|来|我?想?试|ok|yes|yeah|sure|let|i'll try)")


def carry_on(draft: Draft) -> bool:
    """Answer to an exercise that was offered or is under way; False when there is none."""
    offered = draft.talk.last_tag("offer")
    if offered is not None:
        return _answer_offer(draft, offered)
    step = draft.talk.last_tag("step") or _step_waited_for(draft.talk)
    if step is not None:
        name, _, number = step.partition(":")
        return _next_step(draft, name, int(number) + 1)
    return False


def _step_waited_for(talk: Talk) -> str | None:
    """Return the step that the student agreed to but has not answered yet."""
    if "frames:wait" not in talk.last or not talk.marks[1:]:
        return None
    steps = sorted(mark for mark in talk.marks[-2] if mark.startswith("step:"))
    return steps[0].removeprefix("step:") if steps else None


def take_up(draft: Draft) -> bool:
    """Begin an exercise offered lately when the student comes back to it; False otherwise."""
    talk = draft.talk
    offered = talk.last_tag("offer")
    if offered is None and _WANTED.search(talk.heard.folded) and not talk.has("step:"):
        offered = _open_offer(talk)
    elif offered is not None and "refuse" in talk.heard.acts:
        return _answer_offer(draft, offered)
    elif "advice" not in talk.heard.acts:
        return False
    return offered is not None and _next_step(draft, offered, 0)


def _open_offer(talk: Talk) -> str | None:
    marks = [mark for marks in talk.marks[-_OPEN:] for mark in marks if mark.startswith("offer:")]
    return marks[0].removeprefix("offer:") if marks else None


def offer(draft: Draft, *, asked: bool) -> bool:
    """Offer the exercise that fits what was heard, once in a talk and not too early."""
    talk = draft.talk
    wait = _LISTEN_FIRST_WHEN_ASKED if asked or talk.topic == "panic" else _LISTEN_FIRST
    if len(talk.earlier) + 1 < wait or talk.has("offer:") or draft.asks or draft.is_quiet:
        return False
    if not (asked or draft.text):
        return False
    if _UNWANTED.search(talk.told) or (not asked and talk.heard.size > _TELLING):
        return False
    fitting = next((each for each in _fitting(talk) if _is_time(each, talk, asked=asked)), None)
    return fitting is not None and draft.say(fitting.offer[talk.language])


def _is_time(exercise: Exercise, talk: Talk, *, asked: bool) -> bool:
    themes = {theme.id for theme in talk.heard.themes}
    if exercise.needs:
        lately = signs(talk.earlier[-1]) | signs(talk.earlier[-2]) if asked else frozenset()
        near = themes | {sign.removeprefix("theme:") for sign in lately}
        return not exercise.needs.isdisjoint(near)
    if asked or talk.topic == "panic":
        return True
    # Somebody who has just told something tender wants it heard, not worked on.
    is_tender = bool(themes) or any(True for _ in hit_subs(talk, "reflect"))
    return not is_tender or len(talk.earlier) >= _LISTEN_LONG


def _fitting(talk: Talk) -> list[Exercise]:
    topic = topic_entry(talk)
    names = [talk.topic]
    if topic is None or topic.is_symptom:
        names += [feeling.id for feeling in talk.heard.feelings]
    return [each for name in names for each in book().exercises if name in each.fits]


def _answer_offer(draft: Draft, name: str) -> bool:
    heard = draft.talk.heard
    common = book().common[draft.talk.language]
    has_refused = heard.answer is Answer.NO and not heard.folded.startswith("没")
    if has_refused or "refuse" in heard.acts:
        draft.say(common["no.offer"])
        return ask(draft)
    accepts = heard.answer in {Answer.YES, Answer.ACK}
    accepts = accepts or _ACCEPT.match(heard.folded) is not None
    if accepts and heard.size <= (_ASIDE if _EAGER.search(heard.folded) else _BRIEF):
        return _next_step(draft, name, 0)
    if heard.answer is Answer.DUNNO:
        draft.say(common["dunno.offer"])
        return ask(draft)
    return False


def _only_agrees(talk: Talk) -> bool:
    agrees = talk.heard.answer in {Answer.YES, Answer.ACK}
    return agrees and talk.heard.size <= _BARE and "frames:wait" not in talk.last


def _left(exercise: Exercise, talk: Talk) -> bool:
    if "?" in talk.heard.folded or "advice" in talk.heard.acts:
        return True
    return not exercise.is_told and talk.heard.size > _ASIDE


def _next_step(draft: Draft, name: str, number: int) -> bool:
    talk = draft.talk
    exercise = next((e for e in book().exercises if e.id == name), None)
    if exercise is None or (number and _left(exercise, talk)):
        return False
    if number and (talk.heard.answer is Answer.NO or "refuse" in talk.heard.acts):
        return draft.say(book().common[talk.language]["frames.stop"])
    if number and exercise.is_told and _only_agrees(talk):
        return draft.say(book().common[talk.language]["frames.wait"])
    steps = exercise.steps[talk.language]
    return draft.say(steps[number : number + 1] or exercise.done[talk.language])
