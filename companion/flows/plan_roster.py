"""Changing the roster: add, remove, give, swap, repeat a week. Each change is audited."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from companion.errors import BadInput
from companion.flows.services import Services
from companion.staff.duty import Duty, Gap, Shift
from companion.staff.people import Right, Staff
from companion.staff.roster import Weekly, When, new_shift, shifts_of, swap
from companion.staff.week import bounds
from companion.store import Transaction

CHANGE = "roster.change"
#: A shift may be planned, and a week repeated, for so many weeks at once.
MOST_WEEKS = 26
LONGEST_NOTE = 80  # characters
_WEEK = timedelta(days=7)


class Change(StrEnum):
    """What was done to the roster, as the audit log says it."""

    ADD = "add"
    REMOVE = "remove"
    GIVE = "give"
    SWAP = "swap"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A shift somebody wants to plan, in the campus's time."""

    staff_id: UUID
    duty: Duty
    day: date
    starts: time
    #: Not later than `starts`: it ends on the next day.
    ends: time
    note: str = ""
    #: In how many weeks in a row, this one included.
    weeks: int = 1


@dataclass(frozen=True, slots=True)
class Planned:
    """What became of a change."""

    #: How many shifts were added or changed; 0 when one was gone, or something stood against it.
    done: int
    #: The shifts that stood in its way: one person twice on the same duty at once.
    against: tuple[Shift, ...] = ()


def add_shift(wish: Wish, *, staff: Staff, services: Services) -> Planned:
    """Plan a shift, in each of its weeks or in none.

    Raises BadInput, also for somebody who takes no cases, UnknownRow, StoreUnavailable.
    """
    if not 1 <= wish.weeks <= MOST_WEEKS:
        raise BadInput(f"a shift is repeated in 1 to {MOST_WEEKS} weeks")
    pattern = Weekly(
        staff_id=wish.staff_id,
        duty=wish.duty,
        days=frozenset({wish.day.isoweekday()}),
        starts=wish.starts,
        ends=wish.ends,
        when=When.ALWAYS,
    )
    last, note = wish.day + (wish.weeks - 1) * _WEEK, wish.note.strip()[:LONGEST_NOTE]
    wanted = [
        # An id of its own: one made from a pattern may be given away, and the pattern come again.
        replace(shift, id=uuid4(), note=note)
        for shift in shifts_of([pattern], first=wish.day, last=last, zone=services.campus.timezone)
    ]
    return _add(wanted, staff=staff, services=services)


def cover(gap: Gap, *, by: UUID, staff: Staff, services: Services) -> Planned:
    """Plan one shift from one moment to another. Raises BadInput, StoreUnavailable."""
    shift = new_shift(
        shift_id=uuid4(),
        staff_id=by,
        duty=gap.duty,
        starts_at=gap.starts_at,
        ends_at=gap.ends_at,
    )
    return _add([shift], staff=staff, services=services)


def remove_shift(shift_id: UUID, *, monday: date, staff: Staff, services: Services) -> Planned:
    """Take a shift of a week out of the roster. Raises StoreUnavailable. Safe to run twice."""
    now = services.clock.now()
    with services.store.transaction() as tx:
        shift = _find(tx, shift_id, monday=monday, services=services)
        if shift is None or not tx.shifts.remove(shift_id):
            return Planned(0)
        _audit(tx, Change.REMOVE, [shift], staff=staff, now=now)
    return Planned(1)


def give_shift(
    shift_id: UUID, *, to: UUID, monday: date, staff: Staff, services: Services
) -> Planned:
    """Give a shift to somebody else. Safe to run twice.

    Raises BadInput for somebody who takes no cases, UnknownRow, StoreUnavailable.
    """
    now = services.clock.now()
    with services.store.transaction() as tx:
        shift = _find(tx, shift_id, monday=monday, services=services)
        if shift is None:
            return Planned(0)
        given = replace(shift, staff_id=_planned(tx, to))
        against = _against(tx, [given], but={shift_id})
        if against or not tx.shifts.give(shift_id, to=to):
            return Planned(0, against)
        _audit(tx, Change.GIVE, [given], staff=staff, now=now)
    return Planned(1)


