"""What an event calls for: who it is, which command or button, which answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from bot.staff import casework, closing, duty, handing, noting, relaying
from bot.staff.acts import Act, Say, Toast
from bot.staff.events import Event
from bot.staff.linking import link
from bot.staff.tags import tag_of
from bot.staff.turn import Turn
from bot.staff.words import say
from companion.errors import StoreUnavailable
from companion.flows.services import Services
from companion.staff.people import ChannelKind, Right

Handler = Callable[[Turn], list[Act]]

_COMMAND = re.compile(r"^/(\w{1,32})(?:@\w+)?(?:\s+(.*))?$", re.DOTALL | re.ASCII)


def _help(turn: Turn) -> list[Act]:
    return turn.answer(turn.say("help"))


_CASES: dict[str, Handler] = {
    "claim": casework.claim_case,
    "called": casework.called,
    "case": casework.show_case,
    "cases": casework.my_cases,
    "relay": relaying.open_here,
    "back": relaying.hand_back,
    "replies": relaying.saved,
    "note": noting.ask_note,
    "hand": handing.ask_whom,
    "close": closing.ask_outcome,
    "false": closing.ask_why,
    "on": duty.on_duty,
    "off": duty.off_duty,
}
COMMANDS: dict[str, Handler] = {**_CASES, "who": duty.who, "help": _help, "start": _help}
BUTTONS: dict[str, Handler] = {
    **_CASES,
    "closeas": closing.close_as,
    "why": closing.close_false,
    "handto": handing.ask_reason,
    "sign": noting.sign,
    "saved": relaying.show_saved,
    "send": relaying.send_saved,
}
#: What a quoted question was about.
_ANSWERS: dict[str, Handler] = {"note": noting.keep, "hand": handing.hand}
#: What may be said before everybody; the rest is for private chats.
_IN_GROUP = {"claim", "on", "off", "who", "help", "start"}
#: What also those may ask who take no cases.
_FOR_ALL = {"who", "help", "start"}


def respond(event: Event, *, services: Services, group: str | None, known: set[str]) -> list[Act]:
    """Return what is done about an event; strangers, and other groups, get nothing at all.

    `known` keeps who was found to be staff, so that they hear it when the database is away.
    Raises StoreUnavailable for what somebody wrote whom nobody can tell from a stranger then.
    """
    if event.is_group and event.chat_id != group:
        return []
    try:
        return _respond(event, services, known)
    except StoreUnavailable:
        text = _away(services)
        if event.callback_id is not None:
            # Only the bot's own messages carry buttons, and only staff ever got one.
            return [Toast(callback_id=event.callback_id, text=text, alert=True)]
        if event.user_id not in known:
            raise
        return [Say(chat_id=event.chat_id, text=text, quotes=event.message_id)]


def _respond(event: Event, services: Services, known: set[str]) -> list[Act]:
    with services.store.reading() as tx:
        staff = tx.members.by_address(ChannelKind.TELEGRAM, event.user_id)
    (known.discard if staff is None else known.add)(event.user_id)
    command, rest = _command(event)
    if command == "link" and not event.is_group:
        return link(event, known=staff, code=rest, services=services)
    if staff is None or (event.is_edit and event.is_group):
        return []
    turn = Turn(event=event, staff=staff, services=services)
    if event.pressed is not None:
        verb, *words = event.pressed.split(":")
        return _carry_out(BUTTONS, verb, replace(turn, words=tuple(words)))
    if command and not event.is_edit:
        return _carry_out(COMMANDS, command, replace(turn, words=tuple(rest.split())))
    return [] if event.is_group else _plain(turn)


def _carry_out(known: dict[str, Handler], verb: str, turn: Turn) -> list[Act]:
    handler = known.get(verb)
    if handler is None:
        return [] if turn.event.is_group else turn.tell("unknown")
    if verb not in _FOR_ALL and not turn.staff.may(Right.CASES):
        return turn.tell("not_your_role")
    if turn.event.is_group and verb not in _IN_GROUP:
        return turn.tell("in_private")
    return handler(turn)


def _plain(turn: Turn) -> list[Act]:
    """Answer a text in a private chat: to a question of the bot, else to the student."""
    if not turn.staff.may(Right.CASES):
        return turn.tell("not_your_role")
    verb, *words = tag_of(turn.event.of_bot) or ("",)
    if verb in _ANSWERS and not turn.event.is_edit:
        return _ANSWERS[verb](replace(turn, words=tuple(words)))
    return relaying.say_on(turn)


def _command(event: Event) -> tuple[str, str]:
    found = _COMMAND.match(event.text.strip())
    return (found[1].lower(), (found[2] or "").strip()) if found else ("", "")


def _away(services: Services) -> str:
    language, line = services.campus.language, services.campus.duty_line
    text = say("no_database", language)
    if line is not None:
        text += "\n" + say("duty_line", language, name=line.name[language], phone=line.phone)
    return text
