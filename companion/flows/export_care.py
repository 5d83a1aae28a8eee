"""What a student kept of themselves, as they take it with them and as /privacy counts it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from companion.campus import Campus
from companion.care.entries import Entry, EntryKind
from companion.care.journal import Page
from companion.care.scale_sheet import Sheet
from companion.care.scales import score
from companion.flows.journal_pages import pages_of
from companion.flows.moods import mood_lines
from companion.flows.order import Order
from companion.flows.own_zone import own_zone
from companion.flows.scale_ask import scales_of
from companion.people.student import Student
from companion.store import Reading
from companion.texts import say

#: More than anybody keeps.
_ALL: Final = 100_000
#: What a number of entries is called in the wording that counts them.
_COUNTED: Final = {
    EntryKind.MOOD: "moods",
    EntryKind.EXERCISE: "exercises",
    EntryKind.SCALE: "scales",
    EntryKind.JOURNAL: "pages",
}


def care_as_data(tx: Reading, student_id: UUID, *, campus: Campus) -> list[dict[str, Any]]:
    """Return everything a student kept of themselves, whatever became of it, newest first."""
    return [
        {
            "kind": entry.kind,
            "name": entry.name,
            "state": entry.state,
            "at": entry.at.isoformat(),
            "kept": _body(entry, campus),
        }
        for kind in EntryKind
        for entry in tx.care.entries.latest(student_id, kind, states=None, limit=_ALL)
    ]


def care_as_lines(tx: Reading, student: Student, *, campus: Campus) -> list[str]:
    """Return moods, results of scales and pages of the journal in plain words, newest first."""
    results = tx.care.entries.latest(student.id, EntryKind.SCALE, limit=_ALL)
    found = [line for entry in results if (line := _result(entry, student, campus))]
    for entry, page in pages_of(tx, student.id):
        local = entry.at.astimezone(campus.timezone)
        found.append(f"{local:%Y-%m-%d %H:%M}\n{page.text}")
    return [
        *mood_lines(
            tx, student.id, zone=own_zone(tx, student.id, campus), language=student.language
        ),
        *found,
    ]


def kept_line(order: Order) -> str:
    """Return how much a student kept of themselves, in a line; "" for nothing."""
    counts = order.tx.care.entries.counts(order.student.id)
    told = {name: counts.get(kind, 0) for kind, name in _COUNTED.items()}
    return say("command.privacy_care", order.language, **told) if any(told.values()) else ""


def _body(entry: Entry, campus: Campus) -> Mapping[str, Any]:
    if entry.kind is EntryKind.JOURNAL:
        return {"text": Page.from_json(entry.body).text}
    scale = scales_of(campus).get(entry.name)
    if entry.kind is EntryKind.SCALE and scale is not None:
        return {**entry.body, "total": score(scale, Sheet.from_json(entry.body).answers).total}
    return entry.body


def _result(entry: Entry, student: Student, campus: Campus) -> str:
    scale = scales_of(campus).get(entry.name)
    if scale is None:
        return ""
    sheet = Sheet.from_json(entry.body)
    total = score(scale, sheet.answers).total
    local = entry.at.astimezone(campus.timezone)
    said = say("scale.not_added", student.language) if total is None else str(total)
    return f"{local:%Y-%m-%d}  {scale.short}: {said}\n{sheet.licence}"
