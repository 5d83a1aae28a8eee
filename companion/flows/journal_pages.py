"""The pages of a journal in their writer's hands: listed, read, searched, erased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from companion.care.entries import Entry, EntryKind, EntryState
from companion.care.journal import Page
from companion.flows.order import Order
from companion.messages import Choice
from companion.store import Reading, Transaction
from companion.texts import say

#: Pages that are listed at a time.
_AT_ONCE: Final = 5
KEPT: Final = (EntryState.RUNNING, EntryState.LATER, EntryState.DONE)


def pages_of(tx: Reading, student_id: UUID) -> list[tuple[Entry, Page]]:
    """Return every page that has words, newest first."""
    found = tx.care.entries.latest(student_id, EntryKind.JOURNAL, name="", states=KEPT)
    pages = [(entry, Page.from_json(entry.body)) for entry in found]
    return [(entry, page) for entry, page in pages if page.texts]


def private_lines(tx: Reading, student_id: UUID) -> frozenset[UUID]:
    """Return the lines of a talk that are pages of the journal, or quote them."""
    return frozenset(line for _, page in pages_of(tx, student_id) for line in page.private_lines)


def list_pages(order: Order, *, skip: int = 0) -> None:
    """List pages by how they begin, the newest first."""
    found = pages_of(order.tx, order.student.id)
    shown = found[skip : skip + _AT_ONCE]
    more = [Choice(_say(order, "older"), f"/journal list {skip + _AT_ONCE}")]
    _show(order, shown, _say(order, "pages"), more if len(found) > skip + _AT_ONCE else [])


def find_pages(order: Order, words: str) -> None:
    """List the pages in which every word stands."""
    wanted = words.split()
    found = [one for one in pages_of(order.tx, order.student.id) if one[1].has(wanted)]
    _show(order, found[: 2 * _AT_ONCE], _say(order, "found", count=len(found)), [])


def read_page(order: Order, entry: Entry) -> None:
    """Show a whole page."""
    page = Page.from_json(entry.body)
    text = _say(order, "page", at=_at(order, entry), text=page.text)
    order.answer(
        text,
        Choice(_say(order, "go_on_button"), f"/journal {entry.code} go"),
        Choice(_say(order, "erase_button"), f"/journal {entry.code} erase"),
        Choice(_say(order, "list_button"), "/journal list"),
    )
    _note(order, [entry])


def ask_erase(order: Order, entry: Entry) -> None:
    """Ask once before a page goes."""
    order.answer(
        _say(order, "erase_ask", at=_at(order, entry)),
        Choice(_say(order, "erase_yes"), f"/journal {entry.code} erase yes"),
        Choice(_say(order, "erase_no"), f"/journal {entry.code} read"),
    )


def erase_page(order: Order, entry: Entry) -> None:
    """Erase a page with every line of the talk that holds its words."""
    tx, student_id = order.tx, order.student.id
    lines = Page.from_json(entry.body).lines
    tx.care.entries.drop(student_id, entry.id)
    tx.inbound.drop(student_id, lines)
    tx.outbound.drop(student_id, lines)
    is_mailbox = order.account.platform.is_mailbox
    order.answer(_say(order, "erased_page" if is_mailbox else "erased_chat"))


def note_shown(tx: Transaction, line: UUID, entries: Sequence[Entry], *, now: datetime) -> None:
    """Remember that a line of ours quotes these pages: it goes when they go."""
    for entry in entries:
        body = Page.from_json(entry.body).noted(line).to_json()
        tx.care.entries.put(entry, body=body, now=now)


def _note(order: Order, entries: Sequence[Entry]) -> None:
    line = order.tx.outbound.find(order.student.id, f"command:{order.message.id}")
    if line is not None:
        note_shown(order.tx, line.id, entries, now=order.now)


def _show(
    order: Order, found: Sequence[tuple[Entry, Page]], head: str, more: Sequence[Choice]
) -> None:
    if not found:
        order.answer(_say(order, "no_pages"), Choice(_say(order, "write_button"), "/journal"))
        return
    lines = [
        _say(order, "entry", number=number, at=_at(order, entry), text=page.preview())
        for number, (entry, page) in enumerate(found, start=1)
    ]
    choices = [
        Choice(_say(order, "read_button", number=number), f"/journal {entry.code} read")
        for number, (entry, _) in enumerate(found, start=1)
    ]
    order.answer("\n".join([head, "", *lines]), *choices, *more)
    _note(order, [entry for entry, _ in found])


def _at(order: Order, entry: Entry) -> str:
    return f"{entry.at.astimezone(order.campus.timezone):%Y-%m-%d %H:%M}"


def _say(order: Order, key: str, **fields: object) -> str:
    return say(f"journal.{key}", order.language, **fields)
