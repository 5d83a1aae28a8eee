"""The helplines as the protocol shows them: when they answer, and who checked that when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from companion.campus import Campus, DutyLine
from companion.language import Language
from companion.risk.hotlines import Line, LineKind, registry
from companion.store.figures import Check, CheckResult


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """One line of the table."""

    name: str
    number: str
    #: `tel:`, `sms:` or an address; None for what cannot be pressed.
    url: str | None
    hours: str
    checked: tuple[str, ...]
    #: Whether the check is missing or out of date.
    is_due: bool


def line_rows(
    campus: Campus,
    checks: Sequence[Check],
    *,
    language: Language,
    now: datetime,
    words: Mapping[str, str],
) -> tuple[LineRow, ...]:
    """Return the campus's own line first, then those of its region, open ones first."""
    dialled = {check.line: check for check in checks}
    own = [] if campus.duty_line is None else [_duty(campus.duty_line, language, words)]
    found = registry().lines_for(campus.region, now=now, language=language, kinds=tuple(LineKind))
    rows = [
        _row(line, dialled.get(line.id), language=language, today=now.date(), words=words)
        for line in found
    ]
    return (*own, *rows)


def _duty(line: DutyLine, language: Language, words: Mapping[str, str]) -> LineRow:
    digits = "".join(c for c in line.phone if c.isdigit() or c == "+")
    return LineRow(
        name=line.name[language],
        number=line.phone,
        url=f"tel:{digits}",
        hours=line.hours_text(language),
        checked=(words["duty"],),
        is_due=False,
    )


def _row(
    line: Line,
    check: Check | None,
    *,
    language: Language,
    today: date,
    words: Mapping[str, str],
) -> LineRow:
    is_stale, is_emergency = line.expires_at < today, line.kind is LineKind.EMERGENCY
    told = [words["source"].format(on=f"{line.checked_at:%Y-%m-%d}")]
    told.append(words["emergency"] if is_emergency else _dialled(line, check, words))
    way = line.channels[0]
    url = way.url or (f"tel:{way.value}" if line.call is way else None)
    return LineRow(
        name=line.name[language],
        number=way.display,
        url=url,
        hours=_hours(line, language, words),
        checked=(*told, *([words["stale"]] if is_stale else [])),
        is_due=is_stale or not (check or line.verified_at or is_emergency),
    )


def _dialled(line: Line, check: Check | None, words: Mapping[str, str]) -> str:
    if check is not None:
        key = "dialled" if check.result is CheckResult.ANSWERED else "no_answer"
        return words[key].format(on=f"{check.on:%Y-%m-%d}")
    if line.verified_at is not None:
        return words["dialled"].format(on=f"{line.verified_at:%Y-%m-%d}")
    return words["undialled"]


def _hours(line: Line, language: Language, words: Mapping[str, str]) -> str:
    if line.hours.always:
        return words["always"]
    if line.hours.text is not None:
        return line.hours.text[language]
    if line.hours.weekly:
        return DutyLine(name=line.name, phone="", hours=line.hours.weekly).hours_text(language)
    return words["differs"]
