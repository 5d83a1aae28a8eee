"""Whom a case must reach next, and when: the clocks of its level climbed along the roster.

Pure: time, roster and case are arguments. A rung nobody stands on is skipped at once; an empty
roster leaves the channels of the whole campus, and without those the student is told so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from companion.staff.cases import Case
from companion.staff.clocks import Clock, Who
from companion.staff.duty import Duty, Shift, on_duty
from companion.staff.people import Staff

#: An "on duty" that was never taken back counts no longer than this.
MARK_LASTS = timedelta(hours=16)
#: Without any duty ahead, an unanswered case is paged again after this.
_NEXT_TRY = timedelta(days=1)
#: A case that no page has reached anybody for is paged again after this.
_UNHEARD = timedelta(minutes=1)
_SHIFTS = {Who.BACKUP: Duty.BACKUP, Who.SUPERVISOR: Duty.SUPERVISOR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Who could be paged."""

    #: Those that ran since the clocks in question began, run now or begin later.
    shifts: tuple[Shift, ...] = ()
    #: Accounts in use that take cases.
    staff: tuple[Staff, ...] = ()
    #: Those of them who have a channel that works here.
    reachable: frozenset[UUID] = frozenset()
    #: Whether there is a channel of the whole campus.
    has_group: bool = False

    def on_duty(self, at: datetime, duty: Duty) -> tuple[UUID, ...]:
        """Return who is on a duty and can be reached; an "on duty" said by hand is a primary's."""
        said = (one.id for one in self.staff if duty is Duty.PRIMARY and _said_so(one, at))
        known = {one.id for one in self.staff} & self.reachable
        both = (*on_duty(self.shifts, at, duty=duty), *said)
        return tuple(dict.fromkeys(one for one in both if one in known))

    def is_staffed(self, at: datetime) -> bool:
        """Whether a primary or a backup is on duty."""
        return bool(self.on_duty(at, Duty.PRIMARY) or self.on_duty(at, Duty.BACKUP))

    def next_duty(self, after: datetime) -> datetime | None:
        """Return when a primary or a backup next begins, later than this; None: nobody does."""
        return min(
            (
                shift.starts_at
                for shift in self.shifts
                if shift.starts_at > after and shift.duty.runs_clocks
            ),
            default=None,
        )

    def due(self, clock: Clock, start: datetime, span: timedelta) -> datetime:
        """Return when a time is used up: on duty only, where its clock says so.

        The ladder and the clocks that staff see go by this one.
        """
        return self.after_duty_time(start, span) if clock.on_duty_only else start + span

    def after_duty_time(self, start: datetime, span: timedelta) -> datetime:
        """Return when so much time on duty has passed; after the last duty, so much time."""
        for begins, ends in _stretches(self._duties(), start):
            if ends - begins >= span:
                return begins + span
            span -= ends - begins
            start = ends
        return start + span

    def _duties(self) -> list[tuple[datetime, datetime]]:
        said = [one.on_duty_since for one in self.staff if one.on_duty_since is not None]
        return [
            *((one.starts_at, one.ends_at) for one in self.shifts if one.duty.runs_clocks),
            *((since, since + MARK_LASTS) for since in said),
        ]


