"""What may follow an answer, one thing at most: a pause, something to read, a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from companion.campus import Campus
from companion.care.shelf import is_night
from companion.dialogue.compose import Engine
from companion.dialogue.passages import Passage
from companion.dialogue.prompt import TalkContext
from companion.flows.lean import mind_use
from companion.flows.learn import open_button
from companion.flows.offer_nudge import offer_nudge
from companion.flows.sending import send
from companion.flows.stay import is_in_safety_talk
from companion.messages import Message, OutboundKind
from companion.people.student import Account, Student
from companion.store import Draft, Transaction
from companion.texts import say
from companion.turns import Role

#: Lines of the student before something to read may be offered: listening comes first.
_LISTENED: Final = 2
#: The same article is offered once in this many days, and one at most on a day.
_NOT_AGAIN: Final = 7


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that has just been given."""

    student: Student
    account: Account
    waiting: Sequence[Message]
    context: TalkContext
    engine: Engine


def after_reply(tx: Transaction, answered: Answered, *, campus: Campus, now: datetime) -> None:
    """Let one thing follow an answer where there is reason to; most often nothing does."""
    context = answered.context
    minded = not context.card_shown and mind_use(
        tx, answered.account, context.language, level=context.level, campus=campus, now=now
    )
    if minded or _offer_article(tx, answered, campus=campus, now=now):
        return
    offer_nudge(
        tx,
        answered.student,
        answered.waiting,
        answered.context,
        account=answered.account,
        now=now,
    )


def _offer_article(tx: Transaction, answered: Answered, *, campus: Campus, now: datetime) -> bool:
    """Offer the article that fits, where no model could have used and cited it."""
    context = answered.context
    fitting = [one for one in context.passages if one.fits_well]
    lines = sum(turn.role is Role.USER for turn in context.turns[context.earlier_turns :])
    if answered.engine is not Engine.GUIDED or not fitting or lines < _LISTENED:
        return False
    if is_night(now, campus) or is_in_safety_talk(tx, answered.student.id, now=now):
        return False
    today = now.astimezone(campus.timezone).date()
    if _was_offered(tx, answered.student, fitting[0], today=today):
        return False
    button = open_button(fitting[0].id, fitting[0].title, language=context.language)
    draft = Draft(
        kind=OutboundKind.NOTICE,
        text=say("learn.offer", context.language, title=fitting[0].title),
        choices=(button,),
        dedupe=f"learn:{today}",
    )
    return send(tx, answered.account, draft, now=now) is not None


def _was_offered(tx: Transaction, student: Student, passage: Passage, *, today: date) -> bool:
    """Whether it was offered lately, or anything was today."""
    for days in range(_NOT_AGAIN):
        row = tx.outbound.find(student.id, f"learn:{today - timedelta(days=days)}")
        values = () if row is None else [choice.value for choice in row.choices]
        if row is not None and (days == 0 or f"/learn {passage.id}" in values):
            return True
    return False
