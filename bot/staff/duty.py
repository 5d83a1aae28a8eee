"""On duty, off duty, who is on duty."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from bot.staff.acts import Act
from bot.staff.turn import Turn
from companion.staff.duty import Duty
from companion.staff.ladder import Roster
from companion.staff.people import Right
from companion.texts import say

_AHEAD = timedelta(days=14)


def on_duty(turn: Turn) -> list[Act]:
    """Note that somebody says they are on duty."""
    _set(turn, turn.now)
    return turn.tell("on_duty", name=turn.staff.name)


def off_duty(turn: Turn) -> list[Act]:
    """Note that somebody says they are off duty; the roster stays as it is."""
    _set(turn, None)
    return turn.tell("off_duty", name=turn.staff.name)


def who(turn: Turn) -> list[Act]:
    """Say who is on which duty now, and when the next one begins."""
    with turn.services.store.reading() as tx:
        staff = tuple(one for one in tx.members.all() if one.may(Right.CASES))
        shifts = tuple(tx.shifts.between(turn.now, turn.now + _AHEAD))
    names = {one.id: one.name for one in staff}
    roster = Roster(shifts=shifts, staff=staff, reachable=frozenset(names))
    lines = [
        turn.say(f"who.{duty.value}", names=_names(turn, names, roster, duty)) for duty in Duty
    ]
    begins = roster.next_duty(turn.now)
    if begins is not None:
        lines.append(turn.say("who.next", at=f"{turn.local(begins):%m-%d %H:%M}"))
    return turn.answer("\n".join(lines))


def _names(turn: Turn, names: dict[UUID, str], roster: Roster, duty: Duty) -> str:
    there = [names[one] for one in roster.on_duty(turn.now, duty)]
    return say("page.and", turn.language).join(there) or turn.say("who.nobody")


def _set(turn: Turn, since: datetime | None) -> None:
    with turn.services.store.transaction() as tx:
        tx.members.set_on_duty(turn.staff.id, since)
        tx.audit.add(
            actor=str(turn.staff.id),
            action="staff.off_duty" if since is None else "staff.on_duty",
            now=turn.now,
        )
