"""Scales in the student's hands: what there is, when each may be taken again, and its results."""

from __future__ import annotations

from typing import Final

from companion.care.entries import Entry, EntryKind, EntryState
from companion.care.scales import Scale, free_from
from companion.flows.order import Order
from companion.flows.scale_ask import begin_scale, is_stale, press, resume_choice, scales_of
from companion.flows.scale_result import (
    course_in_words,
    course_of,
    day_of,
    show_result,
    total_of,
)
from companion.flows.stay import is_in_safety_talk
from companion.messages import Choice
from companion.mood.drawing import Theme
from companion.people.student import Purpose
from companion.texts import say

_WAITING: Final = (EntryState.RUNNING, EntryState.LATER)


def take_scale(order: Order) -> None:
    """Carry out /scale: list them, tell of one, begin it, show its last result, or go on."""
    name, _, rest = order.argument.partition(" ")
    scale = scales_of(order.campus).get(name.lower().replace("-", ""))
    if is_in_safety_talk(order.tx, order.student.id, now=order.now):
        order.answer(_say(order, "after_safety"))
    elif not name:
        _list(order)
    elif scale is None:
        press(order, order.tx.care.entries.find(order.student.id, name), rest)
    elif not scale.languages:
        order.answer(_say(order, "no_text", short=scale.short))
    else:
        _one(order, scale, rest)


def _one(order: Order, scale: Scale, verb: str) -> None:
    last, waiting = _last(order, scale), _waiting(order, scale)
    free = free_from(scale, last.at if last else None)
    if verb == "result" and last is not None:
        show_result(order, scale, last)
    elif verb.startswith("chart") and last is not None:
        _draw(order, scale, Theme.DARK if verb.endswith(Theme.DARK) else Theme.LIGHT)
    elif waiting is not None and verb != "anew":
        anew = Choice(_say(order, "anew"), f"/scale {scale.id} anew")
        order.answer(_say(order, "waiting", short=scale.short), resume_choice(order, waiting), anew)
    elif free is not None and free > order.now:
        again = Choice(_say(order, "last_result"), f"/scale {scale.id} result")
        order.answer(_say(order, "too_early", short=scale.short, at=day_of(order, free)), again)
    elif verb in {"start", "anew"}:
        if waiting is not None:
            order.tx.care.entries.put(waiting, state=EntryState.STOPPED, now=order.now)
        begin_scale(order, scale)
    else:
        _introduce(order, scale)


def _draw(order: Order, scale: Scale, theme: Theme) -> None:
    """Show the results as a picture, which is drawn when it is sent."""
    course = course_of(order.tx, order.student.id, scale, until=order.now)
    other = Theme.LIGHT if theme is Theme.DARK else Theme.DARK
    choices = [Choice(_say(order, "all"), "/scale")]
    if not order.account.platform.is_mailbox:  # a page has its own light and dark
        label = say(f"mood.theme_{other}", order.language)
        choices.insert(0, Choice(label, f"/scale {scale.id} chart {other}"))
    told = course_in_words(scale, course, order.campus.timezone)
    order.answer(told, *choices, picture=f"scale {scale.id} {theme} {order.language}")


def _introduce(order: Order, scale: Scale) -> None:
    language = order.language if order.language in scale.languages else min(scale.languages)
    told = _say(
        order,
        "intro",
        title=scale.title[order.language],
        about=scale.about[order.language],
        alarm=_say(order, "intro_alarm", number=scale.alarm.item) if scale.alarm else "",
        licence=scale.licence.get(language, ""),
        source=scale.source,
    )
    kept = "" if order.student.allows(Purpose.STORAGE) else f"\n\n{_say(order, 'unstored')}"
    start = Choice(_say(order, "start"), f"/scale {scale.id} start")
    order.answer(told.strip() + kept, start, Choice(_say(order, "all"), "/scale"))


def _list(order: Order) -> None:
    lines, choices = [], []
    for scale in sorted(scales_of(order.campus).values(), key=lambda one: one.size):
        if not scale.languages:
            continue
        line, choice = _line(order, scale)
        lines.append(line)
        choices.append(choice)
    text = "\n".join([_say(order, "list"), "", *lines, "", _say(order, "screening")])
    order.answer(text, *choices)


def _line(order: Order, scale: Scale) -> tuple[str, Choice]:
    """Return how things stand with one scale, and the button that goes with it."""
    title, last, waiting = scale.title[order.language], _last(order, scale), _waiting(order, scale)
    free = free_from(scale, last.at if last else None)
    if waiting is not None:
        state, choice = _say(order, "state_waiting"), resume_choice(order, waiting)
        choice = Choice(f"{choice.label}: {scale.short}", choice.value)
    elif last is None or free is None or free <= order.now:
        state = _say(order, "state_free")
        choice = Choice(scale.short, f"/scale {scale.id}")
    else:
        state = _say(order, "state_later", at=day_of(order, free))
        label = _say(order, "result_of", short=scale.short)
        choice = Choice(label, f"/scale {scale.id} result")
    if last is not None:
        total = total_of(scale, last)
        figure = _say(order, "not_added") if total is None else str(total)
        state = _say(order, "state_last", state=state, at=day_of(order, last.at), total=figure)
    return _say(order, "line", title=title, state=state), choice


def _last(order: Order, scale: Scale) -> Entry | None:
    found = order.tx.care.entries.latest(order.student.id, EntryKind.SCALE, name=scale.id, limit=1)
    return found[0] if found else None


def _waiting(order: Order, scale: Scale) -> Entry | None:
    """Return a sheet that was begun and still speaks of the same days."""
    found = order.tx.care.entries.latest(
        order.student.id, EntryKind.SCALE, name=scale.id, states=_WAITING, limit=1
    )
    return found[0] if found and not is_stale(found[0], order) else None


def _say(order: Order, key: str, **fields: object) -> str:
    return say(f"scale.{key}", order.language, **fields)
