"""The student wrote: what was asked is answered by it, and what could not be sent is told of."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from companion.flows.order import Order
from companion.flows.schedule import rules_of
from companion.messages import Choice
from companion.people.nudges import heard
from companion.risk import Level, Verdict
from companion.texts import say

#: What was asked longer ago than this, nobody answers any more.
_ANSWERABLE: Final = timedelta(days=3)
#: Of what could not be sent, this old is still worth a word.
_WORTH_TELLING: Final = timedelta(days=4)


def hear_nudge(order: Order, verdict: Verdict, *, is_talk: bool) -> None:
    """Note that the student is there, whatever they wrote.

    In a calm talk they hear, once, of a nudge that could not be delivered.
    """
    nudges, student_id = order.tx.care.nudges, order.student.id
    wish = nudges.wish(student_id)
    if wish is None:
        return
    if wish.last_at is not None and order.now - wish.last_at < _ANSWERABLE:
        nudges.answered(student_id, after=order.now - _ANSWERABLE)
    is_away = order.student.stopped_at is not None
    patterns = [one.pattern for one in order.tx.care.reminders.of_student(student_id)]
    after = heard(wish, patterns, now=order.now, rules=rules_of(order.campus))
    if after != wish and not is_away:
        nudges.put(after, now=order.now)
    if is_talk and verdict.level is Level.NONE and not is_away:
        _tell(order)


def _tell(order: Order) -> None:
    owed = order.tx.care.nudges.owed(order.student.id, after=order.now - _WORTH_TELLING)
    if owed is not None:
        button = Choice(say("nudge.owed_button", order.language), "/mood")
        order.answer(say("nudge.owed", order.language), button, part=":owed")
