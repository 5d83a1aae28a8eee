"""Months and years of a campus, by its own calendar."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from companion.errors import BadInput

_MONTHS = 12
_WRITTEN = re.compile(r"([0-9]{4})-([0-9]{2})")
_FIRST_YEAR, _LAST_YEAR = 2020, 2099


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One month of a local calendar."""

    year: int
    month: int

    @classmethod
    def at(cls, moment: datetime, zone: ZoneInfo) -> Month:
        """Return the month that a moment lies in."""
        local = moment.astimezone(zone)
        return cls(local.year, local.month)

    @classmethod
    def read(cls, text: str) -> Month:
        """Read "2026-11". Raises BadInput."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise BadInput("write a month as 2026-11")
        year, month = found.groups()
        if not (_FIRST_YEAR <= int(year) <= _LAST_YEAR and 1 <= int(month) <= _MONTHS):
            raise BadInput("there is no such month")
        return cls(int(year), int(month))

    def later(self, months: int) -> Month:
        """Return the month so many months later, or earlier."""
        year, month = divmod(self.year * _MONTHS + self.month - 1 + months, _MONTHS)
        return Month(year, month + 1)

    def until(self, last: Month) -> int:
        """Return how many months there are from this one to the last, both included."""
        return (last.year - self.year) * _MONTHS + last.month - self.month + 1

    def begins(self, zone: ZoneInfo) -> datetime:
        """Return the moment it begins, in UTC."""
        return datetime(self.year, self.month, 1, tzinfo=zone).astimezone(UTC)

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"


def months(first: Month, last: Month) -> Sequence[Month]:
    """Return the months from the first to the last, both included."""
    return [first.later(number) for number in range(first.until(last))]
