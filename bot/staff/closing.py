"""Closing a case: with an outcome, or as a false alarm with the reason why it was none."""

from __future__ import annotations

from bot.staff.acts import Act
from bot.staff.turn import Turn
from companion.flows.case_work import close
from companion.messages import Choice
from companion.staff.cases import FalseAlarm, Outcome

#: What a person chooses from; the others come about in their own ways.
_OUTCOMES = (
    Outcome.SAFE_WITH_PLAN,
    Outcome.APPOINTMENT,
    Outcome.REFERRED_HOSPITAL,
    Outcome.EMERGENCY_CALLED,
    Outcome.CONTACT_TOLD,
    Outcome.UNREACHED,
    Outcome.DUPLICATE,
)


def ask_outcome(turn: Turn) -> list[Act]:
    """Ask how a case ended; a drill only ends as a test."""
    case = turn.case()
    if case is None:
        return turn.tell("which_case")
    outcomes = (Outcome.TEST,) if case.is_drill else _OUTCOMES
    buttons = [
        Choice(turn.say(f"outcome.{one.value}"), f"closeas:{case.number}:{one.value}")
        for one in outcomes
    ]
    return turn.answer(turn.say("ask_outcome", case=case.number), *buttons)


def ask_why(turn: Turn) -> list[Act]:
    """Ask why an alarm was none."""
    case = turn.case()
    if case is None:
        return turn.tell("which_case")
    if case.is_drill:
        return ask_outcome(turn)
    buttons = [
        Choice(turn.say(f"why.{one.value}"), f"why:{case.number}:{one.value}") for one in FalseAlarm
    ]
    return turn.answer(turn.say("ask_why", case=case.number), *buttons)


def close_as(turn: Turn) -> list[Act]:
    """Close a case with the outcome that was pressed."""
    known = {one.value: one for one in (*_OUTCOMES, Outcome.TEST)}
    outcome = known.get(turn.words[1]) if len(turn.words) > 1 else None
    return _close(turn, outcome, None)


def close_false(turn: Turn) -> list[Act]:
    """Close a case as a false alarm, for the reason that was pressed."""
    known = {one.value: one for one in FalseAlarm}
    why = known.get(turn.words[1]) if len(turn.words) > 1 else None
    return _close(turn, None if why is None else Outcome.FALSE_ALARM, why)


def _close(turn: Turn, outcome: Outcome | None, why: FalseAlarm | None) -> list[Act]:
    case = turn.case()
    if case is None or outcome is None:
        return turn.tell("no_case")
    if not case.is_open:
        return turn.tell("closed", case=case.number)
    if not close(case.id, staff=turn.staff, outcome=outcome, why=why, services=turn.services):
        return turn.tell("not_yours", case=case.number)
    ended = turn.say(f"outcome.{outcome.value}")
    text = turn.say("closed_as", case=case.number, outcome=ended)
    if why is not None:
        text = f"{text}\n{turn.say('why_line', why=turn.say(f'why.{why.value}'))}"
    return [turn.toast(), turn.edit(text)] if turn.event.callback_id else turn.answer(text)
