"""Commands, buttons and their plain words: answered at once, with no model in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from companion.dialogue.commands import CommandName
from companion.errors import UnknownRow
from companion.flows.activities import awaiting, go_on, put_off
from companion.flows.care import manage_care
from companion.flows.exercise import exercise
from companion.flows.first_questions import answer_age, answer_consent, introduce
from companion.flows.game import game
from companion.flows.human import human
from companion.flows.journal import keep_journal
from companion.flows.learn import learn
from companion.flows.mood import manage_mood
from companion.flows.order import Order
from companion.flows.own_contact import manage_contact
from companion.flows.own_data import delete, export, memory, show_privacy
from companion.flows.plan import manage_plan
from companion.flows.remind import remind
from companion.flows.scale import take_scale
from companion.flows.schedule import hold, reschedule
from companion.flows.stay import hush, show_numbers
from companion.flows.suggest import give_suggestion
from companion.flows.told import object_to_sharing
from companion.flows.week import plan_week
from companion.language import Language
from companion.messages import Choice
from companion.texts import say, wording

_LONGEST_PAUSE_DAYS = 365


def obey(order: Order) -> None:
    """Carry out a command. Exit words take effect in this very transaction."""
    name = order.command.name if order.command else CommandName.UNKNOWN
    _ORDERS[name](order)


def _start(order: Order) -> None:
    doing = awaiting(order)
    if doing is not None and not order.message.text.startswith("/"):
        go_on(order, doing)  # "开始" begins the timer that waits
        return
    order.tx.students.update(order.student.id, stopped_at=None, paused_until=None)
    reschedule(order.tx, order.student.id, campus=order.campus, now=order.now)
    if order.student.notice_at is None or not order.student.onboarded:
        introduce(order)
    else:
        order.answer(order.say("welcome_back"))


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
    order.tx.aftercare.follow_ups.stop(order.student.id)
    hold(order.tx, order.student.id, until=None, now=order.now)
    hush(order.tx, order.student.id, now=order.now)
    put_off(order)
    order.answer(order.say("stopped"))


def _pause(order: Order) -> None:
    days = order.argument
    if not days.isdecimal() or not 0 < int(days) <= _LONGEST_PAUSE_DAYS:
        choices = wording("command.pause_choices", order.language)
        order.answer(order.say("pause_ask"), *(Choice(*choice) for choice in choices))
        return
    until = order.now + timedelta(days=int(days))
    order.tx.students.update(order.student.id, paused_until=until)
    hold(order.tx, order.student.id, until=until, now=order.now)
    local = until.astimezone(order.campus.timezone)
    order.answer(order.say("paused", until=f"{local:%Y-%m-%d}"))


def _resume(order: Order) -> None:
    order.tx.students.update(order.student.id, paused_until=None, stopped_at=None)
    reschedule(order.tx, order.student.id, campus=order.campus, now=order.now)
    order.answer(order.say("resumed"))


def _again(order: Order) -> None:
    """Say a reply again that may not have arrived."""
    try:
        lost = order.tx.outbound.get(UUID(order.argument))
    except (ValueError, UnknownRow):
        order.answer_unknown()
        return
    if lost.student_id == order.student.id:
        order.answer(lost.text, *lost.choices, kind=lost.kind)


_ORDERS: dict[CommandName, Callable[[Order], None]] = {
    CommandName.START: _start,
    CommandName.AGE: answer_age,
    CommandName.CONSENT: answer_consent,
    CommandName.HELP: _help,
    CommandName.LANGUAGE: _language,
    CommandName.STOP: _stop,
    CommandName.PAUSE: _pause,
    CommandName.RESUME: _resume,
    CommandName.HUMAN: human,
    CommandName.SOS: show_numbers,
    CommandName.PLAN: manage_plan,
    CommandName.PRIVACY: show_privacy,
    CommandName.EXPORT: export,
    CommandName.DELETE: delete,
    CommandName.MEMORY: memory,
    CommandName.CONTACT: manage_contact,
    CommandName.CARE: manage_care,
    CommandName.OBJECT: object_to_sharing,
    CommandName.MOOD: manage_mood,
    CommandName.EXERCISE: exercise,
    CommandName.GAME: game,
    CommandName.SCALE: take_scale,
    CommandName.JOURNAL: keep_journal,
    CommandName.LEARN: learn,
    CommandName.SUGGEST: give_suggestion,
    CommandName.WEEK: plan_week,
    CommandName.REMIND: remind,
    CommandName.AGAIN: _again,
    CommandName.UNKNOWN: Order.answer_unknown,
}
