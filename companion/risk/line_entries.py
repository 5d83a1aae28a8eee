"""Reading `content/hotlines.toml`: a bad entry is refused by file and name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from companion.errors import ContentError
from companion.language import Language
from companion.open_hours import OpenHours, Wording
from companion.risk.content import Entry, entries, read_toml, refuse_unknown, words
from companion.risk.lines import Channel, ChannelType, Line, LineHours, LineKind, LineStatus

FILE = "hotlines.toml"
_KEYS = {
    *("id", "country", "region", "kind", "name", "channels", "languages", "hours", "cost"),
    *("operator", "what_happens", "source_url", "confidence", "verified_at", "verified_by"),
    *("checked_at", "expires_at", "status", "notes"),
}


def read_lines() -> tuple[Line, ...]:
    """Return every line of the packaged file, or raise ContentError."""
    return lines_of(read_toml(FILE))


def lines_of(document: Mapping[str, Any]) -> tuple[Line, ...]:
    """Return the lines of a document in the form of `hotlines.toml`, or raise ContentError."""
    return tuple(_line(entry, document) for entry in entries(document, "line", file=FILE))


def _line(entry: Entry, document: Mapping[str, Any]) -> Line:
    refuse_unknown(entry, _KEYS, file=FILE)
    try:
        return _built(entry, document)
    except (KeyError, ValueError, TypeError, ZoneInfoNotFoundError) as error:
        raise ContentError(f"{FILE}: '{entry['id']}': {error}") from error


def _built(entry: Entry, document: Mapping[str, Any]) -> Line:
    kind = LineKind(entry["kind"])
    channels = tuple(_channel(way, entry) for way in entry["channels"])
    if not channels:
        raise ValueError("needs at least one channel")
    says = entry.get("what_happens") or document["what_happens"][_usual_words(kind, channels)]
    return Line(
        id=entry["id"],
        country=entry["country"],
        region=entry.get("region"),
        name=_wording(entry["name"]),
        kind=kind,
        channels=channels,
        languages=words(entry, "languages", file=FILE, required=True),
        hours=_hours(entry["hours"]),
        cost=_wording(entry["cost"]) if "cost" in entry else None,
        operator=entry["operator"],
        what_happens=_wording(says),
        source_url=entry.get("source_url"),
        confidence=_confidence(entry["confidence"]),
        verified_at=_day(entry["verified_at"]) if entry.get("verified_at") else None,
        verified_by=entry.get("verified_by") or None,
        checked_at=_day(entry.get("checked_at", document["checked_at"])),
        expires_at=_day(entry.get("expires_at", document["expires_at"])),
        status=LineStatus(entry.get("status", "active")),
        notes=_wording(entry["notes"]) if "notes" in entry else None,
    )


def _usual_words(kind: LineKind, channels: tuple[Channel, ...]) -> str:
    if kind in (LineKind.CRISIS, LineKind.YOUTH) and channels[0].type is ChannelType.TEXT:
        return "text"
    return kind.value


def _channel(way: Mapping[str, str], entry: Entry) -> Channel:
    unknown = set(way) - {"type", "value", "display", "keyword", "app", "url"}
    if unknown:
        raise ContentError(f"{FILE}: '{entry['id']}': unknown channel keys {sorted(unknown)}")
    type_ = ChannelType(way["type"])
    if type_ in (ChannelType.CALL, ChannelType.TEXT) and not way["value"].isdigit():
        raise ContentError(f"{FILE}: '{entry['id']}': a number to call or text is digits only")
    return Channel(
        type=type_,
        value=way["value"],
        display=way.get("display", way["value"]),
        keyword=way.get("keyword"),
        app=way.get("app"),
        url=way.get("url"),
    )


def _hours(table: Mapping[str, Any]) -> LineHours:
    if table.get("always"):
        return LineHours(always=True)
    if "weekly" in table:
        return LineHours(
            weekly=tuple(_opening(window) for window in table["weekly"]),
            timezone=ZoneInfo(table["timezone"]),
        )
    return LineHours(text=_wording(table))


def _opening(window: Mapping[str, Any]) -> OpenHours:
    days = frozenset(window["days"])
    if not days <= set(range(1, 8)):
        raise ValueError("days are 1 (Monday) to 7 (Sunday)")
    return OpenHours(
        days=days,
        opens=time.fromisoformat(window["opens"]),
        closes=time.fromisoformat(window["closes"]),
    )


def _wording(table: Mapping[str, str]) -> Wording:
    return {language: _text(table[language.value]) for language in Language}


def _text(text: object) -> str:
    if not isinstance(text, str) or not text:
        raise ValueError("a wording is empty or not a text")
    return text


def _confidence(word: str) -> str:
    if word not in ("high", "medium", "low"):
        raise ValueError("confidence is high, medium or low")
    return word


def _day(value: object) -> date:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise TypeError("a date is written like 2026-11-22")
    return value
