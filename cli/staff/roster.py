"""The roster in a terminal: shifts shown, added, handed over; gaps told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import typer

from cli.staff.office import Office, member, note, office
from companion.errors import BadInput
from companion.staff.duty import Duty, Gap, Shift
from companion.staff.people import Right, Staff
from companion.staff.roster import conflicts, new_shift, open_gaps, shifts_of
from companion.staff.roster_words import conflict_text, duty_name, gap_text, stretch_text
from companion.store import Reading
from infra.roster_file import load_pattern
from infra.settings import Settings

_DAY = timedelta(days=1)
_LONGEST = 400  # days that one pattern may be spread over
_SHORT_ID = 8  # characters of a shift's id that are shown


@dataclass(frozen=True, slots=True)
class Span:
    """Local days, both included."""

    first: date
    last: date

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return where the first day begins and the last one ends."""
        midnight = time(tzinfo=zone)
        return datetime.combine(self.first, midnight), datetime.combine(self.last + _DAY, midnight)


def show(settings: Settings, *, days: int) -> None:
    """List the shifts from now on, then what is wrong with them."""
    with office(settings) as desk:
        now = desk.now
        with desk.store.reading() as tx:
            shifts = tx.shifts.between(now, now + days * _DAY)
            names, empty = _names(tx, shifts), gaps_of(tx, now, now + days * _DAY)
        for shift in shifts:
            typer.echo(_line(desk, shift, names))
        _tell_conflicts(desk, shifts, names)
        _tell_gaps(desk, empty)


def gaps(settings: Settings, *, days: int) -> int:
    """Tell when nobody is on primary duty; returns 1 when there is such a time."""
    with office(settings) as desk:
        now = desk.now
        with desk.store.reading() as tx:
            open_now = gaps_of(tx, now, now + days * _DAY)
        _tell_gaps(desk, open_now)
    if not open_now:
        typer.echo(f"Somebody is on primary duty all the time for {days} days.")
    return 1 if open_now else 0


def gaps_of(tx: Reading, starts_at: datetime, ends_at: datetime) -> tuple[Gap, ...]:
    """Return when nobody who may take cases is on primary duty."""
    able = {one.id for one in tx.members.all() if one.may(Right.CASES)}
    shifts = [one for one in tx.shifts.between(starts_at, ends_at) if one.staff_id in able]
    return open_gaps(shifts, starts_at=starts_at, ends_at=ends_at)


def add(settings: Settings, login: str, duty: Duty, *, begin: str, end: str) -> None:
    """Add one shift; local times. Raises BadInput for times that are none."""
    with office(settings) as desk:
        starts_at = _moment(begin, desk.campus.timezone)
        ends_at = _end(end, starts_at, desk.campus.timezone)
        now = desk.now
        with desk.store.transaction() as tx:
            theirs = _for_duty(tx, login)
            shift = new_shift(
                shift_id=uuid4(),
                staff_id=theirs.id,
                duty=duty,
                starts_at=starts_at,
                ends_at=ends_at,
            )
            tx.shifts.add(shift)
            note(tx, "roster.change", now=now, what="add", staff=str(theirs.id), shifts=1)
            around = tx.shifts.between(starts_at, ends_at)
            names = _names(tx, around)
        typer.echo(_line(desk, shift, names))
        _tell_conflicts(desk, around, names)


def spread(settings: Settings, file: Path, span: Span) -> None:
    """Add the shifts of a weekly pattern; those that are there already stay as they are.

    Raises BadInput naming what is wrong in the file or with the days.
    """
    if not 0 <= (span.last - span.first).days <= _LONGEST:
        raise BadInput(f"--to must not be before --from, nor more than {_LONGEST} days after it")
    with office(settings) as desk:
        zone, now = desk.campus.timezone, desk.now
        starts_at, ends_at = span.instants(zone)
        with desk.store.transaction() as tx:
            staff = {one.login: one for one in tx.members.all()}
            pattern = load_pattern(file, staff=staff)
            made = shifts_of(
                pattern, first=span.first, last=span.last, zone=zone, special=desk.campus.holidays
            )
            # A day more: the last night's shift ends on the morning after.
            known = {one.id for one in tx.shifts.between(starts_at - _DAY, ends_at + _DAY)}
            new = [shift for shift in made if shift.id not in known]
            for shift in new:
                tx.shifts.add(shift)
            note(tx, "roster.change", now=now, what="week", shifts=len(new))
            around = tx.shifts.between(starts_at, ends_at)
            names, empty = _names(tx, around), gaps_of(tx, max(starts_at, now), ends_at)
        typer.echo(f"{len(new)} shifts added, {len(made) - len(new)} were there already.")
        _tell_conflicts(desk, around, names)
        _tell_gaps(desk, empty)


