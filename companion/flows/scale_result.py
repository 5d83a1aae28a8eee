"""What a scale says, in plain words: the total, what changed, and that it is no diagnosis."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from companion.care.entries import Entry, EntryKind
from companion.care.scale_chart import MOST
from companion.care.scale_sheet import Sheet
from companion.care.scales import Scale, Score, change, score
from companion.flows.order import Order
from companion.messages import Choice
from companion.store import Reading
from companion.texts import say

#: Results that the row of dates shows, and that are looked through for those that add up.
_SHOWN, _LOOKED_AT = 6, 30
#: A course has at least so many results.
_TWO: Final = 2


def show_result(order: Order, scale: Scale, entry: Entry) -> None:
    """Explain one result, with what came before it, and offer a person where it calls for one."""
    found = score(scale, Sheet.from_json(entry.body).answers)
    parts = _total(order, scale, found)
    course = course_of(order.tx, order.student.id, scale, until=entry.at)
    if found.total is not None:
        parts += _course(order, scale, course)
    parts.append(_say(order, "screening"))
    offers = _offers(order, scale, found, results=len(course))
    order.answer("\n\n".join(part for part in parts if part), *offers)


def total_of(scale: Scale, entry: Entry) -> int | None:
    """Return the total of a kept result; None when something was passed over."""
    return score(scale, Sheet.from_json(entry.body).answers).total


def day_of(order: Order, at: datetime) -> str:
    """Return the campus's day of a moment."""
    return f"{at.astimezone(order.campus.timezone):%Y-%m-%d}"


def _total(order: Order, scale: Scale, found: Score) -> list[str]:
    lowest, highest = scale.range
    if found.total is None or found.band is None:
        numbers = say("page.and", order.language).join(map(str, found.open))
        parts = [_say(order, "open", short=scale.short, numbers=numbers)]
    else:
        name = found.band.name[order.language]
        parts = [
            _say(
                order,
                "total",
                short=scale.short,
                total=found.total,
                lowest=lowest,
                highest=highest,
                name=name,
                better=_say(order, "high_is_good" if scale.high_is_good else "low_is_good"),
            ),
            found.band.says[order.language],
        ]
    if scale.alarm is not None and scale.alarm.item in found.open:
        parts.append(_say(order, "alarm_open", number=scale.alarm.item))
    return parts


def course_of(
    tx: Reading, student_id: UUID, scale: Scale, *, until: datetime
) -> list[tuple[datetime, int]]:
    """Return the latest results that add up, oldest first; `until` is the last one's moment."""
    found = tx.care.entries.latest(student_id, EntryKind.SCALE, name=scale.id, limit=_LOOKED_AT)
    told = [(one.at, total_of(scale, one)) for one in found if one.at <= until]
    return [(at, total) for at, total in reversed(told) if total is not None][-MOST:]


def course_in_words(scale: Scale, course: Sequence[tuple[datetime, int]], zone: ZoneInfo) -> str:
    """Return a course of results in a line of dates."""
    dates = (f"{at.astimezone(zone):%Y-%m-%d}: {total}" for at, total in course)
    return f"{scale.short}\n{' → '.join(dates)}"


def _course(order: Order, scale: Scale, course: Sequence[tuple[datetime, int]]) -> list[str]:
    """Say how it went since the last times; nothing where there is nothing to compare."""
    if len(course) < _TWO:
        return []
    dates = course_in_words(scale, course[-_SHOWN:], order.campus.timezone).partition("\n")[2]
    moved = change(scale, course[-1][1], before=course[-2][1])
    return [dates] if moved is None else [dates, _say(order, f"change_{moved}")]


def _offers(order: Order, scale: Scale, found: Score, *, results: int) -> list[Choice]:
    offers = []
    is_open = scale.alarm is not None and scale.alarm.item in found.open
    is_grave = found.total is not None and scale.is_as_bad_as(found.total, scale.person_at)
    if is_grave or is_open:
        offers.append(Choice(_say(order, "human"), "/human"))
    if scale.then is not None and found.total is not None:
        other, limit = scale.then
        if scale.is_as_bad_as(found.total, limit):
            offers.append(Choice(_say(order, "then"), f"/scale {other}"))
    if results >= _TWO:
        offers.append(Choice(_say(order, "chart_button"), f"/scale {scale.id} chart"))
    return [*offers, Choice(_say(order, "all"), "/scale")]


def _say(order: Order, key: str, **fields: object) -> str:
    return say(f"scale.{key}", order.language, **fields)
