"""When somebody is there: weekly hours, of a line or of an office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from companion.language import Language

Wording = dict[Language, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenHours:
    """A weekly opening: on these weekdays, from one local time to another."""

    #: ISO weekdays, 1 = Monday … 7 = Sunday.
    days: frozenset[int]
    opens: time
    #: Not after midnight is crossed: a night shift is two entries. 00:00 means midnight.
    closes: time

    def covers(self, local: datetime) -> bool:
        """Whether a local time falls inside."""
        before_close = self.closes == time(0) or local.time() < self.closes
        return local.isoweekday() in self.days and self.opens <= local.time() and before_close
