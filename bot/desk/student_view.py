"""What staff see of a student: what is needed to help, and no name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.desk.page import Desk
from bot.desk.spans import moment
from bot.desk.words import Words
from companion.errors import UnknownRow
from companion.language import Language
from companion.messages import Platform
from companion.people.contact import EmergencyContact
from companion.people.student import Account, AgeBand, Purpose, Student
from companion.safety.dialogue.words import dialogue_words
from companion.safety.plan import PARTS
from companion.staff.cases import Case
from companion.store import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentCard:
    """The student, in words of the desk."""

    language: Language | None = None
    region: str
    local_time: str
    #: None where there is no account: a drill, or everything was erased.
    platform: Platform | None = None
    is_reachable: bool = False
    consent: str
    age: str
    last_seen: str = ""
    contact: str
    has_contact: bool
    #: Whether it is an address that can be written to.
    contact_is_email: bool


def student_card(tx: Reading, case: Case, *, desk: Desk, now: datetime, w: Words) -> StudentCard:
    """Return what may be seen of the student of a case."""
    zone, said = desk.campus.timezone, w["case"]
    student, account = _found(tx, case)
    contact = _kept_contact(tx, case)
    details = contact.details if contact else None
    last = student.last_message_at if student else None
    return StudentCard(
        language=student.language if student else None,
        region=desk.campus.region,
        local_time=f"{now.astimezone(zone):%H:%M}",
        platform=account.platform if account else None,
        is_reachable=account is not None and account.reachable,
        consent=said[_consent(student)],
        age=said[_age(student)],
        last_seen=moment(last, now=now, zone=zone) if last else "",
        contact=_contact(contact, desk=desk, now=now, w=w),
        has_contact=details is not None,
        contact_is_email=details is not None and details.is_email,
    )


def shared_plan(
    tx: Reading, case: Case, *, language: Language
) -> Sequence[tuple[str, Sequence[str]]]:
    """Return the parts of a safety plan with their lines; nothing where it is not shared."""
    try:
        plan = tx.safety.plans.get(case.student_id)
    except UnknownRow:
        return ()
    if plan is None or not plan.shared:
        return ()
    said = dialogue_words(language)
    return [(said.one("page", part), plan.lines[part]) for part in PARTS if plan.lines.get(part)]


def _found(tx: Reading, case: Case) -> tuple[Student | None, Account | None]:
    try:
        student = tx.students.get(case.student_id)
        return student, tx.students.latest_account(case.student_id)
    except UnknownRow:
        return None, None


def _consent(student: Student | None) -> str:
    answer = student.consents.get(Purpose.STAFF_ALERT) if student else None
    return "consent_unasked" if answer is None else "consent_yes" if answer else "consent_no"


def _age(student: Student | None) -> str:
    band = student.age_band if student else None
    if band is None:
        return "age_unknown"
    return "age_under" if band is AgeBand.UNDER_MINIMUM else "age_adult"


def _kept_contact(tx: Reading, case: Case) -> EmergencyContact | None:
    try:
        return tx.aftercare.contacts.get(case.student_id)
    except UnknownRow:
        return None


def _contact(contact: EmergencyContact | None, *, desk: Desk, now: datetime, w: Words) -> str:
    """Say whether there is an emergency contact; who it is stays sealed until it is used."""
    zone, said = desk.campus.timezone, w["case"]
    if contact is None or contact.details is None:
        return str(said["contact_none"])
    key, at = ("contact_used", contact.used_at) if contact.used_at else ("contact_kept", None)
    return str(said[key]).format(at=moment(at or contact.consent_at, now=now, zone=zone))
