"""When to be asked, and what to be reminded of: one place; each change replaces the last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from companion.care.shelf import shelf
from companion.flows.nudge_text import clock
from companion.flows.order import Order
from companion.flows.remind_of import About, drop_reminder, remind_of
from companion.flows.remind_show import ask_days, ask_letter, ask_time, ask_zone, confirm, show
from companion.flows.schedule import rules_of
from companion.messages import Choice
from companion.people.nudges import scheduled
from companion.people.student import AgeBand
from companion.people.wished import Wished, read_wished
from companion.people.wishes import EVERY_DAY, Pattern, Rhythm, Wish
from companion.texts import say, wording


def remind(order: Order) -> None:
    """Carry out /remind: show everything, or change what is named or written."""
    if order.student.age_band is AgeBand.UNDER_MINIMUM:
        minimum = order.campus.minimum_age
        order.answer(say("onboarding.under_minimum", order.language, minimum=minimum))
        return
    verb, _, rest = order.argument.partition(" ")
    if verb.lower() in _VERBS:
        _VERBS[verb.lower()](order, rest)
        return
    wished = read_wished(order.argument) if order.argument else None
    if wished is not None:
        _set(order, wished)
    elif order.argument:
        order.answer(_say(order, "not_read"), *ask_time(order.language))
    else:
        show(order)


def wish_of(order: Order) -> Wish:
    """Return what the student wishes; who never said anything wishes nothing."""
    nothing = Wish(student_id=order.student.id, letter=False, looked_at=order.now)
    return order.tx.care.nudges.wish(order.student.id, lock=True) or nothing


def _set(order: Order, wished: Wished) -> None:
    """Take in an hour, or days, or both; the rest stays as it is."""
    before = wish_of(order)
    minute = before.minute if wished.minute is None else wished.minute
    if minute is None:
        order.answer(_say(order, "which_time"), *ask_time(order.language))
        return
    free = order.campus.quiet.beside(minute)
    is_first = before.minute is None
    wish = replace(
        before,
        minute=free,
        weekdays=wished.weekdays or (before.weekdays or EVERY_DAY),
        letter=before.letter or is_first,
        rhythm=Rhythm.DAILY,
        ignored=0,
        looked_at=order.now,
    )
    kept = _keep(order, wish)
    morning = clock(free - 12 * 60) if wished.is_open and free >= _EARLIEST_EVENING else None
    confirm(order, kept, moved_from=None if free == minute else minute, morning=morning)


#: From this minute on an hour without a word for its half of the day may have meant the morning.
_EARLIEST_EVENING: Final = 19 * 60


def _keep(order: Order, wish: Wish) -> Wish:
    """Keep a wish with its next moment; who asks to be asked has not stopped us any more."""
    if order.student.stopped_at is not None:
        order.tx.students.update(order.student.id, stopped_at=None)
    nudges, student_id = order.tx.care.nudges, order.student.id
    patterns = [one.pattern for one in order.tx.care.reminders.of_student(student_id)]
    paused = order.student.paused_until
    after = max(order.now, paused) if paused else order.now
    kept = scheduled(wish, patterns, after=after, rules=rules_of(order.campus))
    nudges.put(kept, now=order.now)
    return kept


def _off(order: Order, _: str) -> None:
    """Ask no more, and remind of nothing any more."""
    for one in order.tx.care.reminders.of_student(order.student.id):
        order.tx.care.reminders.drop(order.student.id, one.code)
    wish = replace(wish_of(order), minute=None, letter=False, rhythm=Rhythm.SILENT, ignored=0)
    order.tx.care.nudges.call_off(order.student.id, now=order.now)
    _keep_silent(order, wish)
    order.answer(_say(order, "off"))


def _keep_silent(order: Order, wish: Wish) -> None:
    order.tx.care.nudges.put(replace(wish, next_at=None), now=order.now)


def _rather_not(order: Order, _: str) -> None:
    """Take a no to the very first question."""
    _keep_silent(order, replace(wish_of(order), minute=None, letter=False, rhythm=Rhythm.SILENT))
    order.answer(_say(order, "rather_not"))


def _daily(order: Order, _: str) -> None:
    _set(order, Wished(weekdays=EVERY_DAY))


def _weekly(order: Order, _: str) -> None:
    _set(order, Wished(weekdays=1 << wish_of(order).letter_day - 1))


def _time(order: Order, _: str) -> None:
    order.answer(_say(order, "which_time"), *ask_time(order.language))


def _days(order: Order, _: str) -> None:
    order.answer(_say(order, "which_days"), *ask_days(order.language))


def _zone(order: Order, rest: str) -> None:
    """Count the days by another place's clock: it takes the place of the one before."""
    places: list[list[str]] = wording("remind.places", order.language)
    name = rest.strip().casefold()
    found = [key for label, key in places if name and name in {label.casefold(), key.casefold()}]
    if name == "campus":
        _keep_and_confirm(order, replace(wish_of(order), zone=None))
    elif found:
        _keep_and_confirm(order, replace(wish_of(order), zone=ZoneInfo(found[0])))
    else:
        order.answer(_say(order, "which_zone"), *ask_zone(order.language))


