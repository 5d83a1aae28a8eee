"""The plan of a week: proposed with reasons, changed and agreed to by the student, never owed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Final

from companion.care.entries import Entry, EntryKind, EntryState
from companion.care.shelf import shelf
from companion.care.suggestions import suggest
from companion.care.week import Step, Week, days_left, monday_of
from companion.flows.order import Order
from companion.flows.remind_of import About, drop_reminder, remind_of
from companion.flows.stay import is_in_safety_talk
from companion.flows.suggest import case_of, reason
from companion.messages import Choice
from companion.people.wishes import Pattern
from companion.texts import say, wording

#: Exercises that are proposed; the rest is left to the student.
_PROPOSED: Final = 2
#: Reminded at this minute of the day where no other hour was wished for.
_EVENING: Final = 19 * 60 + 30
_KEPT: Final = (EntryState.LATER, EntryState.DONE)


def plan_week(order: Order) -> None:
    """Carry out /week: show this week's plan, propose one, `add …`, or a button of a plan."""
    first, _, rest = order.argument.partition(" ")
    if is_in_safety_talk(order.tx, order.student.id, now=order.now):
        order.answer(_say(order, "after_safety"))
        return
    entry = _current(order)
    if first == "add" and rest.strip():
        _add(order, entry, rest)
    elif not order.argument or first == "add":
        _show(order, entry or _propose(order), before="")
    elif entry is not None and first == entry.code:
        _press(order, entry, rest.split())
    else:
        order.answer(_say(order, "gone"))


def _current(order: Order) -> Entry | None:
    """Return the plan of this week, proposed or agreed to; None without one."""
    monday = monday_of(order.now.astimezone(order.campus.timezone).date())
    found = order.tx.care.entries.latest(order.student.id, EntryKind.WEEK, states=_KEPT, limit=1)
    return next((one for one in found if Week.from_json(one.body).monday == monday), None)


def _propose(order: Order) -> Entry:
    """Propose a plan: what fits the student now, each with its reason."""
    week = Week(monday=monday_of(order.now.astimezone(order.campus.timezone).date()))
    case, _ = case_of(order, order.tx.care.suggestions.get(order.student.id))
    rng = Random(order.message.id.int)  # noqa: S311 - no secret
    for _ in range(_PROPOSED):
        # By day or night, a week is for the days.
        found = suggest(shelf(order.campus), replace(case, is_night=False), rng=rng)
        if found is None:
            break
        one = found.exercise
        week = week.with_step(one.title[order.language], exercise=one.id, why=reason(order, found))
        case = replace(case, never=case.never | {one.id})
    return _begin(order, week)


def _begin(order: Order, week: Week) -> Entry:
    return order.tx.care.entries.begin(
        order.student.id,
        EntryKind.WEEK,
        week.as_json(),
        state=EntryState.LATER,
        at=order.now,
        now=order.now,
    )


def _add(order: Order, entry: Entry | None, what: str) -> None:
    entry = entry or _propose(order)
    before = Week.from_json(entry.body)
    week = before.with_step(what)
    key = "full" if before.is_full else "added" if week != before else "there"
    _keep(order, entry, week, before=_say(order, key))


def _press(order: Order, entry: Entry, words: list[str]) -> None:
    week = Week.from_json(entry.body)
    match words:
        case ["agree"]:
            _keep(order, entry, replace(week, agreed=True), before=_say(order, "agreed"))
        case ["no"]:
            _drop_reminders(order, entry, week)
            order.tx.care.entries.put(entry, state=EntryState.STOPPED, now=order.now)
            order.answer(_say(order, "refused"))
        case ["own"]:
            order.answer(_say(order, "how_to_add"))
        case [verb, number, *more] if verb in _STEP_VERBS and number.isdecimal():
            step = week.step(int(number[:4]))
            if step is None:
                _show(order, entry, before=_say(order, "no_step"))
            else:
                _STEP_VERBS[verb](order, entry, step, more)
        case _:
            _show(order, entry, before="")


def _open(order: Order, entry: Entry, step: Step, _: list[str]) -> None:
    """Show what can be done with one step."""
    at = f"/week {entry.code}"
    number = step.number
    buttons = [
        Choice(_say(order, "undo" if step.done else "tick"), f"{at} tick {number}"),
        Choice(_say(order, "move"), f"{at} move {number}"),
        Choice(_say(order, "remind"), f"{at} remind {number}"),
        Choice(_say(order, "drop"), f"{at} drop {number}"),
    ]
    if step.exercise in shelf(order.campus):
        buttons.insert(0, Choice(_say(order, "begin"), f"/exercise {step.exercise}"))
    order.answer("\n\n".join(part for part in (step.what, step.why) if part), *buttons)


