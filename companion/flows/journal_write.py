"""Writing a page of the journal: several messages make one page, and nobody answers in between."""

from __future__ import annotations

from typing import Final

from companion.care.entries import Entry, EntryKind, EntryState
from companion.care.journal import Page, Written, ends_page, puts_off
from companion.dialogue.commands import Command, CommandName
from companion.flows.order import Order
from companion.language import Language
from companion.messages import Choice, InboundKind
from companion.people.student import Purpose
from companion.texts import say
from companion.turns import Role, Turn

#: Texts of a page that give its next one its context.
_CONTEXT: Final = 12
_KEPT: Final = (EntryState.RUNNING, EntryState.LATER, EntryState.DONE)


def begin_page(order: Order, text: str = "") -> None:
    """Open an empty page, or one that begins with a text; a page that is open goes on."""
    entries = order.tx.care.entries
    running = entries.running(order.student.id)
    if running is not None and running.kind is EntryKind.JOURNAL:
        _add(order, running, text) if text else _ask(order, running, "open")
        return
    is_first = not entries.latest(order.student.id, EntryKind.JOURNAL, states=_KEPT, limit=1)
    page = Page().add(Written(message_id=order.message.id, text=text)) if text else Page()
    entry = entries.begin(
        order.student.id, EntryKind.JOURNAL, page.to_json(), at=order.now, now=order.now
    )
    _ask(order, entry, "first_time" if is_first else "noted" if text else "begin")


def page_command(entry: Entry | None, text: str) -> Command | None:
    """Return what a text means that ends an open page, or lets it wait; None for its words."""
    if entry is None or entry.kind is not EntryKind.JOURNAL:
        return None
    verb = "done" if ends_page(text) else "later" if puts_off(text) else None
    return Command(CommandName.JOURNAL, f"{entry.code} {verb}") if verb else None


def page_so_far(entry: Entry | None) -> list[Turn]:
    """Return the texts of an open page as turns: the context in which its next one is screened."""
    if entry is None or entry.kind is not EntryKind.JOURNAL:
        return []
    return [Turn(Role.USER, one.text) for one in Page.from_json(entry.body).texts[-_CONTEXT:]]


def takes_words(entry: Entry, text: str, language: Language) -> bool:
    """Whether a text belongs to the open page: every text does."""
    del language
    return entry.kind is EntryKind.JOURNAL and bool(text.strip())


def write(order: Order, entry: Entry) -> None:
    """Take a text into the open page."""
    _add(order, entry, order.message.text)


def keep_alarming(order: Order, entry: Entry) -> None:
    """Keep a text that started the safety dialogue, and let the page wait."""
    written = Written(message_id=order.message.id, text=order.message.text, alarming=True)
    body = Page.from_json(entry.body).add(written).to_json()
    order.tx.care.entries.put(entry, body=body, state=EntryState.LATER, now=order.now)


def open_again(order: Order, entry: Entry) -> None:
    """Let a page be written on."""
    if order.tx.care.entries.put(entry, state=EntryState.RUNNING, now=order.now):
        _ask(order, entry, "go_on")


def put_page_off(order: Order, entry: Entry) -> None:
    """Let a page wait; an empty one is gone."""
    if not Page.from_json(entry.body).texts:
        order.tx.care.entries.drop(order.student.id, entry.id)
        order.answer(_say(order, "empty"))
    elif order.tx.care.entries.put(entry, state=EntryState.LATER, now=order.now):
        order.answer(
            _say(order, "put_off"), Choice(_say(order, "go_on_button"), _value(entry, "go"))
        )


def close_page(order: Order, entry: Entry) -> None:
    """Finish a page; an empty one is gone."""
    page = Page.from_json(entry.body)
    if not page.texts:
        order.tx.care.entries.drop(order.student.id, entry.id)
        order.answer(_say(order, "empty"))
    elif order.tx.care.entries.put(entry, state=EntryState.DONE, now=order.now):
        order.answer(
            _say(order, "closed", count=sum(not sign.isspace() for sign in page.text)),
            Choice(_say(order, "list_button"), "/journal list"),
            Choice(_say(order, "look_button"), "/journal look"),
        )


def _add(order: Order, entry: Entry, text: str) -> None:
    page = Page.from_json(entry.body)
    written = Written(message_id=order.message.id, text=text.strip())
    is_edit = order.message.kind is InboundKind.EDIT
    after = page.change(written) if is_edit else page.add(written)
    if not order.tx.care.entries.put(
        entry, body=after.to_json(), state=EntryState.RUNNING, now=order.now
    ):
        return
    if not page.texts:  # Said once: from here on nobody interrupts.
        _ask(order, entry, "noted")
    elif order.account.platform.is_mailbox:  # A page keeps buttons under the last line only.
        _ask(order, entry, "noted_again")


def _ask(order: Order, entry: Entry, key: str) -> None:
    text = _say(order, key)
    if key in {"first_time", "begin"} and not order.student.allows(Purpose.STORAGE):
        text = f"{text.strip()}\n\n{_say(order, 'unstored')}"
    done = Choice(_say(order, "done_button"), _value(entry, "done"))
    later = Choice(_say(order, "later_button"), _value(entry, "later"))
    older = Choice(_say(order, "list_button"), "/journal list")
    order.answer(text, done, later, *([older] if key == "begin" else []))


def _value(entry: Entry, verb: str) -> str:
    return f"/journal {entry.code} {verb}"


def _say(order: Order, key: str, **fields: object) -> str:
    return say(f"journal.{key}", order.language, **fields)