def _letter(order: Order, rest: str) -> None:
    """Turn the weekly letter on or off, or move it to another day."""
    wish, wished = wish_of(order), read_wished(rest) if rest else None
    if rest == "off":
        _keep(order, replace(wish, letter=False))
        order.answer(_say(order, "letter_off"), *_all(order))
    elif rest == "on" or (wished is not None and wished.weekdays):
        days = wished.weekdays if wished is not None and wished.weekdays else 0
        day = next((one for one in range(1, 8) if days >> one - 1 & 1), wish.letter_day)
        if wish.minute is None:  # the letter comes at the hour of the question
            wish = replace(wish, minute=_EVENING, weekdays=0)
        _keep_and_confirm(
            order, replace(wish, letter=True, letter_day=day, rhythm=Rhythm.DAILY, ignored=0)
        )
    else:
        order.answer(_say(order, "which_letter"), *ask_letter(order.language))


#: Where nothing else was wished, a letter comes at nine in the evening.
_EVENING: Final = 21 * 60


def _keep_and_confirm(order: Order, wish: Wish) -> None:
    confirm(order, _keep(order, wish))


def _exercise(order: Order, rest: str) -> None:
    """Be reminded of an exercise at an hour, on some days; a new hour takes the old one's place."""
    name, _, words = rest.partition(" ")
    found = shelf(order.campus).get(name)
    if found is None:
        order.answer(_say(order, "no_exercise"), *_all(order))
        return
    title, wished = found.title[order.language], read_wished(words) if words else None
    if wished is None or wished.minute is None:
        text = _say(order, "which_exercise_time", what=title)
        order.answer(text, *ask_time(order.language, command=f"/remind exercise {name}"))
        return
    about = About(key=f"exercise:{name}", what=title, command=f"/exercise {name}")
    minute = order.campus.quiet.beside(wished.minute)
    pattern = Pattern(wished.weekdays or EVERY_DAY, minute)
    kept = remind_of(order.tx, order.student.id, about, pattern, campus=order.campus, now=order.now)
    if kept is None:
        order.answer(_say(order, "too_many"), *_all(order))
    else:
        show(order)


def _drop(order: Order, code: str) -> None:
    if drop_reminder(order.tx, order.student.id, code, campus=order.campus, now=order.now):
        order.answer(_say(order, "dropped"), *_all(order))
    else:
        order.answer(_say(order, "gone"), *_all(order))


def _all(order: Order) -> tuple[Choice, ...]:
    return (Choice(_say(order, "see_all"), "/remind"),)


def _say(order: Order, key: str, **fields: object) -> str:
    return say(f"remind.{key}", order.language, **fields)


_VERBS: Final[dict[str, Callable[[Order, str], None]]] = {
    "off": _off,
    "no": _rather_not,
    "daily": _daily,
    "weekly": _weekly,
    "time": _time,
    "days": _days,
    "zone": _zone,
    "letter": _letter,
    "exercise": _exercise,
    "drop": _drop,
}
