"""Minding how much somebody is here: a pause offered gently, people named; never a reproach."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from companion.campus import Campus
from companion.care.shelf import is_night
from companion.flows.sending import send
from companion.flows.stay import is_in_safety_talk
from companion.language import Language
from companion.messages import Choice, OutboundKind
from companion.people.leaning import leans, looked_back, stretch
from companion.people.student import Account
from companion.risk import Level
from companion.store import Draft, Reading, Transaction
from companion.texts import say


def leans_on_us(tx: Reading, student_id: UUID, *, now: datetime, zone: ZoneInfo) -> bool:
    """Whether somebody was here for many hours on several of the last days."""
    moments = tx.care.nudges.written_at(student_id, after=now - looked_back())
    return leans(moments, now=now, zone=zone)


def mind_use(
    tx: Transaction,
    account: Account,
    language: Language,
    *,
    level: Level,
    campus: Campus,
    now: datetime,
) -> bool:
    """Offer a pause once in a long stretch, or name people once a week; returns whether it did.

    Not while the safety dialogue asks; a pause not to somebody who is low, either.
    """
    if is_in_safety_talk(tx, account.student_id, now=now) or level >= Level.MODERATE:
        return False
    moments = tx.care.nudges.written_at(account.student_id, after=now - looked_back())
    if leans(moments, now=now, zone=campus.timezone):
        week = f"{now.astimezone(campus.timezone):%G-%V}"
        if _name_people(tx, account, language, dedupe=f"people:{week}", now=now):
            return True
    going = stretch(moments, now=now)
    is_long = going is not None and going.length.total_seconds() >= campus.break_minutes * 60
    if going is None or not is_long or level is not Level.NONE:
        return False
    key = "lean.pause_night" if is_night(now, campus) else "lean.pause"
    draft = Draft(
        kind=OutboundKind.NOTICE,
        text=say(key, language),
        dedupe=f"pause:{going.begun:%Y%m%dT%H%M%S}",
    )
    return send(tx, account, draft, now=now) is not None


def _name_people(
    tx: Transaction, account: Account, language: Language, *, dedupe: str, now: datetime
) -> bool:
    plan = tx.safety.plans.get(account.student_id)
    people = plan.lines.get("people", ()) if plan is not None else ()
    named = say("lean.named", language, people="\n".join(f"· {one}" for one in people))
    draft = Draft(
        kind=OutboundKind.NOTICE,
        text=say("lean.people", language) + (f"\n\n{named}" if people else ""),
        choices=(
            Choice(say("lean.human", language), "/human"),
            Choice(say("lean.friends", language), "/learn making-friends-when-shy"),
            Choice(say("lean.counselling", language), "/learn what-counselling-is"),
        ),
        dedupe=dedupe,
    )
    return send(tx, account, draft, now=now) is not None
