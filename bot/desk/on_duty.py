"""Who is on duty now and who is next, in one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

from bot.desk.spans import moment
from companion.staff.duty import Duty, Shift
from companion.staff.ladder import Roster
from companion.staff.people import Right, Staff


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyLine:
    """Names now, names next, and when that is."""

    now: tuple[str, ...]
    next: tuple[str, ...] = ()
    next_at: str = ""


def duty_line(
    members: Sequence[Staff], shifts: Sequence[Shift], *, now: datetime, zone: tzinfo
) -> DutyLine:
    """Return who takes cases now, by roster or by their own word, and who comes after them."""
    names = {each.id: each.name for each in members}
    present = on_duty_now(members, shifts, now=now)
    coming = sorted(
        (shift for shift in shifts if shift.duty is Duty.PRIMARY and shift.starts_at > now),
        key=lambda shift: shift.starts_at,
    )
    here = tuple(names[one] for one in present if one in names)
    if not coming:
        return DutyLine(now=here)
    at = coming[0].starts_at
    then = tuple(
        names[shift.staff_id]
        for shift in coming
        if shift.starts_at == at and shift.staff_id in names
    )
    return DutyLine(now=here, next=then, next_at=moment(at, now=now, zone=zone))


def on_duty_now(
    members: Sequence[Staff], shifts: Sequence[Shift], *, now: datetime
) -> tuple[UUID, ...]:
    """Return who is first on duty by the roster, then who said so themselves."""
    return duty_roster(members, shifts).on_duty(now, Duty.PRIMARY)


def duty_roster(members: Sequence[Staff], shifts: Sequence[Shift]) -> Roster:
    """Return the roster as the ladder has it, whether or not a page would reach somebody."""
    staff = tuple(each for each in members if each.may(Right.CASES))
    return Roster(shifts=tuple(shifts), staff=staff, reachable=frozenset(each.id for each in staff))
