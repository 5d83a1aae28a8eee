"""Reading what a form of the desk sent: a field is what it should be, or BadField says which."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData

#: Days that somebody could mean; years beyond are typing errors.
_FIRST, _LAST = date(2020, 1, 1), date(2099, 12, 31)

Chosen = TypeVar("Chosen", bound=StrEnum)


class BadField(Exception):
    """A field of a form is missing or malformed; `name` is a wording under `fields`."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def text(form: FormData, name: str, *, most: int = 200) -> str:
    """Return a text without the spaces around it; empty when it was left out."""
    value = str(form.get(name, "")).strip()
    if len(value) > most or not value.isprintable():
        raise BadField("text")
    return value


def day(value: str) -> date:
    """Return a day written as 2026-11-23."""
    try:
        found = date.fromisoformat(value)
    except ValueError:
        raise BadField("day") from None
    if not _FIRST <= found <= _LAST:
        raise BadField("day")
    return found


def clock(value: str) -> time:
    """Return a time of the day written as 22:00."""
    try:
        found = time.fromisoformat(value)
    except ValueError:
        raise BadField("clock") from None
    return found.replace(second=0, microsecond=0, tzinfo=None)


def moment(value: str, zone: ZoneInfo) -> datetime:
    """Return a local moment written as 2026-11-23T22:00, in UTC."""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise BadField("moment") from None
    if found.tzinfo is not None or not _FIRST <= found.date() <= _LAST:
        raise BadField("moment")
    return found.replace(tzinfo=zone).astimezone(UTC)


def number(value: str, *, least: int, most: int) -> int:
    """Return a whole number within bounds."""
    if not (value.isdecimal() and value.isascii() and least <= int(value) <= most):
        raise BadField("number")
    return int(value)


def one_of(value: str, kind: type[Chosen]) -> Chosen:
    """Return what was chosen from a list."""
    try:
        return kind(value)
    except ValueError:
        raise BadField("choice") from None


def row_id(value: str) -> UUID:
    """Return which row is meant."""
    try:
        return UUID(value)
    except ValueError:
        raise BadField("choice") from None
