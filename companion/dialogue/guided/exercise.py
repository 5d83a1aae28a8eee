"""One short exercise in a talk: offered with its reason, then led step by step or let go."""

from __future__ import annotations

from companion.dialogue.guided.asking import ask
from companion.dialogue.guided.book import Exercise, book
from companion.dialogue.guided.draft import Draft
from companion.dialogue.guided.hearing import Answer
from companion.dialogue.guided.talk import Talk

#: Answers of the student before an exercise may be offered.
_LISTEN_FIRST = 5
_LISTEN_FIRST_WHEN_ASKED = 3
#: A longer text than this says something else than yes or no.
_LONG = 24
#: During an exercise without words, more than this means the student has left it.
_ASIDE = 14
_ACCEPT = ("试", "好", "可以", "嗯", "来吧", "ok", "try", "yes", "sure")


def carry_on(draft: Draft) -> bool:
    """Answer to an exercise that was offered or is under way; False when there is none."""
    offered = draft.talk.last_tag("offer")
    if offered is not None:
        return _answer_offer(draft, offered)
    step = draft.talk.last_tag("step")
    if step is not None:
        name, _, number = step.partition(":")
        return _next_step(draft, name, int(number) + 1)
    return False


def offer(draft: Draft, *, asked: bool) -> bool:
    """Offer the exercise that fits what was heard, once in a talk and not too early."""
    talk = draft.talk
    wait = _LISTEN_FIRST_WHEN_ASKED if asked or talk.topic == "panic" else _LISTEN_FIRST
    if len(talk.earlier) + 1 < wait or talk.has("offer:") or draft.asks:
        return False
    fitting = _fitting(talk)
    return fitting is not None and draft.say(fitting.offer[talk.language])


def _fitting(talk: Talk) -> Exercise | None:
    heard = [talk.topic, *(feeling.id for feeling in talk.heard.feelings)]
    for name in heard:
        for exercise in book().exercises:
            if name in exercise.fits:
                return exercise
    return None


def _answer_offer(draft: Draft, name: str) -> bool:
    heard = draft.talk.heard
    common = book().common[draft.talk.language]
    if heard.answer is Answer.NO or "refuse" in heard.acts:
        draft.say(common["no.offer"])
        return ask(draft)
    accepts = heard.answer in {Answer.YES, Answer.ACK}
    accepts = accepts or (heard.size <= _LONG and any(word in heard.folded for word in _ACCEPT))
    if accepts and heard.size <= _LONG:
        return _next_step(draft, name, 0)
    if heard.answer is Answer.DUNNO:
        draft.say(common["dunno.offer"])
        return ask(draft)
    return False


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
    steps = exercise.steps[talk.language]
    return draft.say(steps[number : number + 1] or exercise.done[talk.language])