def remove(settings: Settings, shift: str) -> None:
    """Take a shift out, by the beginning of its id. Raises BadInput when there is no such one."""
    with office(settings) as desk:
        now = desk.now
        with desk.store.transaction() as tx:
            found = _find(tx, shift, now)
            tx.shifts.remove(found.id)
            note(tx, "roster.change", now=now, what="remove", staff=str(found.staff_id), shifts=1)
            names = _names(tx, [found])
        typer.echo(f"gone: {_line(desk, found, names)}")


def give(settings: Settings, shift: str, login: str) -> None:
    """Give a shift to somebody else. Raises BadInput when there is no such shift or person."""
    with office(settings) as desk:
        now = desk.now
        with desk.store.transaction() as tx:
            found, theirs = _find(tx, shift, now), _for_duty(tx, login)
            tx.shifts.give(found.id, to=theirs.id)
            note(tx, "roster.change", now=now, what="give", staff=str(theirs.id), shifts=1)
            around = tx.shifts.between(found.starts_at, found.ends_at)
            names = _names(tx, around)
        typer.echo(f"{theirs.login} has it now.")
        _tell_conflicts(desk, around, names)


def _for_duty(tx: Reading, login: str) -> Staff:
    found = member(tx, login)
    if not found.may(Right.CASES):
        raise BadInput(f"{login} is {found.role.value}, who takes no cases: no duty")
    return found


def _find(tx: Reading, beginning: str, now: datetime) -> Shift:
    found = [
        shift
        for shift in tx.shifts.between(now - _DAY, now + _LONGEST * _DAY)
        if str(shift.id).startswith(beginning.lower())
    ]
    if len(found) != 1 or len(beginning) < _SHORT_ID:
        raise BadInput(
            f"give the {_SHORT_ID} characters that `nuanyu staff roster show` puts before a shift"
        )
    return found[0]


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text} is no time: write 2026-11-23T20:00") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def _end(text: str, starts_at: datetime, zone: ZoneInfo) -> datetime:
    """Return when a shift ends; a bare time is the next such time after its beginning."""
    try:
        clock = time.fromisoformat(text)
    except ValueError:
        return _moment(text, zone)
    local = starts_at.astimezone(zone)
    day = local.date() if clock > local.time() else local.date() + _DAY
    return datetime.combine(day, clock, tzinfo=zone)


def _names(tx: Reading, shifts: Iterable[Shift]) -> dict[UUID, str]:
    return {one: tx.members.get(one).name for one in {shift.staff_id for shift in shifts}}


def _line(desk: Office, shift: Shift, names: Mapping[UUID, str]) -> str:
    language, zone = desk.campus.language, desk.campus.timezone
    stretch = stretch_text(shift.starts_at, shift.ends_at, zone=zone, language=language)
    duty = duty_name(shift.duty, language)
    return f"{str(shift.id)[:_SHORT_ID]}\t{stretch}\t{duty}\t{names[shift.staff_id]}"


def _tell_gaps(desk: Office, gaps: Iterable[Gap]) -> None:
    for gap in gaps:
        text = gap_text(gap, zone=desk.campus.timezone, language=desk.campus.language)
        typer.secho(text, fg="red")


def _tell_conflicts(desk: Office, shifts: Iterable[Shift], names: Mapping[UUID, str]) -> None:
    for conflict in conflicts(shifts):
        text = conflict_text(
            conflict,
            name=names[conflict.first.staff_id],
            zone=desk.campus.timezone,
            language=desk.campus.language,
        )
        typer.secho(text, fg="yellow")
