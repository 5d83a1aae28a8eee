"""The emergency contact in a member of staff's hands: one named person's press, on record."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from companion.errors import BadInput, NuanyuError
from companion.flows.make_task import make_task
from companion.flows.services import Services
from companion.language import Language
from companion.people.contact import ONCE_IN, Details
from companion.ports import PageText, Refused, RetryLater, Uncertain
from companion.staff.actions import Action
from companion.staff.cases import Case
from companion.staff.follow_ups import TaskKind
from companion.staff.people import ChannelKind, Right, Staff
from companion.store import Transaction
from companion.texts import say

_SYSTEM: Final = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What became of a wish to use the emergency contact."""

    #: Who to call; None when there is no contact, or it was used within a day.
    details: Details | None = field(default=None, repr=False)
    #: When it was used last, if that is why nothing was done: a reason allows it again.
    used_at: datetime | None = None
    #: Whether a message left; None when none was to be written.
    wrote: bool | None = None


def use_contact(
    case_id: UUID, *, staff: Staff, reason: str, services: Services, write: bool = False
) -> Used:
    """Show a member of staff whom to call, or write to an e-mail address (`write`).

    Once a day; a second time only with a reason. The student sees it under /privacy. Raises
    BadInput for who takes no cases, or to write where there is only a number; UnknownRow,
    StoreUnavailable.
    """
    if not staff.may(Right.CASES):
        raise BadInput("only who takes cases may use an emergency contact")
    now = services.clock.now()
    with services.store.transaction() as tx:
        case = tx.cases.get(case_id)
        contact = tx.aftercare.contacts.get(case.student_id)
        if contact is None or contact.details is None:
            return Used()
        if write and not contact.details.is_email:
            raise BadInput("this contact has a number only: it has to be called")
        again = None if reason.strip() else now - ONCE_IN
        if not tx.aftercare.contacts.use(case.student_id, now=now, unless_since=again):
            return Used(used_at=contact.used_at)
        _log(
            tx, Action.CONTACT_USED, case, actor=str(staff.id), reason=reason, now=now, wrote=write
        )
    if not write:
        return Used(details=contact.details)
    sent = _write(case, contact.details, by=staff.name, actor=str(staff.id), services=services)
    return Used(details=contact.details, wrote=sent)


def contact_automatically(*, services: Services) -> int:
    """Write to the contacts of open cases as grave as the campus orders, once per case.

    Where there is a number only, or the message does not leave, staff get a task. Returns how
    many messages left. Raises StoreUnavailable. Safe to run twice.
    """
    level = services.campus.contact_automatically_at
    if level is None:
        return 0
    with services.store.reading() as tx:
        grave = [one for one in tx.cases.queue() if one.level >= level and not one.is_drill]
    return sum(_tell(case, services=services) for case in grave)


def _tell(case: Case, *, services: Services) -> bool:
    now = services.clock.now()
    with services.store.transaction() as tx:
        contact = tx.aftercare.contacts.get(case.student_id)
        if contact is None or contact.details is None or _was_told(tx, case):
            return False
        details = contact.details
        if not details.is_email:
            tasks = tx.aftercare.tasks.of_case(case.id)
            if all(task.kind is not TaskKind.CONTACT for task in tasks):
                _leave_to_staff(tx, case, actor=_SYSTEM, services=services, now=now)
            return False
        if not tx.aftercare.contacts.use(case.student_id, now=now, unless_since=now - ONCE_IN):
            return False
        _log(tx, Action.CONTACT_USED, case, actor=_SYSTEM, reason="", now=now, wrote=True)
    centre = say("care.centre", services.campus.language)
    return _write(case, details, by=centre, actor=_SYSTEM, services=services)


def _was_told(tx: Transaction, case: Case) -> bool:
    return any(one.action == Action.CONTACT_USED for one in tx.audit.of_case(case.id))


def _write(case: Case, details: Details, *, by: str, actor: str, services: Services) -> bool:
    """Send the fixed letter; no transaction is open. False, a task and a page when it stayed."""
    channel = services.channels.get(ChannelKind.EMAIL)
    why: str | None = "channel_off"
    if channel is not None:
        try:
            channel.page(details.reach, letter(details, by=by, services=services))
            why = None
        except (RetryLater, Refused, Uncertain) as error:
            why = _code(error)
    if why is None:
        return True
    now = services.clock.now()
    with services.store.transaction() as tx:
        _log(tx, Action.CONTACT_FAILED, case, actor=actor, reason="", now=now, why=why)
        _leave_to_staff(tx, case, actor=actor, services=services, now=now)
    return False


def _leave_to_staff(
    tx: Transaction, case: Case, *, actor: str, services: Services, now: datetime
) -> None:
    """Leave the call to whoever pressed, else to whoever has the case, or closed it."""
    whom = (case.owner_id or case.closed_by) if actor == _SYSTEM else UUID(actor)
    make_task(tx, case.id, TaskKind.CONTACT, whom=whom, channels=services.channels, now=now)


def letter(details: Details, *, by: str, services: Services) -> PageText:
    """Return what a contact reads: a request to get in touch, and nothing of the talk.

    In both languages: nobody knows which one the contact reads.
    """
    campus = services.campus
    first = campus.language
    languages = (first, *(one for one in Language if one is not first))
    bodies = []
    for language in languages:
        line = campus.duty_line
        phone = (
            say("contact.letter_phone", language, name=line.name[language], phone=line.phone)
            if line
            else ""
        )
        bodies.append(
            say(
                "contact.letter",
                language,
                called=details.called,
                phone=phone,
                staff=by,
                campus=campus.name[language],
            ).strip()
        )
    subject = say("contact.letter_subject", first, called=details.called)
    return PageText(subject=subject, body="\n\n—\n\n".join(bodies))


def _code(error: NuanyuError) -> str:
    return error.reason if isinstance(error, Refused) else type(error).__name__


def _log(
    tx: Transaction,
    action: Action,
    case: Case,
    *,
    actor: str,
    reason: str,
    now: datetime,
    **detail: object,
) -> None:
    tx.audit.add(
        actor=actor,
        action=action,
        now=now,
        case_id=case.id,
        student_id=case.student_id,
        detail=detail,
        reason=reason.strip() or None,
    )