@dataclass(frozen=True, slots=True)
class Standing:
    """Who stands on a rung."""

    staff: tuple[UUID, ...] = ()
    #: Also the channels of the whole campus.
    group: bool = False

    def __bool__(self) -> bool:
        return bool(self.staff) or self.group


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is to be done now."""

    #: The number of the rung whose people are paged (1, 2, …); 0: nobody is paged.
    paged: int = 0
    standing: Standing = Standing()
    tells_student: bool = False
    #: How many rungs are done with after this.
    rung: int
    #: When to look again; None: never by itself.
    at: datetime | None


def next_step(case: Case, clock: Clock, roster: Roster, *, now: datetime) -> Step:
    """Return what to do about a case whose next rung is due."""
    if case.is_answered or not case.is_open or not clock.rungs:
        return Step(rung=case.rung, at=None)
    for index in range(case.rung, len(clock.rungs)):
        rung = clock.rungs[index]
        standing = who_stands(rung.who, case, roster, now=now)
        if index == 0 and clock.on_duty_only and not roster.is_staffed(now):
            begins = roster.next_duty(now)
            if begins is not None:
                return _waiting(case, roster, until=begins, now=now)
        if rung.who is Who.STUDENT:
            return _told(case, clock, roster, index=index, now=now)
        if standing:
            return _paged(case, clock, roster, index=index, now=now)
    return _again(case, clock, roster, now=now)


def who_stands(who: Who, case: Case, roster: Roster, *, now: datetime) -> Standing:
    """Return who is paged on a rung at a moment."""
    match who:
        case Who.PRIMARY if case.owner_id is not None and case.rung == 0:
            # New risk in a case that somebody holds: they hear of it first.
            return Standing(tuple({case.owner_id} & roster.reachable))
        case Who.PRIMARY:
            return Standing(roster.on_duty(now, Duty.PRIMARY), roster.has_group)
        case Who.EVERYBODY:
            everybody = (one.id for one in roster.staff if one.id in roster.reachable)
            return Standing(tuple(everybody), roster.has_group)
        case Who.STUDENT:
            return Standing()
        case _:
            return Standing(roster.on_duty(now, _SHIFTS[who]))


def _waiting(case: Case, roster: Roster, *, until: datetime, now: datetime) -> Step:
    """Off duty: only the channels of the whole campus hear of it, once."""
    if case.is_notified or not roster.has_group:
        return Step(rung=0, at=until)
    return Step(paged=1, standing=Standing(group=True), rung=0, at=min(until, now + _UNHEARD))


def _paged(case: Case, clock: Clock, roster: Roster, *, index: int, now: datetime) -> Step:
    standing = who_stands(clock.rungs[index].who, case, roster, now=now)
    after = index + 1
    at = _due(case, clock, roster, index=after, now=now)
    # Whom the last rung pages is not waited for when the student's time has come.
    tells = at <= now and after < len(clock.rungs) and clock.rungs[after].who is Who.STUDENT
    if tells:
        after += 1
        at = _due(case, clock, roster, index=after, now=now)
    return Step(paged=index + 1, standing=standing, tells_student=tells, rung=after, at=at)


def _told(case: Case, clock: Clock, roster: Roster, *, index: int, now: datetime) -> Step:
    at = _due(case, clock, roster, index=index, now=now)
    if index > case.rung and case.is_notified and at > now:
        return Step(rung=index, at=at)  # somebody was reached, and has until then
    at = _due(case, clock, roster, index=index + 1, now=now)
    return Step(tells_student=True, rung=index + 1, at=at)


def _again(case: Case, clock: Clock, roster: Roster, *, now: datetime) -> Step:
    """Past the last rung: at each beginning of a duty; without rest while nobody was reached."""
    count = len(clock.rungs)
    who = Who.PRIMARY if case.is_notified else Who.EVERYBODY
    standing = who_stands(who, case, roster, now=now) if case.rung == count else Standing()
    at = _due(case, clock, roster, index=count, now=now)
    return Step(paged=count + 1 if standing else 0, standing=standing, rung=count, at=at)


def _due(case: Case, clock: Clock, roster: Roster, *, index: int, now: datetime) -> datetime:
    """Return when a rung is due, if the one before it was paged now; never in the past."""
    if index >= len(clock.rungs):
        later = roster.next_duty(now) or now + _NEXT_TRY
        return later if case.is_notified else min(later, now + _UNHEARD)
    after = clock.rungs[index].after
    since_raised = roster.due(clock, case.raised_at, after)
    if clock.rungs[index].who is Who.STUDENT:
        return max(now, since_raised)
    gap = after - (clock.rungs[index - 1].after if index else timedelta())
    return max(now, min(since_raised, roster.due(clock, now, gap)))


def _said_so(one: Staff, at: datetime) -> bool:
    return (
        one.on_duty_since is not None and one.on_duty_since <= at < one.on_duty_since + MARK_LASTS
    )


def _stretches(
    duties: Iterable[tuple[datetime, datetime]], start: datetime
) -> list[tuple[datetime, datetime]]:
    """Return the time covered by any duty from a moment on, without overlaps."""
    covered = []
    for begins, ends in sorted(duties):
        if ends > start:
            covered.append((max(begins, start), ends))
            start = ends
    return covered
