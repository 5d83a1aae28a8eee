"""The emergency contact in the student's hands: given with consent, shown, changed, deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from companion.campus import Campus
from companion.dialogue.commands import Command, CommandName
from companion.flows.order import Order
from companion.language import Language
from companion.messages import Choice
from companion.people.contact import Details, EmergencyContact, Relation, Step
from companion.staff.actions import Action
from companion.texts import say, wording

_CHANGE: Final = "/contact change"


def manage_contact(order: Order) -> None:
    """Show the contact or what one is for; ask for one question by question; delete it."""
    verb, _, rest = order.argument.partition(" ")
    contact = order.tx.aftercare.contacts.get(order.student.id)
    match verb:
        case "change":
            _begin(order, contact)
        case "answer" if contact is not None and contact.draft_at(order.now):
            _answer(order, contact, rest)
        case "cancel":
            _cancel(order, contact)
        case "no":
            order.answer(_say(order, "refused"))
        case "delete":
            _delete(order)
        case _:
            _show(order, contact)


def answer_to_contact(
    contact: EmergencyContact | None, text: str, *, now: datetime
) -> Command | None:
    """Return what a plain text means while a question about the contact is open.

    None when no question is open or the text is no answer to it: then it is talk.
    """
    draft = contact.draft_at(now) if contact is not None else None
    if draft is None:
        return None
    given = text.strip()
    if any(given.casefold() in wording("contact.cancel_words", one) for one in Language):
        return Command(CommandName.CONTACT, "cancel")
    if draft.next_step is Step.RELATION:
        relation = _relation(given)
        return Command(CommandName.CONTACT, f"answer {relation}") if relation else None
    is_half = draft.next_step is Step.REACH and sum(c.isdigit() for c in given) > len(given) // 2
    if is_half or draft.answered(given):
        return Command(CommandName.CONTACT, f"answer {given}")
    return None


def _begin(order: Order, contact: EmergencyContact | None) -> None:
    # Pressing "yes" under the purpose, or "change" under a contact given so, is the consent.
    begun = contact or EmergencyContact(student_id=order.student.id, consent_at=order.now)
    begun = replace(begun, consent_at=order.now, draft=Details(), asked_at=order.now)
    order.tx.aftercare.contacts.put(begun)
    _ask(order, Details())


def _answer(order: Order, contact: EmergencyContact, given: str) -> None:
    draft = contact.draft or Details()
    answered = draft.answered(given)
    if answered is None:
        key = "half" if draft.next_step is Step.REACH else f"ask_{draft.next_step}"
        order.answer(_say(order, key), _cancel_choice(order))
    elif answered.next_step is None:
        kept = replace(contact, details=answered, draft=None, asked_at=None)
        order.tx.aftercare.contacts.put(kept)
        _log(order, Action.CONTACT_GIVEN)
        _show(order, kept, before=_say(order, "kept"))
    else:
        order.tx.aftercare.contacts.put(replace(contact, draft=answered, asked_at=order.now))
        _ask(order, answered)


def _ask(order: Order, draft: Details) -> None:
    step = draft.next_step
    choices = []
    if step is Step.RELATION:
        choices = [
            Choice(_say(order, f"relation_{one}"), f"/contact answer {one}") for one in Relation
        ]
    order.answer(_say(order, f"ask_{step}"), *choices, _cancel_choice(order))


def _cancel(order: Order, contact: EmergencyContact | None) -> None:
    if contact is not None and contact.details is None:
        order.tx.aftercare.contacts.drop(order.student.id)
    elif contact is not None:
        order.tx.aftercare.contacts.put(replace(contact, draft=None, asked_at=None))
    order.answer(_say(order, "cancelled"))


def _delete(order: Order) -> None:
    if order.tx.aftercare.contacts.drop(order.student.id):
        _log(order, Action.CONTACT_DELETED)
        order.answer(_say(order, "deleted"))
    else:
        order.answer(_say(order, "nothing"))


def _show(order: Order, contact: EmergencyContact | None, *, before: str = "") -> None:
    automatic = _automatic(order.campus, order.language)
    if contact is None or contact.details is None:
        agree = Choice(_say(order, "agree"), _CHANGE)
        refuse = Choice(_say(order, "refuse"), "/contact no")
        order.answer(_say(order, "purpose", automatic=automatic), agree, refuse)
        return
    lines = [before, shown(contact.details, order.language, automatic=automatic)]
    if contact.used_at is not None:
        local = contact.used_at.astimezone(order.campus.timezone)
        lines.append(_say(order, "used", at=f"{local:%Y-%m-%d %H:%M}"))
    change = Choice(_say(order, "change"), _CHANGE)
    delete = Choice(_say(order, "delete"), "/contact delete")
    order.answer("\n\n".join(line.strip() for line in lines if line), change, delete)


def shown(details: Details, language: Language, *, automatic: str) -> str:
    """Return a contact as its student reads it."""
    relation = say(f"contact.relation_{details.relation or Relation.OTHER}", language)
    return say(
        "contact.shown",
        language,
        name=details.name,
        relation=relation,
        reach=details.reach,
        called=details.called,
        automatic=automatic,
    )


def _automatic(campus: Campus, language: Language) -> str:
    level = campus.contact_automatically_at
    if level is None:
        return ""
    return say("contact.automatic", language, level=say(f"page.level_{level.label}", language))


def _cancel_choice(order: Order) -> Choice:
    return Choice(_say(order, "cancel"), "/contact cancel")


def _relation(given: str) -> Relation | None:
    """Return the relation whose name was typed, or a word of it ("妈妈", "friend")."""
    word = given.casefold()
    for language in Language:
        for one in Relation:
            name = say(f"contact.relation_{one}", language).casefold()
            if len(word) > 1 and word in name:
                return one
    return None


def _say(order: Order, key: str, **fields: object) -> str:
    return say(f"contact.{key}", order.language, **fields)


def _log(order: Order, action: Action) -> None:
    order.tx.audit.add(actor="student", action=action, now=order.now, student_id=order.student.id)
