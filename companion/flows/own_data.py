"""What is kept about a student, in the student's own hands: see, correct, take, delete."""

from __future__ import annotations

import re
import secrets
from typing import Final

from companion.flows.erased import tell_erased
from companion.flows.export_care import kept_line
from companion.flows.first_questions import consent_switches
from companion.flows.order import Order
from companion.flows.told import add_words, is_words, show_told
from companion.messages import Choice, OutboundKind
from companion.people.student import Purpose
from companion.texts import say

_LONGEST_FACT: Final = 300  # characters
_CORRECTION: Final = re.compile(r"(\d{1,2})\s*条?\s*[:：]?\s*(\S.*)", re.DOTALL)


def show_privacy(order: Order) -> None:
    """Say what is kept and who can see it, with a button for each choice.

    `told`: what staff were told and who has read what; `add …`: the student's own words to it.
    """
    if order.argument == "told":
        show_told(order)
        return
    if is_words(order.command):
        add_words(order)
        return
    student, language = order.student, order.language
    lines = [
        order.say(
            "privacy_line",
            purpose=order.say(f"privacy_{purpose}"),
            answer=say("onboarding.yes" if student.allows(purpose) else "onboarding.no", language),
        )
        for purpose in Purpose
    ]
    text = order.say(
        "privacy",
        minimum=order.campus.minimum_age,
        retention=order.campus.retention_days,
        unstored="" if student.allows(Purpose.STORAGE) else order.say("privacy_unstored"),
        kept=kept_line(order),
        choices="\n".join(lines),
    )
    told = Choice(say("told.button", language), "/privacy told")
    order.answer(text, *consent_switches(order, student), told)


def export(order: Order) -> None:
    """Hand over everything that is kept: a file, or on a page the button that fetches it."""
    if order.account.platform.is_mailbox:
        button = Choice(order.say("export_button"), "", url="/chat/export")
        order.answer(order.say("export_web"), button)
    else:
        order.answer(order.say("export_here"), kind=OutboundKind.EXPORT)


def delete(order: Order) -> None:
    """Ask once, then destroy everything, with a receipt."""
    match order.argument:
        case "confirm":
            _erase(order)
        case "cancel":
            order.answer(order.say("delete_kept"))
        case _:
            order.answer(
                order.say("delete_ask"),
                Choice(order.say("delete_yes"), "/delete confirm"),
                Choice(order.say("delete_no"), "/delete cancel"),
            )


def _erase(order: Order) -> None:
    tell_erased(order)
    code = secrets.token_hex(6).upper()
    counts = order.tx.students.erase(
        order.student.id, code=code, campus=order.campus, now=order.now
    )
    local = order.now.astimezone(order.campus.timezone)
    order.answer(
        order.say(
            "deleted",
            messages=counts["inbound"] + counts["outbound"],
            facts=counts["facts"],
            code=code,
            at=f"{local:%Y-%m-%d %H:%M}",
        )
    )
    order.tx.ring(order.student.id, "session")


def memory(order: Order) -> None:
    """Show what is remembered; keep or forget one thing, or all."""
    verb, _, rest = order.argument.partition(" ")
    student = order.student
    if not student.allows(Purpose.MEMORY):
        name = order.say("privacy_memory")
        turn_on = Choice(order.say("privacy_turn_on", purpose=name), "/consent memory yes")
        order.answer(order.say("memory_off"), turn_on)
    elif verb == "keep" and rest:
        order.tx.talk.add_fact(student.id, rest[:_LONGEST_FACT], now=order.now)
        order.answer(order.say("memory_kept"))
    elif verb == "change" and rest:
        _correct(order, rest)
    elif verb == "forget" and rest:
        _forget(order, rest)
    else:
        _list_memory(order)


def _correct(order: Order, rest: str) -> None:
    """Put the student's own words in the place of what was remembered wrongly."""
    facts = order.tx.talk.facts(order.student.id)
    told = _CORRECTION.match(rest)
    if told is None or not 0 < int(told[1]) <= len(facts):
        order.answer(order.say("memory_how_to_correct"))
        return
    order.tx.talk.drop_fact(order.student.id, facts[int(told[1]) - 1].id)
    order.tx.talk.add_fact(order.student.id, told[2][:_LONGEST_FACT], now=order.now)
    order.answer(order.say("memory_corrected"))


def _forget(order: Order, which: str) -> None:
    student = order.student
    if which == "all":
        order.tx.talk.forget(student.id)
    elif which == "summary":
        order.tx.students.set_summary(student.id, "", up_to=student.summary_seq + 1)
    else:
        facts = [fact for fact in order.tx.talk.facts(order.student.id) if str(fact.id) == which]
        for fact in facts:
            order.tx.talk.drop_fact(order.student.id, fact.id)
    order.answer(order.say("memory_forgotten"))


def _list_memory(order: Order) -> None:
    facts = order.tx.talk.facts(order.student.id)
    summary = order.tx.students.summary(order.student.id)
    if not facts and not summary:
        order.answer(order.say("memory_none"))
        return
    listed = "\n".join(f"{number}. {fact.text}" for number, fact in enumerate(facts, start=1))
    gist = order.say("memory_summary", summary=summary) if summary else ""
    choices = [
        Choice(order.say("memory_forget_one", number=number), f"/memory forget {fact.id}")
        for number, fact in enumerate(facts, start=1)
    ]
    if summary:
        choices.append(Choice(order.say("memory_forget_summary"), "/memory forget summary"))
    forget_all = Choice(order.say("memory_forget_all"), "/memory forget all")
    order.answer(order.say("memory_list", facts=listed, summary=gist), *choices, forget_all)
