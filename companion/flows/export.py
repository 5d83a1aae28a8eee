"""A student's own data: one page to read, one file for machines (PIPL 45, GDPR 20)."""

from __future__ import annotations

import html
import io
import json
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from companion.flows.export_care import care_as_data, care_as_lines
from companion.flows.export_cases import (
    cases_as_data,
    cases_as_lines,
    contact_as_data,
    kept_as_lines,
    plan_as_data,
)
from companion.flows.export_nudges import nudges_as_data
from companion.flows.services import Services
from companion.people.student import Student
from companion.store import Fact, Line
from companion.texts import say
from companion.turns import Role

_PAGE = 500


@dataclass(frozen=True, slots=True)
class _Data:
    student: Student
    lines: list[Line]
    facts: list[Fact]
    summary: str | None = field(repr=False)
    #: What staff were told and did, for machines and for people.
    cases: list[dict[str, Any]] = field(repr=False)
    told: list[str] = field(repr=False)
    #: What the student wrote down for a bad hour.
    kept: list[str] = field(repr=False)
    plan: dict[str, Any] | None = field(repr=False)
    contact: dict[str, Any] | None = field(repr=False)
    #: What the student kept of themselves: moods, exercises, scales, pages.
    care: list[dict[str, Any]] = field(repr=False)
    pages: list[str] = field(repr=False)
    #: When they are asked and reminded.
    asked: dict[str, Any] | None = field(repr=False)


def export_file(student_id: UUID, *, services: Services) -> bytes:
    """Return a zip with `nuanyu.html` and `nuanyu.json`. Raises UnknownRow, StoreUnavailable."""
    data = _collect(student_id, services)
    now = services.clock.now().astimezone(services.campus.timezone)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("nuanyu.html", _as_page(data, now=now))
        archive.writestr("nuanyu.json", _as_json(data, now=now))
    return packed.getvalue()


def _collect(student_id: UUID, services: Services) -> _Data:
    lines: list[Line] = []
    with services.store.reading() as tx:
        student = tx.students.get(student_id)
        # Position 0 stands before the first message; pages keep one talk from filling memory twice.
        after, more = 0, True
        while more:
            page = tx.talk.lines(student_id, after=after, limit=_PAGE)
            lines += page
            more = len(page) == _PAGE
            after = page[-1].seq if page else after
        facts = list(tx.talk.facts(student_id))
        summary = tx.students.summary(student_id)
        cases = cases_as_data(tx, student_id, campus=services.campus)
        told = cases_as_lines(tx, student, campus=services.campus)
        kept = kept_as_lines(tx, student, campus=services.campus, now=services.clock.now())
        plan = plan_as_data(tx.safety.plans.get(student_id))
        contact = contact_as_data(tx.aftercare.contacts.get(student_id))
        care = care_as_data(tx, student_id, campus=services.campus)
        pages = care_as_lines(tx, student, campus=services.campus)
        asked = nudges_as_data(tx, student_id)
    return _Data(
        student, lines, facts, summary, cases, told, kept, plan, contact, care, pages, asked
    )


def _as_json(data: _Data, *, now: datetime) -> str:
    student = data.student
    return json.dumps(
        {
            "exported_at": now.isoformat(),
            "language": student.language,
            "age_band": student.age_band,
            "consents": {purpose.value: yes for purpose, yes in student.consents.items()},
            "remembered": [fact.text for fact in data.facts],
            "summary": data.summary,
            "safety_plan": data.plan,
            "emergency_contact": data.contact,
            "kept_of_yourself": data.care,
            "asked_and_reminded": data.asked,
            "cases": data.cases,
            "messages": [
                {
                    "at": line.at.isoformat(),
                    "from": "you" if line.role is Role.USER else "nuanyu",
                    "kind": line.kind,
                    "state": line.state,
                    "text": line.text,
                }
                for line in data.lines
            ],
        },
        ensure_ascii=False,
        indent=2,
    )


def _as_page(data: _Data, *, now: datetime) -> str:
    language = data.student.language
    rows = "".join(
        f'<p class="{line.role}"><time>{line.at.astimezone(now.tzinfo):%Y-%m-%d %H:%M}</time>'
        f"{html.escape(line.text)}</p>"
        for line in data.lines
    )
    facts = "".join(f"<li>{html.escape(fact.text)}</li>" for fact in data.facts)
    summary = f"<p>{html.escape(data.summary)}</p>" if data.summary else ""
    summary += "".join(f"<p>{html.escape(text)}</p>" for text in data.kept)
    pages = "".join(f"<p>{html.escape(text)}</p>" for text in data.pages)
    told = "".join(f"<p>{html.escape(text)}</p>" for text in data.told)
    return say(
        "export.page",
        language,
        lang="zh-CN" if language == "zh" else "en",
        at=f"{now:%Y-%m-%d %H:%M}",
        facts=f"<ul>{facts}</ul>" if facts else say("export.nothing", language),
        summary=summary,
        pages=pages or say("export.nothing", language),
        told=told or say("export.nothing", language),
        messages=rows or say("export.nothing", language),
    )
