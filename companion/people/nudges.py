"""When a student is asked how they are, and when not: fewer when ignored, never two on one day.

Of all that is wished for a day (the question about the mood, the letter, reminders) one message is
made, at the earliest of its hours. No clock is read here; a "day" is one of the student's own zone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from companion.people.quiet import minute_of, moment_of
from companion.people.wishes import (
    Around,
    Due,
    NudgeState,
    Part,
    Pattern,
    Plan,
    Rhythm,
    Rules,
    Wish,
    is_set,
    zone_of,
)
from companion.staff.term import DayKind, kind_of

#: So many daily questions without an answer make it one a week.
IGNORED_DAILY: Final = 3
#: So many weekly ones make it the question whether to go on, and then silence.
IGNORED_WEEKLY: Final = 2
#: Later than this after its moment nothing is sent any more: the next day is near.
STALE: Final = timedelta(minutes=90)
#: Who wrote so lately need not be asked.
JUST_WROTE: Final = timedelta(hours=2)
#: So often the wished time is compared with the hours a student writes at.
LOOKS_APART: Final = timedelta(days=14)
_WEEK: Final = timedelta(days=7)
_DAY: Final = timedelta(days=1)
#: How far ahead the next moment is looked for (days).
_HORIZON: Final = 30
_RESTING: Final = frozenset({Rhythm.ASKED, Rhythm.SILENT})


def parts_on(
    wish: Wish, reminders: Sequence[Pattern], day: date, *, since: datetime, rules: Rules
) -> frozenset[Part]:
    """Return what is due on a day at, or after, a moment of it."""
    zone = zone_of(wish, rules)
    last = None if wish.last_at is None else wish.last_at.astimezone(zone).date()
    slots = _slots(wish, reminders, day, last=last, rules=rules)
    return frozenset(part for minute, part in slots if moment_of(day, minute, zone) >= since)


def scheduled(wish: Wish, reminders: Sequence[Pattern], *, after: datetime, rules: Rules) -> Wish:
    """Return the wish with its next moment after this one; None of it when there is none."""
    next_at = _next_at(wish, reminders, after=after, last_at=wish.last_at, rules=rules)
    return replace(wish, next_at=next_at)


def plan(
    wish: Wish, reminders: Sequence[Pattern], around: Around, *, now: datetime, rules: Rules
) -> Plan:
    """Return what becomes of a wish whose moment has come."""
    due_at = wish.next_at
    if due_at is None or around.is_stopped:
        return Plan(replace(wish, next_at=None))
    if around.paused_until is not None and around.paused_until > now:
        return Plan(scheduled(wish, reminders, after=around.paused_until, rules=rules))
    ebbed = _ebbed(wish)
    if now - due_at > STALE:  # nobody was there to plan it; what is due since may still be sent
        return Plan(scheduled(ebbed, reminders, after=now - STALE, rules=rules))
    local = due_at.astimezone(zone_of(wish, rules))
    parts = parts_on(ebbed, reminders, local.date(), since=due_at, rules=rules)
    if not parts or not _fits(wish, around, local, now=now, rules=rules):
        return Plan(scheduled(ebbed, reminders, after=now, rules=rules))
    due = Due(day=local.date(), due_at=due_at, parts=parts)
    if not around.is_reachable:  # planned anew when the student writes again
        return Plan(replace(wish, next_at=None), replace(due, state=NudgeState.UNDELIVERABLE))
    return _sent(ebbed, due, reminders, now=now, rules=rules)


def is_timely(due_at: datetime, day: date, zone: ZoneInfo, *, now: datetime, rules: Rules) -> bool:
    """Whether something that was due may still be said: not late, not at night, on its own day."""
    local = now.astimezone(zone)
    is_quiet = rules.quiet.covers(minute_of(local))
    return now - due_at <= STALE and local.date() == day and not is_quiet


def made(wish: Wish, parts: frozenset[Part], *, now: datetime, rules: Rules) -> Wish:
    """Return the wish after its nudge was made. A letter asks nothing; exams excuse silence."""
    ignored = wish.ignored
    if Part.FEWER in parts:
        ignored = 1
    elif parts & {Part.MOOD, Part.REMINDER} and not _is_exam(wish, now, rules):
        ignored += 1
    looked_at = now if Part.TIME in parts else wish.looked_at
    return replace(wish, ignored=ignored, last_at=now, looked_at=looked_at)


def heard(wish: Wish, reminders: Sequence[Pattern], *, now: datetime, rules: Rules) -> Wish:
    """Return the wish after the student wrote something, whatever it was."""
    is_untold = wish.rhythm is Rhythm.WEEKLY and wish.ignored >= IGNORED_DAILY
    answered = replace(wish, ignored=0, rhythm=Rhythm.DAILY if is_untold else wish.rhythm)
    if is_untold or wish.next_at is None:
        return scheduled(answered, reminders, after=now, rules=rules)
    return answered


def _slots(
    wish: Wish, reminders: Sequence[Pattern], day: date, *, last: date | None, rules: Rules
) -> Iterator[tuple[int, Part]]:
    """Yield what a day holds and its minutes; `last` is the day of the last nudge."""
    is_week_apart = last is None or day - last >= _WEEK
    is_free = wish.rhythm is not Rhythm.WEEKLY or is_week_apart
    if wish.minute is not None:
        if is_free and is_set(wish.weekdays, day) and (is_week_apart or _is_no_holiday(day, rules)):
            yield wish.minute, Part.MOOD
        if wish.letter and day.isoweekday() == wish.letter_day:
            yield wish.minute, Part.LETTER
    for reminder in reminders:
        if is_free and reminder.is_on(day):
            yield reminder.minute, Part.REMINDER


def _is_no_holiday(day: date, rules: Rules) -> bool:
    """In holidays once a week is enough."""
    return not rules.special or kind_of(day, rules.special) is not DayKind.HOLIDAY


def _ebbed(wish: Wish) -> Wish:
    """Return the wish with the rhythm that its silence leaves."""
    if wish.rhythm is Rhythm.DAILY and wish.ignored >= IGNORED_DAILY:
        return replace(wish, rhythm=Rhythm.WEEKLY)
    return wish


def _fits(wish: Wish, around: Around, local: datetime, *, now: datetime, rules: Rules) -> bool:
    """Whether the moment is a good one: nobody is written to in a crisis, or while writing."""
    zone = zone_of(wish, rules)
    has_one = wish.last_at is not None and wish.last_at.astimezone(zone).date() >= local.date()
    wrote = around.last_message_at is not None and now - around.last_message_at < JUST_WROTE
    is_timely_now = is_timely(local, local.date(), zone, now=now, rules=rules)
    return is_timely_now and not has_one and not wrote and not around.is_held


def _sent(
    wish: Wish, due: Due, reminders: Sequence[Pattern], *, now: datetime, rules: Rules
) -> Plan:
    asks = due.parts & {Part.MOOD, Part.REMINDER}
    if asks and wish.rhythm is Rhythm.WEEKLY and wish.ignored == IGNORED_WEEKLY:
        asked = replace(wish, rhythm=Rhythm.ASKED, next_at=None)
        return Plan(asked, replace(due, parts=frozenset({Part.GO_ON})))
    parts = due.parts
    if asks and wish.rhythm is Rhythm.WEEKLY and wish.ignored >= IGNORED_DAILY:
        parts |= {Part.FEWER}
    elif Part.MOOD in parts and _is_time_to_look(wish, due.day, now=now, rules=rules):
        parts |= {Part.TIME}
    next_at = _next_at(wish, reminders, after=now, last_at=now, rules=rules)
    same = parts is due.parts
    return Plan(replace(wish, next_at=next_at), due if same else replace(due, parts=parts))


def _next_at(
    wish: Wish,
    reminders: Sequence[Pattern],
    *,
    after: datetime,
    last_at: datetime | None,
    rules: Rules,
) -> datetime | None:
    if wish.rhythm in _RESTING:
        return None
    zone = zone_of(wish, rules)
    day = after.astimezone(zone).date()
    last = None if last_at is None else last_at.astimezone(zone).date()
    for _ in range(_HORIZON):
        if last is None or day > last:
            for minute in sorted(
                {one for one, _ in _slots(wish, reminders, day, last=last, rules=rules)}
            ):
                moment = moment_of(day, minute, zone)
                if moment > after:
                    return moment
        day += _DAY
    return None


def _is_time_to_look(wish: Wish, day: date, *, now: datetime, rules: Rules) -> bool:
    is_term = kind_of(day, rules.special) is DayKind.TERM
    return (
        is_term
        and wish.ignored == 0
        and (wish.looked_at is None or now - wish.looked_at >= LOOKS_APART)
    )


def _is_exam(wish: Wish, now: datetime, rules: Rules) -> bool:
    day = now.astimezone(zone_of(wish, rules)).date()
    return kind_of(day, rules.special) is DayKind.EXAMS
