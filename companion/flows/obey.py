"""Commands, buttons and their plain words: answered at once, with no model in between."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from companion.campus import Campus
from companion.dialogue.commands import Command, CommandName
from companion.errors import UnknownRow
from companion.flows.sending import send
from companion.jobs import Job
from companion.language import Language
from companion.messages import Choice, Message, OutboundKind
from companion.people.onboarding import next_question
from companion.people.student import Account, AgeBand, Purpose, Student
from companion.risk import Level, Verdict
from companion.safety.card import crisis_card
from companion.store import Draft, Transaction
from companion.texts import say, wording

_LONGEST_PAUSE_DAYS = 365
_LONGEST_FACT = 300  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command with everything that carrying it out takes."""

    #: None when plain talk made it necessary to say something fixed.
    command: Command | None
    message: Message
    student: Student
    account: Account
    language: Language
    tx: Transaction
    campus: Campus
    #: Whether a page can reach any staff at all.
    has_pager: bool
    now: datetime

    @property
    def argument(self) -> str:
        """What follows the command."""
        return self.command.argument if self.command else ""

    def say(self, key: str, **fields: object) -> str:
        """Return a wording in the student's language."""
        return say(f"command.{key}", self.language, **fields)

    def answer(
        self,
        text: str,
        *choices: Choice,
        kind: OutboundKind = OutboundKind.NOTICE,
        part: str = "",
    ) -> None:
        """Send one answer; `part` tells several answers to one command apart."""
        draft = Draft(
            kind=kind,
            text=text.strip(),
            choices=choices,
            dedupe=f"command:{self.message.id}{part}",
        )
        send(self.tx, self.account, draft, now=self.now)


def obey(order: Order) -> None:
    """Carry out a command. Exit words take effect in this very transaction."""
    name = order.command.name if order.command else CommandName.UNKNOWN
    _ORDERS[name](order)


def introduce(order: Order) -> None:
    """Say what Nuanyu is, and ask what was not asked yet."""
    order.answer(say("notice.text", order.language), part=":notice")
    order.tx.students.update(order.student.id, notice_at=order.now)
    _ask_next(order, order.student)


def _start(order: Order) -> None:
    order.tx.students.update(order.student.id, stopped_at=None, paused_until=None)
    if order.student.notice_at is None or not order.student.onboarded:
        introduce(order)
    else:
        order.answer(order.say("welcome_back"))


def _ask_next(order: Order, student: Student) -> bool:
    question = next_question(student, language=order.language, minimum_age=order.campus.minimum_age)
    if question is not None:
        order.answer(question.text, *question.choices, part=":ask")
    return question is not None


def _age(order: Order) -> None:
    known = {band.value: band for band in AgeBand}
    band = known.get(order.argument)
    if band is None:
        _unknown(order)
        return
    order.tx.students.update(order.student.id, age_band=band)
    if band is AgeBand.UNDER_MINIMUM:
        minimum = order.campus.minimum_age
        order.answer(say("onboarding.under_minimum", order.language, minimum=minimum))
    elif not _ask_next(order, replace(order.student, age_band=band)):
        order.answer(say("onboarding.done", order.language))


def _consent(order: Order) -> None:
    name, _, word = order.argument.partition(" ")
    known = {purpose.value: purpose for purpose in Purpose}
    if name not in known or word not in {"yes", "no"}:
        _unknown(order)
        return
    purpose, granted = known[name], word == "yes"
    was_onboarded = order.student.onboarded
    set_consent(order.tx, order.student.id, purpose, granted=granted, now=order.now)
    if was_onboarded:
        key = "consent_on" if granted else f"consent_off_{purpose}"
        order.answer(order.say(key, purpose=order.say(f"privacy_{purpose}")))
        return
    student = replace(order.student, consents={**order.student.consents, purpose: granted})
    if not _ask_next(order, student):
        order.answer(say("onboarding.done", order.language))


def set_consent(
    tx: Transaction, student_id: UUID, purpose: Purpose, *, granted: bool, now: datetime
) -> None:
    """Record a yes or no, and let it take effect at once."""
    tx.students.consent(student_id, purpose, granted=granted, now=now)
    if purpose is Purpose.MEMORY and not granted:
        tx.talk.forget(student_id)


def _help(order: Order) -> None:
    order.answer(order.say("help"))


def _language(order: Order) -> None:
    known = {language.value: language for language in Language}
    chosen = known.get(order.argument.lower()[:2])
    if chosen is None:
        order.answer(
            order.say("language_ask"),
            Choice("中文", "/language zh"),
            Choice("English", "/language en"),
        )
        return
    order.tx.students.update(order.student.id, language=chosen, language_chosen=True)
    order.tx.ring(order.student.id, "session")
    replace(order, language=chosen).answer(say("command.language_set", chosen))


def _stop(order: Order) -> None:
    waiting = order.tx.inbound.waiting(order.student.id)
    order.tx.outbound.cancel_replies(order.student.id, now=order.now)
    order.tx.inbound.answer([message.id for message in waiting], by=order.message.id)
    order.tx.students.update(order.student.id, stopped_at=order.now)
    order.answer(order.say("stopped"))


