"""The relay in a private chat: opened, written in, handed back; saved replies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.staff.acts import Act
from bot.staff.menu import button
from bot.staff.turn import Turn
from companion.errors import BadInput
from companion.flows.relay import LONGEST_LINE, close_relay, open_relay, say_to_student
from companion.messages import Choice
from companion.staff.cases import Case
from companion.staff.people import ChannelKind
from companion.store.relays import Relay, Through, chat_key
from companion.texts import say as say_shared

#: Characters of a quoted line that go back to the student, and of a saved reply on its button.
_QUOTE: Final = 60
_LABEL: Final = 40


@dataclass(frozen=True, slots=True)
class _Held:
    """A relay that somebody holds, with its case."""

    relay: Relay
    case: Case


def open_here(turn: Turn) -> list[Act]:
    """Open the relay of one's own case in this chat, or move it here."""
    case = turn.case()
    if case is None:
        return turn.tell("which_case")
    if turn.event.is_group:
        return turn.tell("in_private")
    opened = open_relay(case.id, staff=turn.staff, through=Through.TELEGRAM, services=turn.services)
    if not opened:
        return turn.tell("relay_not_opened", case=case.number)
    key = "relay_opened" if turn.services.campus.relay_in_telegram else "relay_opened_desk"
    return turn.answer(turn.say(key, case=case.number), button(turn, "back", case))


def hand_back(turn: Turn) -> list[Act]:
    """Hand the talk back to the companion; the student is told."""
    case = turn.case() if turn.words else _only(turn)
    if case is None:
        return turn.tell("which_relay")
    if not close_relay(case.id, staff=turn.staff, services=turn.services):
        return turn.tell("no_relay")
    return turn.tell("relay_closed", case=case.number)


def say_on(turn: Turn) -> list[Act]:
    """Send what was written in the private chat to the student."""
    held = _held(turn)
    here = [one for one in held if one.relay.through is Through.TELEGRAM]
    one = _meant(turn, here)
    if one is None:
        if here:
            return turn.tell("which_relay")
        moves = [button(turn, "relay", one.case) for one in held]
        return turn.answer(turn.say("relay_at_desk" if held else "no_relay"), *moves)
    if turn.event.is_edit:
        return turn.tell("edit_stays")
    if not turn.event.text:
        return turn.tell("only_text")
    return _send(turn, one, _with_quote(turn))


def saved(turn: Turn) -> list[Act]:
    """List the saved replies; a button shows one whole."""
    with turn.services.store.reading() as tx:
        lines = tx.saved_replies.seen_by(turn.staff.id)
    if not lines:
        return turn.answer(turn.say("no_replies"))
    buttons = [Choice(_short(line.text, _LABEL), f"saved:{line.id}") for line in lines]
    return turn.answer(turn.say("replies"), *buttons)


def show_saved(turn: Turn) -> list[Act]:
    """Show a saved reply whole: it is read over before it goes."""
    with turn.services.store.reading() as tx:
        lines = {str(line.id): line.text for line in tx.saved_replies.seen_by(turn.staff.id)}
    text = lines.get(turn.words[0]) if turn.words else None
    if text is None:
        return turn.tell("no_replies")
    return turn.answer(text, Choice(turn.say("button.send"), f"send:{turn.words[0]}"))


def send_saved(turn: Turn) -> list[Act]:
    """Send a saved reply to the student of the only relay that is open here."""
    with turn.services.store.reading() as tx:
        lines = {str(line.id): line.text for line in tx.saved_replies.seen_by(turn.staff.id)}
    text = lines.get(turn.words[0]) if turn.words else None
    here = [one for one in _held(turn) if one.relay.through is Through.TELEGRAM]
    if text is None:
        return turn.tell("no_replies")
    if len(here) != 1:
        return turn.tell("which_relay" if here else "no_relay")
    acts = _send(turn, here[0], text)
    return acts or [turn.toast(turn.say("sent")), turn.edit(text)]


def _send(turn: Turn, one: _Held, text: str) -> list[Act]:
    """Send; nothing is said when it was taken: a mark at the message tells what became of it."""
    try:
        sent = say_to_student(
            one.case.id,
            text,
            staff=turn.staff,
            services=turn.services,
            once=_place(turn),
        )
    except BadInput:
        return turn.tell("too_long", limit=LONGEST_LINE)
    return turn.tell("no_relay") if sent is None else []


def _place(turn: Turn) -> str | None:
    """Name the message by where it stands: what became of it is shown there."""
    with turn.services.store.reading() as tx:
        ways = tx.members.channels(turn.staff.id)
    here = [
        way.id
        for way in ways
        if way.kind is ChannelKind.TELEGRAM and way.address == turn.event.chat_id
    ]
    return chat_key(here[0], turn.event.message_id) if here else None


def _held(turn: Turn) -> list[_Held]:
    with turn.services.store.reading() as tx:
        return [
            _Held(relay, tx.cases.get(relay.case_id)) for relay in tx.relays.of_staff(turn.staff.id)
        ]


def _only(turn: Turn) -> Case | None:
    held = _held(turn)
    meant = _meant(turn, held)
    return None if meant is None else meant.case


def _meant(turn: Turn, held: list[_Held]) -> _Held | None:
    """Return the relay whose line is quoted, else the only one."""
    quoted = [one for one in held if turn.event.of_bot.startswith(_head(turn, one.case))]
    if quoted:
        return quoted[0]
    return held[0] if len(held) == 1 else None


def _head(turn: Turn, case: Case) -> str:
    return say_shared("relay.page_subject", turn.staff.language, case=case.number) + "\n"


def _with_quote(turn: Turn) -> str:
    """Put the student's own line, which is quoted, above the answer to it."""
    for one in _held(turn):
        head = _head(turn, one.case)
        if turn.event.of_bot.startswith(head):
            line = _short(turn.event.of_bot.removeprefix(head), _QUOTE)
            return f"{turn.say('quote', line=line)}\n{turn.event.text}"
    return turn.event.text


def _short(text: str, limit: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
