"""What a student is in the middle of: an exercise, a scale, a page. Their words belong to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from companion.care.entries import Entry, EntryKind, EntryState
from companion.flows import exercise, game, mood
from companion.flows.journal_write import keep_alarming, takes_words, write
from companion.flows.order import Order
from companion.flows.scale_ask import take_reply, takes_reply
from companion.language import Language

#: After this much silence a text is talk again; the activity can be taken up by its button.
ACTIVITY_GAP: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Activity:
    """How one kind of entry takes what a student writes."""

    #: Whether the text answers what the entry waits for. Pure.
    takes: Callable[[Entry, str, Language], bool]
    #: Take the text of the order in, and say what is next.
    go_on: Callable[[Order, Entry], None]


ACTIVITIES: Final[Mapping[EntryKind, Activity]] = {
    EntryKind.MOOD: Activity(takes=mood.takes, go_on=mood.go_on),
    EntryKind.EXERCISE: Activity(takes=exercise.takes, go_on=exercise.answer_exercise),
    EntryKind.GAME: Activity(takes=game.takes, go_on=game.answer_game),
    EntryKind.SCALE: Activity(takes=takes_reply, go_on=take_reply),
    EntryKind.JOURNAL: Activity(takes=takes_words, go_on=write),
}


def awaiting(order: Order) -> Entry | None:
    """Return the entry that this message belongs to; None when it is talk."""
    entry = order.tx.care.entries.running(order.student.id)
    if entry is None or _is_over(order, entry):
        return None
    activity = ACTIVITIES.get(entry.kind)
    if activity is None or not activity.takes(entry, order.message.text, order.language):
        return None
    return entry


def _is_over(order: Order, entry: Entry) -> bool:
    return order.now - entry.updated_at >= ACTIVITY_GAP


def go_on(order: Order, entry: Entry) -> None:
    """Let an activity take in a message that it waits for."""
    ACTIVITIES[entry.kind].go_on(order, entry)


def put_off(order: Order) -> None:
    """Let what waits wait for its button: the student left, or something graver came up.

    Words that were meant for a page of the journal stay on it.
    """
    entry = order.tx.care.entries.running(order.student.id)
    is_page = entry is not None and entry.kind is EntryKind.JOURNAL
    if entry is not None and is_page and order.command is None and not _is_over(order, entry):
        keep_alarming(order, entry)
    elif entry is not None:
        order.tx.care.entries.put(entry, state=EntryState.LATER, now=order.now)
