"""What /remind shows: everything that is agreed, and the buttons that change it."""

from __future__ import annotations

from functools import reduce

from companion.flows.nudge_text import clock
from companion.flows.order import Order
from companion.language import Language
from companion.messages import Choice
from companion.people.wished import WEEKEND, WORKDAYS
from companion.people.wishes import EVERY_DAY, Rhythm, Wish
from companion.store.nudges import Reminder
from companion.texts import say, wording

_NAMED = {EVERY_DAY: "every_day", WORKDAYS: "workdays", WEEKEND: "weekend"}


def show(order: Order) -> None:
    """Show what is agreed, with a button for each change; or ask for a time when nothing is."""
    wish = order.tx.care.nudges.wish(order.student.id)
    reminders = order.tx.care.reminders.of_student(order.student.id)
    language = order.language
    has_time = wish is not None and wish.minute is not None
    if not has_time and not reminders:
        order.answer(say("remind.none", language), *ask_time(language))
        return
    lines = [*_about(order, wish), *(_line(one, language) for one in reminders)]
    choices = [
        Choice(say("remind.change_time", language), "/remind time"),
        Choice(say("remind.change_days", language), "/remind days"),
        Choice(say("remind.change_letter", language), "/remind letter"),
        Choice(say("remind.change_zone", language), "/remind zone"),
    ]
    choices += [
        Choice(say("remind.drop", language, what=one.what), f"/remind drop {one.code}")
        for one in reminders
    ]
    choices.append(Choice(say("remind.change_off", language), "/remind off"))
    order.answer(say("remind.shown", language, lines="\n".join(lines)), *choices)


def confirm(
    order: Order, wish: Wish, *, moved_from: int | None = None, morning: str | None = None
) -> None:
    """Say what is agreed now; the hour may have been moved out of the quiet ones."""
    language, choices = order.language, []
    lines = _about(order, wish)
    if moved_from is not None:
        quiet = order.campus.quiet
        begins, ends = clock(quiet.begins), clock(quiet.ends)
        lines.append(say("remind.moved", language, begins=begins, ends=ends))
    paused = order.student.paused_until
    if paused is not None and paused > order.now:
        until = paused.astimezone(wish.zone or order.campus.timezone)
        lines.append(say("remind.paused", language, until=f"{until:%Y-%m-%d}"))
    if morning is not None:
        lines.append(say("remind.taken_as_evening", language))
        choices.append(Choice(say("remind.morning", language, time=morning), f"/remind {morning}"))
    choices.append(Choice(say("remind.see_all", language), "/remind"))
    order.answer(say("remind.kept", language, lines="\n".join(lines)), *choices)


def ask_time(language: Language, *, command: str = "/remind") -> tuple[Choice, ...]:
    """Return the hours that are most often wished for."""
    return tuple(
        Choice(label, f"{command} {time}") for label, time in wording("remind.times", language)
    )


def ask_days(language: Language) -> tuple[Choice, ...]:
    """Return the patterns of days that are most often wished for."""
    return tuple(Choice(*choice) for choice in wording("remind.days_choices", language))


def ask_letter(language: Language) -> tuple[Choice, ...]:
    """Return the days for the letter, and the way to have none."""
    return tuple(Choice(*choice) for choice in wording("remind.letter_choices", language))


def ask_zone(language: Language) -> tuple[Choice, ...]:
    """Return the places whose clocks may be meant, the campus first."""
    campus = Choice(say("remind.campus_zone", language), "/remind zone campus")
    places = wording("remind.places", language)
    return (campus, *(Choice(label, f"/remind zone {key}") for label, key in places))


def days_of(weekdays: int, language: Language) -> str:
    """Return days as people say them: "every day", "Mon, Wed"."""
    if weekdays in _NAMED:
        return say(f"remind.{_NAMED[weekdays]}", language)
    names: list[str] = say("roster.days", language).split()
    named = [name for number, name in enumerate(names) if weekdays >> number & 1]
    return reduce(
        lambda first, second: say("remind.and", language, first=first, second=second), named
    )


def _about(order: Order, wish: Wish | None) -> list[str]:
    """Say the question, the letter, the rhythm and the zone, each where there is one."""
    language = order.language
    lines: list[str] = []
    if wish is None:
        return lines
    if wish.minute is not None:
        at = clock(wish.minute)
        if wish.weekdays:
            days = days_of(wish.weekdays, language)
            lines.append(say("remind.line_mood", language, days=days, time=at))
        if wish.letter:
            day = days_of(1 << wish.letter_day - 1, language)
            lines.append(say("remind.line_letter", language, day=day, time=at))
    if wish.rhythm is Rhythm.WEEKLY:
        lines.append(say("remind.line_fewer", language))
    if wish.rhythm is Rhythm.ASKED:
        lines.append(say("remind.line_resting", language))
    if wish.zone is not None:
        place = _place(wish.zone.key, language)
        lines.append(say("remind.line_zone", language, place=place))
    return lines


def _place(key: str, language: Language) -> str:
    places: dict[str, str] = {zone: label for label, zone in wording("remind.places", language)}
    return places.get(key, key)


def _line(reminder: Reminder, language: Language) -> str:
    return say(
        "remind.line_reminder",
        language,
        days=days_of(reminder.pattern.weekdays, language),
        time=clock(reminder.pattern.minute),
        what=reminder.what,
    )
