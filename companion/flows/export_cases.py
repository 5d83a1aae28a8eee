"""The part of an export that is about cases: what staff were told and did, and what is planned."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from companion.campus import Campus
from companion.errors import UnknownRow
from companion.flows.own_contact import shown
from companion.flows.told import Teller, words_of
from companion.people.contact import EmergencyContact
from companion.people.student import Student
from companion.risk import Kind
from companion.safety.numbers import numbers_for
from companion.safety.plan import SafetyPlan, plan_text
from companion.safety.wordings import wordings
from companion.staff.cases import Case
from companion.store import Entry, Reading


def cases_as_data(tx: Reading, student_id: UUID, *, campus: Campus) -> list[dict[str, Any]]:
    """Return every case: levels, kinds, times, who did and read what, one's own words.

    Left out: the text of work notes, which the centre keeps under its own rules, and, unless the
    campus shows them, the reasons staff gave.
    """
    return [_case(tx, case, campus) for case in tx.cases.all_of(student_id)]


def contact_as_data(contact: EmergencyContact | None) -> dict[str, Any] | None:
    """Return the emergency contact as the student gave it."""
    if contact is None or contact.details is None:
        return None
    details = contact.details
    return {
        "relation": details.relation,
        "name": details.name,
        "reach": details.reach,
        "called": details.called,
        "consent_at": contact.consent_at.isoformat(),
        "used_at": _iso(contact.used_at),
    }


def plan_as_data(plan: SafetyPlan | None) -> dict[str, Any] | None:
    """Return the safety plan by its parts."""
    if plan is None or plan.is_empty:
        return None
    return {"shared": plan.shared, **{part: list(lines) for part, lines in plan.lines.items()}}


def cases_as_lines(tx: Reading, student: Student, *, campus: Campus) -> list[str]:
    """Return every case in the words of /privacy; one text for each."""
    teller = Teller(tx, campus, student.language)
    return ["\n".join(teller.lines(case)) for case in tx.cases.all_of(student.id)]


def kept_as_lines(tx: Reading, student: Student, *, campus: Campus, now: datetime) -> list[str]:
    """Return what the student wrote down for a bad hour: the plan and the emergency contact."""
    language, found = student.language, []
    plan = tx.safety.plans.get(student.id)
    if plan is not None and not plan.is_empty:
        numbers = numbers_for(
            campus, language=language, now=now, words=wordings(language), kind=Kind.SUICIDE
        )
        found.append(plan_text(plan, numbers=numbers, language=language))
    contact = tx.aftercare.contacts.get(student.id)
    if contact is not None and contact.details is not None:
        found.append(shown(contact.details, language, automatic="").strip())
    return found


def _case(tx: Reading, case: Case, campus: Campus) -> dict[str, Any]:
    entries = tx.audit.of_case(case.id)
    return {
        "number": case.number,
        "is_drill": case.is_drill,
        "state": case.state,
        "outcome": case.outcome,
        "opened_at": case.opened_at.isoformat(),
        "closed_at": _iso(case.closed_at),
        "alerts": [
            {
                "at": trigger.at.isoformat(),
                "level": trigger.level.label,
                "kinds": list(trigger.kinds),
                "marked_false_alarm": trigger.false_alarm,
            }
            for trigger in tx.cases.triggers(case.id)
        ],
        "staff_alerted_at": [
            page.settled_at.isoformat()
            for page in tx.pages.of_case(case.id)
            if page.state == "sent" and page.settled_at is not None
        ],
        "done": [_entry(tx, entry, campus) for entry in entries],
        "your_words": [
            {"at": words.at.isoformat(), "text": words.text} for words in words_of(tx, case.id)
        ],
        "follow_ups": [
            {
                "due_at": one.due_at.isoformat(),
                "state": one.state,
                "sent_at": _iso(one.sent_at),
                "answered_at": _iso(one.answered_at),
            }
            for one in tx.aftercare.follow_ups.of_case(case.id)
        ],
    }


def _entry(tx: Reading, entry: Entry, campus: Campus) -> dict[str, Any]:
    told: dict[str, Any] = {
        "at": entry.at.isoformat(),
        "what": entry.action,
        "by": _by(tx, entry.actor),
    }
    if campus.show_reading_reasons and entry.reason:
        told["reason"] = entry.reason
    return told


def _by(tx: Reading, actor: str) -> str:
    try:
        return tx.members.get(UUID(actor)).name
    except ValueError:
        return "you" if actor == "student" else actor
    except UnknownRow:
        return "staff"


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
