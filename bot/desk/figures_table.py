"""The figures of a period as a table to download."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import chain

from bot.desk.figures_view import Sheet, Waiting
from companion.risk import Level
from companion.staff.figures import SMALLEST_GROUP

_Row = tuple[str, str, str, str]
_HEAD: _Row = ("section", "part", "measure", "value")


def as_csv(sheet: Sheet) -> str:
    """Return a table of section, part, measure and value; "<5" stands for a small group."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(_HEAD)
    table.writerows(chain(_cases(sheet), _waiting(sheet), _alarms(sheet), _due(sheet)))
    table.writerows(_referrals(sheet))
    return out.getvalue()


def _cases(sheet: Sheet) -> Iterator[_Row]:
    yield "cases", "all", "cases", _cell(sheet.total)
    for months in sheet.by_month:
        first, last = str(months.keys[0]), str(months.keys[-1])
        part = first if first == last else f"{first} to {last}"
        yield "months", part, "cases", _cell(months.count)
    for levels in sheet.by_level:
        yield "levels", _name(levels.keys), "cases", _cell(levels.count)


def _waiting(sheet: Sheet) -> Iterator[_Row]:
    for step, lines in sheet.waiting.items():
        for line in lines:
            for measure, value in _measures(line):
                yield f"until {step}", _name(line.levels), measure, value


def _measures(line: Waiting) -> Iterator[tuple[str, str]]:
    yield "cases", _cell(line.wait.count)
    yield "median seconds", _seconds(line.wait.median)
    yield "9 of 10 seconds", _seconds(line.wait.most)
    yield "missed", _cell(line.missed.hits)
    yield "missed share", "" if line.rate is None else f"{line.rate:.2f}"


def _alarms(sheet: Sheet) -> Iterator[_Row]:
    for alarm in sheet.alarms:
        yield "false alarms", alarm.evidence, "false", _cell(alarm.false.hits)
        yield "false alarms", alarm.evidence, "judged", _cell(alarm.false.of)


def _due(sheet: Sheet) -> Iterator[_Row]:
    due = sheet.follow_ups
    yield "caring contacts", "all", "due", _cell(due.due)
    for name in ("left", "answered", "stopped", "undelivered"):
        yield "caring contacts", "all", name, _cell(getattr(due, name).hits)


def _referrals(sheet: Sheet) -> Iterator[_Row]:
    for year in sheet.years:
        yield "referrals", str(year.year), "shown helplines", _cell(year.shown)
        for outcome, count in year.endings.items():
            yield "referrals", str(year.year), outcome.value, _cell(count)


def _name(levels: Sequence[Level]) -> str:
    return "+".join(level.label for level in levels) or "all"


def _cell(count: int | None) -> str:
    return f"<{SMALLEST_GROUP}" if count is None else str(count)


def _seconds(span: timedelta | None) -> str:
    return "" if span is None else str(round(span.total_seconds()))
