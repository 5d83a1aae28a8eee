"""Asking, once, whether to ask: at the end of a talk that went calmly, never before help."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from companion.dialogue.prompt import TalkContext
from companion.flows.schedule import is_held
from companion.flows.sending import send
from companion.flows.stay import is_in_safety_talk
from companion.language import Language
from companion.messages import Choice, Message, OutboundKind
from companion.people.student import Account, AgeBand, Student
from companion.people.wishes import Rhythm, Wish
from companion.risk import Level
from companion.store import Draft, Transaction
from companion.texts import say, wording
from companion.turns import Role

#: Lines of the student before it is asked: at a goodbye, and in any case.
_AT_GOODBYE: Final = 3
_IN_ANY_CASE: Final = 10


def offer_nudge(
    tx: Transaction,
    student: Student,
    waiting: Sequence[Message],
    context: TalkContext,
    *,
    account: Account,
    now: datetime,
) -> bool:
    """Ask whether to ask once a day, under the reply to these lines, if it is a good moment.

    Returns whether it was asked. It is asked once in all.
    """
    if not _is_good_moment(student, waiting, context) or tx.care.nudges.wish(student.id):
        return False
    if is_held(tx, student) or is_in_safety_talk(tx, student.id, now=now):
        return False
    wish = Wish(student_id=student.id, letter=False, rhythm=Rhythm.SILENT, looked_at=now)
    tx.care.nudges.put(wish, now=now)
    language = context.language
    draft = Draft(
        kind=OutboundKind.NOTICE,
        text=say("remind.offer", language),
        choices=tuple(Choice(*choice) for choice in wording("remind.offer_choices", language)),
        dedupe="remind:offer",
    )
    return send(tx, account, draft, now=now) is not None


def _is_good_moment(student: Student, waiting: Sequence[Message], context: TalkContext) -> bool:
    is_there = student.onboarded and student.age_band is not AgeBand.UNDER_MINIMUM
    is_away = student.stopped_at is not None or student.paused_until is not None
    is_calm = context.level <= Level.WATCH and not context.card_shown and not context.handed_back
    lines = sum(turn.role is Role.USER for turn in context.turns)
    enough = _AT_GOODBYE if _is_goodbye(waiting[-1].text, context.language) else _IN_ANY_CASE
    return is_there and is_calm and not is_away and lines >= enough


def _is_goodbye(text: str, language: Language) -> bool:
    words: list[str] = wording("remind.goodbyes", language)
    return any(word in text.lower() for word in words)
