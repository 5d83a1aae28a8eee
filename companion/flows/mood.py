"""The mood check-in: one tap is a complete entry; what it has to do with and a line only add."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from companion.care.entries import Entry, EntryState
from companion.flows.letter import letter
from companion.flows.mood_ask import ask_mood, just_noted, kept_mood
from companion.flows.mood_note import note_face, note_line, open_line, toggle_tag
from companion.flows.order import Order
from companion.flows.picture import draw_named
from companion.language import Language
from companion.messages import Choice
from companion.mood.chart import SPANS
from companion.mood.drawing import Theme
from companion.mood.moods import MoodBody, mood_in
from companion.mood.when import day_meant, days_back
from companion.mood.words import face_typed, said_day, said_when
from companion.texts import say

#: A mood of a question can be changed by another tap this long; later the button is an old one.
CHANGEABLE: Final = timedelta(hours=2)


def manage_mood(order: Order) -> None:
    """Carry out /mood: ask, or note what was pressed, or show the picture or the letter."""
    verb, _, rest = order.argument.partition(" ")
    if verb in _VERBS:
        _VERBS[verb](order, rest)
        return
    day, face = _typed(order)
    if order.argument and day is None and face is None:
        _ask_late(order, lead=_say(order, "day_unknown"))
        return
    entry, text, choices = ask_mood(order, day=day)
    if face is None:
        order.answer(text, *choices)
    else:
        note_face(order, entry, face)


def takes(entry: Entry, text: str, language: Language) -> bool:
    """Whether a text answers what a mood waits for: a face or a day that is typed, or a line."""
    body = MoodBody.read(entry.body)
    if body.face is not None:
        return body.waits_for_line
    return face_typed(text, language) is not None or text.strip() in _DAY_WORDS


def go_on(order: Order, entry: Entry) -> None:
    """Take in a face, a day or a line that was typed."""
    body, text = MoodBody.read(entry.body), order.message.text
    if body.face is not None:
        note_line(order, entry, text)
        return
    face = face_typed(text, order.language)
    if face is not None:
        note_face(order, entry, face)
        return
    day = day_meant(text, now=order.now, zone=order.zone)
    _, question, choices = ask_mood(order, day=day)
    order.answer(question, *choices)


#: Days that may be named instead of pressing a face.
_DAY_WORDS: Final = {"昨天", "前天", "大前天", "yesterday", "Yesterday"}


def _typed(order: Order) -> tuple[date | None, int | None]:
    """Return the day and the face in "昨天 4", "yesterday", "good"."""
    zone, now = order.zone, order.now
    whole = order.argument
    day, face = day_meant(whole, now=now, zone=zone), face_typed(whole, order.language)
    if day is not None or face is not None:
        return day, face
    first, _, last = whole.rpartition(" ")
    day, face = day_meant(first, now=now, zone=zone), face_typed(last, order.language)
    return (day, face) if day is not None and face is not None else (None, None)


# ------------------------------------------------------------ what buttons ask for


def _set(order: Order, rest: str) -> None:
    code, _, face = rest.partition(" ")
    entry = order.tx.care.entries.find(order.student.id, code)
    number = face_typed(face, order.language)
    if entry is None or number is None or _is_past(order, entry):
        _say_past(order)
    else:
        note_face(order, entry, number)


def _is_past(order: Order, entry: Entry) -> bool:
    """Whether a button of this question is an old one: its mood was told long ago."""
    told = entry.state is EntryState.DONE and MoodBody.read(entry.body).face is not None
    return told and order.now - entry.updated_at >= CHANGEABLE


def _say_past(order: Order) -> None:
    _, text, choices = ask_mood(order)
    order.answer(f"{_say(order, 'past')}\n\n{text}", *choices)


def _tag(order: Order, rest: str) -> None:
    code, _, name = rest.partition(" ")
    entry = kept_mood(order, code)
    if entry is None or not toggle_tag(order, entry, name):
        _say_past(order)


def _line(order: Order, code: str) -> None:
    entry = kept_mood(order, code) if code else just_noted(order)
    if entry is None:
        _say_past(order)
    else:
        open_line(order, entry)


def _done(order: Order, code: str) -> None:
    entry = kept_mood(order, code)
    if entry is not None and entry.state is EntryState.RUNNING:
        body = MoodBody.read(entry.body).as_json() | {"waits": False}
        order.tx.care.entries.put(entry, body=body, state=EntryState.DONE, now=order.now)
    order.answer(_say(order, "done"), Choice(_say(order, "chart_button"), "/mood chart"))


def _undo(order: Order, code: str) -> None:
    entry = kept_mood(order, code) if code else just_noted(order)
    mood = None if entry is None else mood_in(entry)
    if entry is None or mood is None:
        order.answer(_say(order, "nothing_to_undo"))
        return
    order.tx.care.entries.put(entry, body={}, state=EntryState.UNDONE, now=order.now)
    when = said_when(mood, now=order.now, zone=order.zone, language=order.language)
    order.answer(_say(order, "undone", when=when))


def _talk(order: Order, _: str) -> None:
    order.answer(_say(order, "talk"))


def _late(order: Order, _: str) -> None:
    _ask_late(order, lead=_say(order, "ask_late"))


def _ask_late(order: Order, *, lead: str) -> None:
    today = order.now.astimezone(order.zone).date()
    choices = [
        Choice(said_day(day, today=today, language=order.language), f"/mood {day.isoformat()}")
        for day in days_back(now=order.now, zone=order.zone)
    ]
    order.answer(lead, *choices)


def _chart(order: Order, rest: str) -> None:
    """Show the picture, with buttons for the other spans and the other theme."""
    words = rest.split()
    days = next((word for word in words if word in {str(span) for span in SPANS}), str(SPANS[1]))
    theme = Theme.DARK if Theme.DARK in words else Theme.LIGHT
    other = Theme.LIGHT if theme is Theme.DARK else Theme.DARK
    picture = f"mood {days} {theme} {order.language}"
    drawn = draw_named(order.tx, order.student, picture, campus=order.campus, now=order.now)
    choices = [
        Choice(_say(order, f"days_{span}"), f"/mood chart {span} {theme}")
        for span in SPANS
        if str(span) != days
    ]
    if not order.account.platform.is_mailbox:  # a page has its own light and dark
        choices.append(Choice(_say(order, f"theme_{other}"), f"/mood chart {days} {other}"))
    order.answer(drawn.told if drawn else "", *choices, picture=picture)


def _letter(order: Order, _: str) -> None:
    text = letter(
        order.tx,
        order.student.id,
        now=order.now,
        zone=order.zone,
        language=order.language,
    )
    order.answer(text or say("mood_letter.nothing", order.language))


def _say(order: Order, key: str, **fields: object) -> str:
    return say(f"mood.{key}", order.language, **fields)


_VERBS: Final[dict[str, Callable[[Order, str], None]]] = {
    "set": _set,
    "tag": _tag,
    "line": _line,
    "done": _done,
    "undo": _undo,
    "talk": _talk,
    "late": _late,
    "chart": _chart,
    "letter": _letter,
}
