"""Handing a case on: to whom, then why."""

from __future__ import annotations

from bot.staff.acts import Act
from bot.staff.tags import tag
from bot.staff.turn import Turn
from companion.errors import BadInput
from companion.flows.case_work import hand_on
from companion.messages import Choice
from companion.staff.people import Right, Staff

#: Stands for the queue where a login would stand; no login has a bar only.
QUEUE = "-"


def ask_whom(turn: Turn) -> list[Act]:
    """Ask whom a case is handed to."""
    case = turn.case()
    if case is None:
        return turn.tell("which_case")
    others = [one for one in _colleagues(turn) if one.id != case.owner_id]
    buttons = [Choice(one.name, f"handto:{case.number}:{one.id}") for one in others]
    queue = Choice(turn.say("button.queue"), f"handto:{case.number}:{QUEUE}")
    return turn.answer(turn.say("ask_whom", case=case.number), *buttons, queue)


def ask_reason(turn: Turn) -> list[Act]:
    """Ask why, once it is known to whom."""
    case, to = turn.case(), turn.words[1] if len(turn.words) > 1 else QUEUE
    if case is None:
        return turn.tell("no_case")
    found = {str(one.id): one.name for one in _colleagues(turn)}
    if to != QUEUE and to not in found:
        return turn.tell("nobody")
    name = found.get(to, turn.say("button.queue"))
    question = turn.say("ask_reason", case=case.number, name=name)
    return turn.ask(f"{question}\n{tag('hand', str(case.number), to)}")


def hand(turn: Turn) -> list[Act]:
    """Hand a case on, for the reason that was written."""
    case, to = turn.case(), turn.words[1] if len(turn.words) > 1 else QUEUE
    found = {str(one.id): one for one in _colleagues(turn)}
    receiver = found.get(to)
    if case is None or (to != QUEUE and receiver is None):
        return turn.tell("no_case")
    try:
        done = hand_on(
            case.id,
            staff=turn.staff,
            to=None if receiver is None else receiver.id,
            reason=turn.event.text,
            services=turn.services,
        )
    except BadInput:
        return turn.tell("reason_needed")
    if not done:
        return turn.tell("not_yours", case=case.number)
    name = turn.say("button.queue") if receiver is None else receiver.name
    return turn.tell("handed", case=case.number, name=name)


def _colleagues(turn: Turn) -> list[Staff]:
    with turn.services.store.reading() as tx:
        return [one for one in tx.members.all() if one.may(Right.CASES)]
