"""Finding lines of the audit log: filters, names of actors, and a file of what was found."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from companion.errors import UnknownRow
from companion.store import Entry, Reading

_LONGEST_NUMBER = 10  # digits
#: Stands for a case that does not exist: no line is about it.
_NO_CASE = UUID("ffffffff-ffff-4fff-bfff-ffffffffffff")
_PIECE = 500  # lines read at a time
#: A page that finds too little goes on from where it stopped, so that it always answers.
_LOOKED_AT = 10_000
#: What a table calculation would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = ("number", "at", "actor", "login", "action", "case", "student", "detail", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which lines are wanted; empty: all."""

    actor: str = ""
    #: An action, or the beginning of several ("staff.").
    action: str = ""
    #: The number people call a case by; 0: any.
    case_number: int = 0
    case_id: UUID | None = None
    since: datetime | None = None
    #: Not included.
    until: datetime | None = None

    def fits(self, entry: Entry) -> bool:
        """Whether a line is wanted."""
        return (
            (not self.actor or entry.actor == self.actor)
            and entry.action.startswith(self.action)
            and (self.case_id is None or entry.case_id == self.case_id)
            and (self.since is None or entry.at >= self.since)
            and (self.until is None or entry.at < self.until)
        )

    @property
    def names(self) -> str:
        """Which filters were set, for the log itself."""
        given = (self.actor, self.action, self.case_id, self.since, self.until)
        names = ("actor", "action", "case", "since", "until")
        return " ".join(name for name, value in zip(names, given, strict=True) if value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of lines, the newest first."""

    entries: Sequence[Entry]
    #: Where to go on; None at the end.
    before: int | None


def read_filters(query: Mapping[str, str], *, zone: ZoneInfo) -> Filters:
    """Return the filters that an address asks for; what cannot be read filters nothing."""
    last = _day(query.get("until", ""), zone)
    return Filters(
        actor=query.get("actor", "").strip(),
        action=query.get("action", "").strip(),
        case_number=_number(query.get("case", "").strip()),
        case_id=_uuid(query.get("case", "").strip()),
        since=_day(query.get("since", ""), zone),
        until=None if last is None else last + timedelta(days=1),
    )


def resolved(tx: Reading, filters: Filters) -> Filters:
    """Return the filters with a login and a case's number replaced by what the log holds."""
    named = tx.members.find(filters.actor) if filters.actor else None
    if named is not None:
        filters = replace(filters, actor=str(named.id))
    if filters.case_number:
        case = tx.cases.find(filters.case_number)
        filters = replace(filters, case_id=_NO_CASE if case is None else case.id)
    return filters


def find(tx: Reading, filters: Filters, *, before: int | None, limit: int) -> Found:
    """Return up to `limit` lines older than number `before`."""
    found: list[Entry] = []
    for looked, entry in enumerate(_older(tx, before, filters.since), start=1):
        if filters.fits(entry):
            if len(found) == limit:
                return Found(entries=found, before=found[-1].number)
            found.append(entry)
        if looked == _LOOKED_AT:
            return Found(entries=found, before=entry.number)
    return Found(entries=found, before=None)


def logins(tx: Reading, entries: Iterable[Entry]) -> dict[str, str]:
    """Return the logins of those who acted, also of accounts that are out of use."""
    known: dict[str, str] = {}
    for actor in {entry.actor for entry in entries}:
        staff_id = _uuid(actor)
        if staff_id is not None:
            try:
                known[actor] = tx.members.get(staff_id).login
            except UnknownRow:
                known[actor] = actor
    return known


def case_numbers(tx: Reading, entries: Iterable[Entry]) -> dict[UUID, int]:
    """Return the numbers of the cases that lines are about; those that were erased are left out."""
    known: dict[UUID, int] = {}
    for case_id in {entry.case_id for entry in entries} - {None}:
        if case_id is not None:
            with suppress(UnknownRow):
                known[case_id] = tx.cases.get(case_id).number
    return known


def as_csv(entries: Sequence[Entry], known: Mapping[str, str], *, zone: ZoneInfo) -> str:
    """Return lines as a table that spreadsheets open (with a byte order mark, for Excel)."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(_COLUMNS)
    for entry in entries:
        cells = (
            entry.number,
            entry.at.astimezone(zone).isoformat(timespec="seconds"),
            entry.actor,
            known.get(entry.actor, ""),
            entry.action,
            entry.case_id or "",
            entry.student_id or "",
            json.dumps(entry.detail, ensure_ascii=False) if entry.detail else "",
            entry.reason or "",
        )
        table.writerow([_harmless(str(cell)) for cell in cells])
    return "\ufeff" + text.getvalue()


def _older(tx: Reading, before: int | None, since: datetime | None) -> Iterator[Entry]:
    while True:
        piece = tx.audit.lines(before=before, limit=_PIECE)
        for entry in piece:
            if since is not None and entry.at < since:
                return
            yield entry
        if len(piece) < _PIECE:
            return
        before = piece[-1].number


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _day(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), tzinfo=zone)
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < _LONGEST_NUMBER else 0


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
