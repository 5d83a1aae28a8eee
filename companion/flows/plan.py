"""The safety plan in the student's own hands: see, write, change, share, erase."""

from __future__ import annotations

from dataclasses import replace

from companion.flows.order import Order
from companion.flows.stay import running
from companion.messages import Choice
from companion.risk import Kind, Level, Verdict
from companion.safety.dialogue.branches import Branch
from companion.safety.dialogue.machine import open_dialogue
from companion.safety.dialogue.speech import Scene, buttons, question
from companion.safety.dialogue.state import State
from companion.safety.dialogue.steps import branches, steps
from companion.safety.dialogue.words import DialogueWords, dialogue_words
from companion.safety.numbers import Numbers, numbers_for
from companion.safety.plan import PARTS, SafetyPlan, plan_text
from companion.safety.wordings import wordings


def manage_plan(order: Order) -> None:
    """Carry out /plan: show it, or `write`, `edit [part]`, `share`, `unshare`, `delete`."""
    verb, _, part = order.argument.partition(" ")
    plan = order.tx.safety.plans.get(order.student.id) or SafetyPlan()
    match verb:
        case "write":
            _ask(order, _to_write(order))
        case "edit" if part in PARTS:
            _rewrite(order, plan, part)
        case "edit":
            _choose(order)
        case "share" | "unshare":
            _share(order, shared=verb == "share")
        case "delete":
            _delete(order, part)
        case _:
            _show(order, plan)


def _show(order: Order, plan: SafetyPlan) -> None:
    words = dialogue_words(order.language)
    if plan.is_empty:
        order.answer(words.one("page", "none"), Choice(words.button("write"), "/plan write"))
        return
    share = "unshare" if plan.shared else "share"
    order.answer(
        plan_text(plan, numbers=_numbers(order), language=order.language),
        Choice(words.button("edit"), "/plan edit"),
        Choice(words.button(share), f"/plan {share}"),
        Choice(words.button("delete"), "/plan delete"),
    )


def _choose(order: Order) -> None:
    words = dialogue_words(order.language)
    parts = (Choice(words.one("page", part), f"/plan edit {part}") for part in PARTS)
    order.answer(words.one("page", "edit_ask"), *parts)


def _rewrite(order: Order, plan: SafetyPlan, part: str) -> None:
    """Empty one part and ask for it anew; what waited to be asked waits no longer."""
    if plan.lines.get(part):
        order.tx.safety.plans.put(order.student.id, plan.without(part), now=order.now)
    step = f"part_{part}"
    state = running(order.tx, order.student.id, now=order.now)
    if state is None or state.branch is Branch.PLAN:
        others = branches()[Branch.PLAN]
        state = replace(_new(order), asked=others)
    asked = tuple(name for name in state.asked if name != step)
    _ask(order, replace(state, asked=(*asked, step), pending=step, updated_at=order.now))


def _to_write(order: Order) -> State:
    """Return the talk that asks for every part, from the first."""
    state = running(order.tx, order.student.id, now=order.now)
    if state is None or state.branch is Branch.PLAN:
        state = _new(order)
    first = f"part_{PARTS[0]}"
    answers = {**state.answers, "write": "yes"}
    asked = tuple(name for name in state.asked if not name.startswith("part_"))
    kept = {name: code for name, code in answers.items() if not name.startswith("part_")}
    return replace(
        state,
        branch=Branch.PLAN,
        asked=(*asked, "write", first),
        pending=first,
        answers=kept,
        updated_at=order.now,
    )


def _new(order: Order) -> State:
    before = order.tx.safety.talks.latest(order.student.id)
    return open_dialogue(
        Verdict(level=Level.NONE),
        now=order.now,
        branch=Branch.PLAN,
        round=before.round + 1 if before else 0,
    )


def _ask(order: Order, state: State) -> None:
    order.tx.safety.talks.put(order.student.id, state)
    scene = Scene(language=order.language, numbers=_numbers(order))
    step = steps()[state.pending or ""]
    order.answer(question(state, step, scene), *buttons(step, scene))


def _share(order: Order, *, shared: bool) -> None:
    words = _words(order)
    found = order.tx.safety.plans.share(order.student.id, shared=shared, now=order.now)
    key = "shared_now" if shared else "unshared_now"
    order.answer(words.one("page", key if found else "none"))


def _delete(order: Order, answer: str) -> None:
    words = _words(order)
    if answer == "confirm":
        order.tx.safety.plans.drop(order.student.id)
        order.answer(words.one("page", "deleted"))
    elif answer == "cancel":
        order.answer(words.one("page", "untouched"))
    else:
        order.answer(
            words.one("page", "delete_ask"),
            Choice(words.button("delete_yes"), "/plan delete confirm"),
            Choice(words.button("delete_no"), "/plan delete cancel"),
        )


def _words(order: Order) -> DialogueWords:
    return dialogue_words(order.language)


def _numbers(order: Order) -> Numbers:
    return numbers_for(
        order.campus,
        language=order.language,
        now=order.now,
        words=wordings(order.language),
        kind=Kind.SUICIDE,
    )
