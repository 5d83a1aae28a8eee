"""A case as its card in a private chat: no words of the student, and what can be done now."""

from __future__ import annotations

from bot.staff.turn import Turn
from companion.flows.page_text import desk_link
from companion.messages import Choice
from companion.staff.cases import Case, CaseState
from companion.store.relays import Relay
from companion.texts import say as say_shared


def case_card(turn: Turn, case: Case) -> tuple[str, tuple[Choice, ...]]:
    """Return text and buttons; who may press what is decided when it is pressed."""
    with turn.services.store.reading() as tx:
        relay = tx.relays.open_of(case.student_id)
        holder = tx.members.get(case.owner_id).name if case.owner_id else ""
        said = [line for line in tx.relays.lines(relay.id) if not line.is_students] if relay else []
    kinds = [say_shared(f"page.kind_{kind}", turn.language) for kind in case.kinds]
    lines = [
        turn.say(
            "card.first",
            case=case.number,
            level=say_shared(f"page.level_{case.level.label}", turn.language),
        ),
        say_shared("page.and", turn.language).join(kinds),
        turn.say("card.drill") if case.is_drill else "",
        turn.say("card.asked") if case.asked_for else "",
        "" if case.may_page else turn.say("card.objected"),
        turn.say(f"card.{case.state.value}", name=holder, at=_at(turn, case)),
        turn.say("card.relay") if relay else "",
        turn.say("card.last", state=turn.say(f"delivery.{said[-1].state}")) if said else "",
        desk_link(case.number, services=turn.services) or "",
    ]
    return "\n".join(line for line in lines if line), _buttons(turn, case, relay)


def _at(turn: Turn, case: Case) -> str:
    since = {
        CaseState.CLAIMED: case.claimed_at,
        CaseState.IN_CONTACT: case.contact_at,
        CaseState.CLOSED: case.closed_at,
    }.get(case.state)
    return f"{turn.local(since or case.raised_at):%m-%d %H:%M}"


def _buttons(turn: Turn, case: Case, relay: Relay | None) -> tuple[Choice, ...]:
    if not case.is_open:
        return ()
    if case.owner_id is None:
        return (button(turn, "claim", case),)
    names = ["called", "back" if relay else "relay", "note", "hand", "close", "false"]
    if case.state is not CaseState.CLAIMED:
        names.remove("called")
    return tuple(button(turn, name, case) for name in names)


def button(turn: Turn, name: str, case: Case, *words: str) -> Choice:
    """Return a button that does something to a case."""
    return Choice(turn.say(f"button.{name}"), ":".join((name, str(case.number), *words)))
