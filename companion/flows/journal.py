"""The journal in the student's hands: write, list, read, search, erase, let it be read over."""

from __future__ import annotations

import re
from typing import Final

from companion.care.entries import Entry, EntryKind
from companion.flows.journal_pages import (
    ask_erase,
    erase_page,
    find_pages,
    list_pages,
    read_page,
)
from companion.flows.journal_write import begin_page, close_page, open_again, put_page_off
from companion.flows.journal_wrong import mark_wrong
from companion.flows.order import Order
from companion.flows.stay import is_in_safety_talk
from companion.jobs import Job
from companion.messages import Choice
from companion.texts import say

_CODED: Final = re.compile(r"([0-9a-f]{8}) (done|later|go|read|erase|erase yes)")
_LIST: Final = re.compile(r"list(?: (\d{1,4}))?")


def keep_journal(order: Order) -> None:
    """Carry out /journal; what is no verb of it is the beginning of a page."""
    said = order.argument
    coded, listed = _CODED.fullmatch(said), _LIST.fullmatch(said)
    verb, _, rest = said.partition(" ")
    if coded:
        _do(order, coded[1], coded[2])
    elif listed:
        list_pages(order, skip=int(listed[1] or 0))
    elif verb == "find" and rest:
        find_pages(order, rest)
    elif said in {"look", "look model"}:
        order.tx.enqueue(Job.READ_JOURNAL, order.message.id)
        order.answer(_say(order, "looking"))
    elif verb == "wrong" and rest:
        mark_wrong(order, rest)
    elif is_in_safety_talk(order.tx, order.student.id, now=order.now):
        order.answer(_say(order, "after_safety"))
    else:
        begin_page(order, said)


def _do(order: Order, code: str, verb: str) -> None:
    entry = order.tx.care.entries.find(order.student.id, code)
    if entry is None or entry.kind is not EntryKind.JOURNAL:
        order.answer(_say(order, "gone"), Choice(_say(order, "list_button"), "/journal list"))
    elif verb in {"done", "later"} and not entry.can_go_on:
        order.answer(_say(order, "closed_before"), _reading(order, entry))
    elif verb == "go" and is_in_safety_talk(order.tx, order.student.id, now=order.now):
        order.answer(_say(order, "after_safety"))
    else:
        deeds = {
            "done": close_page,
            "later": put_page_off,
            "go": open_again,
            "read": read_page,
            "erase": ask_erase,
            "erase yes": erase_page,
        }
        deeds[verb](order, entry)


def _reading(order: Order, entry: Entry) -> Choice:
    return Choice(_say(order, "see_button"), f"/journal {entry.code} read")


def _say(order: Order, key: str) -> str:
    return say(f"journal.{key}", order.language)
