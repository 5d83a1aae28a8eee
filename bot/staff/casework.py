"""Claim, Called, My cases: the first steps in a case."""

from __future__ import annotations

from bot.staff.acts import Act, Say
from bot.staff.menu import case_card
from bot.staff.turn import Turn
from companion.flows.case_work import Claimed, claim, contacted
from companion.messages import Choice
from companion.staff.cases import Case


def claim_case(turn: Turn) -> list[Act]:
    """Take a case; the message under which it was claimed says from now on whose it is."""
    case = turn.case()
    if case is None:
        return turn.tell("no_case")
    outcome = claim(case.id, staff=turn.staff, services=turn.services)
    if turn.event.callback_id is None:
        return _claimed_by_word(turn, case, outcome)
    acts: list[Act] = [turn.toast(_verdict(turn, case, outcome), alert=not outcome.ok)]
    if outcome.owner is not None and turn.event.is_group:
        marked = _with_owner(turn, outcome.owner.name)
        acts += [turn.edit(marked)] if marked != turn.event.of_bot else []
    if outcome.ok:
        acts.append(_card_in_private(turn, case))
    return acts


def called(turn: Turn) -> list[Act]:
    """Note the first contact."""
    case = turn.case()
    if case is None:
        return turn.tell("which_case")
    if not contacted(case.id, staff=turn.staff, services=turn.services):
        return turn.tell("not_yours", case=case.number)
    return turn.tell("called", case=case.number)


def my_cases(turn: Turn) -> list[Act]:
    """List the open cases in one's hands; a button opens each."""
    with turn.services.store.reading() as tx:
        own = tx.cases.owned_by(turn.staff.id)
    if not own:
        return turn.answer(turn.say("no_cases"))
    names = (turn.say("button.case", case=case.number) for case in own)
    buttons = [Choice(name, f"case:{case.number}") for name, case in zip(names, own, strict=True)]
    return turn.answer(turn.say("cases", count=len(own)), *buttons)


def show_case(turn: Turn) -> list[Act]:
    """Show one case as a card without words of the student."""
    case = turn.case()
    if case is None:
        return turn.tell("no_case")
    text, buttons = case_card(turn, case)
    return turn.answer(text, *buttons)


def _claimed_by_word(turn: Turn, case: Case, outcome: Claimed) -> list[Act]:
    acts = turn.answer(_verdict(turn, case, outcome))
    return [*acts, _card_in_private(turn, case)] if outcome.ok else acts


def _verdict(turn: Turn, case: Case, outcome: Claimed) -> str:
    if outcome.owner is None:
        return turn.say("closed", case=case.number)
    key = "claimed" if outcome.ok else "claimed_by"
    return turn.say(key, case=case.number, name=outcome.owner.name)


def _with_owner(turn: Turn, name: str) -> str:
    """Return the page's text with whose the case is; once, however often somebody presses."""
    mark = turn.say("group_claimed_mark")
    page = turn.event.of_bot.partition(f"\n{mark}")[0]
    return f"{page}\n{mark} {turn.say('group_claimed', name=name)}"


def _card_in_private(turn: Turn, case: Case) -> Act:
    with turn.services.store.reading() as tx:
        fresh = tx.cases.get(case.id)
    text, buttons = case_card(turn.private(), fresh)
    return Say(chat_id=turn.event.user_id, text=text, buttons=buttons)