def _pause(order: Order) -> None:
    days = order.argument
    if not days.isdecimal() or not 0 < int(days) <= _LONGEST_PAUSE_DAYS:
        choices = wording("command.pause_choices", order.language)
        order.answer(order.say("pause_ask"), *(Choice(*choice) for choice in choices))
        return
    until = order.now + timedelta(days=int(days))
    order.tx.students.update(order.student.id, paused_until=until)
    local = until.astimezone(order.campus.timezone)
    order.answer(order.say("paused", until=f"{local:%Y-%m-%d}"))


def _resume(order: Order) -> None:
    order.tx.students.update(order.student.id, paused_until=None, stopped_at=None)
    order.answer(order.say("resumed"))


def _human(order: Order) -> None:
    line = order.campus.duty_line
    if line is None:
        text = order.say("human_unknown")
    else:
        is_open = line.is_open(order.now, zone=order.campus.timezone)
        text = order.say(
            "human_open" if is_open else "human_closed",
            name=line.name[order.language],
            phone=line.phone,
            hours=line.hours_text(order.language),
        )
    told = "human_told" if order.has_pager else "human_not_told"
    order.answer(f"{text.strip()}\n\n{order.say(told)}" if line or order.has_pager else text)
    if order.has_pager:
        escalation = order.tx.escalations.open(
            order.student.id,
            message_id=None,
            verdict=Verdict(level=Level.NONE),
            page_state="owed",
            now=order.now,
        )
        if escalation is not None:
            order.tx.enqueue(Job.PAGE, escalation)


def _sos(order: Order) -> None:
    card = crisis_card(
        Verdict(level=Level.MODERATE), campus=order.campus, language=order.language, now=order.now
    )
    order.answer(card.text, *card.choices, kind=OutboundKind.CARD)


def _privacy(order: Order) -> None:
    student, language = order.student, order.language
    lines, choices = [], []
    for purpose in Purpose:
        name = order.say(f"privacy_{purpose}")
        allowed = student.allows(purpose)
        answer = say("onboarding.yes" if allowed else "onboarding.no", language)
        lines.append(order.say("privacy_line", purpose=name, answer=answer))
        turn = "privacy_turn_off" if allowed else "privacy_turn_on"
        word = "no" if allowed else "yes"
        choices.append(Choice(order.say(turn, purpose=name), f"/consent {purpose} {word}"))
    text = order.say(
        "privacy",
        minimum=order.campus.minimum_age,
        retention=order.campus.retention_days,
        unstored="" if student.allows(Purpose.STORAGE) else order.say("privacy_unstored"),
        choices="\n".join(lines),
    )
    order.answer(text, *choices)


def _export(order: Order) -> None:
    if order.account.platform.is_mailbox:
        button = Choice(order.say("export_button"), "", url="/chat/export")
        order.answer(order.say("export_web"), button)
    else:
        order.answer(order.say("export_here"), kind=OutboundKind.EXPORT)


def _delete(order: Order) -> None:
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
    code = secrets.token_hex(6).upper()
    counts = order.tx.students.erase(order.student.id, code=code, now=order.now)
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


def _memory(order: Order) -> None:
    verb, _, rest = order.argument.partition(" ")
    student = order.student
    if not student.allows(Purpose.MEMORY):
        name = order.say("privacy_memory")
        turn_on = Choice(order.say("privacy_turn_on", purpose=name), "/consent memory yes")
        order.answer(order.say("memory_off"), turn_on)
    elif verb == "keep" and rest:
        order.tx.talk.add_fact(student.id, rest[:_LONGEST_FACT], now=order.now)
        order.answer(order.say("memory_kept"))
    elif verb == "forget" and rest:
        _forget(order, rest)
    else:
        _list_memory(order)


def _forget(order: Order, which: str) -> None:
    if which == "all":
        order.tx.talk.forget(order.student.id)
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
    forget_all = Choice(order.say("memory_forget_all"), "/memory forget all")
    order.answer(order.say("memory_list", facts=listed, summary=gist), *choices, forget_all)


def _again(order: Order) -> None:
    """Say a reply again that may not have arrived."""
    try:
        lost = order.tx.outbound.get(UUID(order.argument))
    except (ValueError, UnknownRow):
        _unknown(order)
        return
    if lost.student_id == order.student.id:
        order.answer(lost.text, *lost.choices, kind=lost.kind)


def _unknown(order: Order) -> None:
    order.answer(order.say("unknown"))


_ORDERS: dict[CommandName, Callable[[Order], None]] = {
    CommandName.START: _start,
    CommandName.AGE: _age,
    CommandName.CONSENT: _consent,
    CommandName.HELP: _help,
    CommandName.LANGUAGE: _language,
    CommandName.STOP: _stop,
    CommandName.PAUSE: _pause,
    CommandName.RESUME: _resume,
    CommandName.HUMAN: _human,
    CommandName.SOS: _sos,
    CommandName.PRIVACY: _privacy,
    CommandName.EXPORT: _export,
    CommandName.DELETE: _delete,
    CommandName.MEMORY: _memory,
    CommandName.AGAIN: _again,
    CommandName.UNKNOWN: _unknown,
}