def swap_shifts(
    one_id: UUID, other_id: UUID, *, monday: date, staff: Staff, services: Services
) -> Planned:
    """Let two people of a week take each other's shift. Raises StoreUnavailable."""
    now = services.clock.now()
    with services.store.transaction() as tx:
        one = _find(tx, one_id, monday=monday, services=services)
        other = _find(tx, other_id, monday=monday, services=services)
        if one is None or other is None:
            return Planned(0)
        swapped = swap(one, other)
        against = _against(tx, swapped, but={one_id, other_id})
        if against:
            return Planned(0, against)
        for shift in swapped:
            tx.shifts.give(shift.id, to=shift.staff_id)
        _audit(tx, Change.SWAP, swapped, staff=staff, now=now)
    return Planned(2)


def repeat_week(monday: date, *, weeks: int, staff: Staff, services: Services) -> Planned:
    """Copy what begins in a week into the weeks after it; what stands there already stays.

    Raises BadInput, StoreUnavailable. Safe to run twice.
    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise BadInput(f"a week is repeated 1 to {MOST_WEEKS} times")
    zone = services.campus.timezone
    starts_at, ends_at = bounds(monday, zone)
    now = services.clock.now()
    with services.store.transaction() as tx:
        pattern = [
            shift for shift in tx.shifts.between(starts_at, ends_at) if shift.starts_at >= starts_at
        ]
        last = ends_at + (weeks + 1) * _WEEK
        there = list(tx.shifts.between(ends_at, last))
        copies = [
            copy
            for number in range(1, weeks + 1)
            for shift in pattern
            if _fits(copy := _later(shift, number, services=services), there)
        ]
        for copy in copies:
            tx.shifts.add(copy)
        if copies:
            _audit(tx, Change.REPEAT, copies, staff=staff, now=now)
    return Planned(len(copies))


def _add(wanted: Sequence[Shift], *, staff: Staff, services: Services) -> Planned:
    if not wanted:
        raise BadInput("the clock is put forward over this hour: the shift would have no length")
    now = services.clock.now()
    with services.store.transaction() as tx:
        _planned(tx, wanted[0].staff_id)
        against = _against(tx, wanted, but=frozenset())
        if against:
            return Planned(0, against)
        for shift in wanted:
            tx.shifts.add(shift)
        _audit(tx, Change.ADD, wanted, staff=staff, now=now)
    return Planned(len(wanted))


def _planned(tx: Transaction, staff_id: UUID) -> UUID:
    """Return whom a shift is for. Raises BadInput for somebody who takes no cases."""
    if not tx.members.get(staff_id).may(Right.CASES):
        raise BadInput("only somebody who takes cases can be on duty")
    return staff_id


def _later(shift: Shift, weeks: int, *, services: Services) -> Shift:
    zone, days = services.campus.timezone, weeks * _WEEK
    # By the clock on the wall: aware local times keep their hour when days are added.
    return replace(
        shift,
        id=uuid4(),
        starts_at=(shift.starts_at.astimezone(zone) + days).astimezone(UTC),
        ends_at=(shift.ends_at.astimezone(zone) + days).astimezone(UTC),
    )


def _find(tx: Transaction, shift_id: UUID, *, monday: date, services: Services) -> Shift | None:
    week = bounds(monday, services.campus.timezone)
    return next((shift for shift in tx.shifts.between(*week) if shift.id == shift_id), None)


def _against(tx: Transaction, wanted: Sequence[Shift], *, but: Iterable[UUID]) -> tuple[Shift, ...]:
    """Return shifts of the same person on the same duty at the same time."""
    first = min(shift.starts_at for shift in wanted)
    last = max(shift.ends_at for shift in wanted)
    there = [shift for shift in tx.shifts.between(first, last) if shift.id not in but]
    return tuple(shift for shift in there if any(_twice(shift, wish) for wish in wanted))


def _fits(copy: Shift, there: Iterable[Shift]) -> bool:
    has_length = copy.starts_at < copy.ends_at  # else it lies in the hour that spring leaves out
    return has_length and not any(_twice(copy, shift) for shift in there)


def _twice(one: Shift, other: Shift) -> bool:
    is_same = one.staff_id == other.staff_id and one.duty is other.duty
    return is_same and one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _audit(
    tx: Transaction, what: Change, shifts: Sequence[Shift], *, staff: Staff, now: datetime
) -> None:
    first = shifts[0]
    detail: dict[str, object] = {
        "what": what.value,
        "shifts": len(shifts),
        "staff": str(first.staff_id),
        "duty": first.duty.value,
        "from": first.starts_at.isoformat(),
        "to": first.ends_at.isoformat(),
    }
    tx.audit.add(actor=str(staff.id), action=CHANGE, now=now, detail=detail)