def _tick(order: Order, entry: Entry, step: Step, _: list[str]) -> None:
    week = Week.from_json(entry.body).ticked(step.number)
    _keep(order, entry, week, before="" if step.done else _say(order, "ticked"))


def _drop(order: Order, entry: Entry, step: Step, _: list[str]) -> None:
    _forget_reminder(order, entry, step)
    week = Week.from_json(entry.body).without(step.number)
    _keep(order, entry, week, before=_say(order, "dropped"))


def _move(order: Order, entry: Entry, step: Step, day: list[str]) -> None:
    names: list[str] = wording("week.days", order.language)
    left = days_left(order.now.astimezone(order.campus.timezone).date())
    if day and day[0] in map(str, left):
        _forget_reminder(order, entry, step)
        week = Week.from_json(entry.body).moved(step.number, int(day[0]))
        _keep(order, entry, week, before=_say(order, "moved", day=names[int(day[0]) - 1]))
        return
    at = f"/week {entry.code} move {step.number}"
    order.answer(
        _say(order, "which_day", what=step.what),
        *(Choice(names[one - 1], f"{at} {one}") for one in left),
    )


def _remind(order: Order, entry: Entry, step: Step, _: list[str]) -> None:
    today = order.now.astimezone(order.campus.timezone).date()
    wish = order.tx.care.nudges.wish(order.student.id)
    minute = _EVENING if wish is None or wish.minute is None else wish.minute
    days = (step.day,) if step.day else days_left(today)
    pattern = Pattern(
        weekdays=sum(1 << (day - 1) for day in days),
        minute=order.campus.quiet.beside(minute),
        until=Week.from_json(entry.body).sunday,
    )
    command = f"/exercise {step.exercise}" if step.exercise else "/week"
    about = About(key=_key(entry, step), what=step.what, command=command)
    kept = remind_of(order.tx, order.student.id, about, pattern, campus=order.campus, now=order.now)
    time = f"{pattern.minute // 60:02}:{pattern.minute % 60:02}"
    order.answer(_say(order, "too_many") if kept is None else _say(order, "reminding", time=time))


def _keep(order: Order, entry: Entry, week: Week, *, before: str) -> None:
    state = EntryState.DONE if week.agreed else EntryState.LATER
    order.tx.care.entries.put(entry, body=week.as_json(), state=state, now=order.now)
    _show(order, replace(entry, body=week.as_json(), state=state), before=before)


def _show(order: Order, entry: Entry, *, before: str) -> None:
    week = Week.from_json(entry.body)
    head = _say(order, "agreed_plan" if week.agreed else "proposal")
    lines = [_line(order, step, with_reason=not week.agreed) for step in week.steps]
    text = "\n\n".join(part for part in (before, head, *lines) if part)
    at = f"/week {entry.code}"
    choices = [
        Choice(_say(order, "step", number=place), f"{at} open {step.number}")
        for place, step in enumerate(week.steps, start=1)
    ]
    if not week.is_full:
        choices.append(Choice(_say(order, "own"), f"{at} own"))
    if not week.agreed:
        choices.append(Choice(_say(order, "agree"), f"{at} agree"))
    choices.append(Choice(_say(order, "refuse" if not week.agreed else "end"), f"{at} no"))
    order.answer(text, *choices)


def _line(order: Order, step: Step, *, with_reason: bool) -> str:
    names: list[str] = wording("week.days", order.language)
    day = names[step.day - 1] if step.day else ""
    mark = _say(order, "mark_done" if step.done else "mark_open")
    line = f"{mark} {step.what}" + (f" · {day}" if day else "")
    return f"{line}\n{step.why}" if with_reason and step.why else line


def _drop_reminders(order: Order, entry: Entry, week: Week) -> None:
    for step in week.steps:
        _forget_reminder(order, entry, step)


def _forget_reminder(order: Order, entry: Entry, step: Step) -> None:
    key = _key(entry, step)
    drop_reminder(order.tx, order.student.id, key, campus=order.campus, now=order.now)


def _key(entry: Entry, step: Step) -> str:
    return f"step:{entry.code}:{step.number}"


def _say(order: Order, key: str, **fields: object) -> str:
    return say(f"week.{key}", order.language, **fields)


_STEP_VERBS: Final[Mapping[str, Callable[[Order, Entry, Step, list[str]], None]]] = {
    "open": _open,
    "tick": _tick,
    "drop": _drop,
    "move": _move,
    "remind": _remind,
}
