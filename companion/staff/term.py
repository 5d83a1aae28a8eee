"""The days of a campus on which duty is arranged differently: holidays, and exam weeks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from companion.language import Language


class DayKind(StrEnum):
    """What a day is to the roster."""

    TERM = "term"  #: An ordinary day.
    HOLIDAY = "holiday"
    EXAMS = "exams"  #: An ordinary day on which more people may be wanted.


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDays:
    """Days from `first` to `last`, both included."""

    first: date
    last: date
    kind: DayKind = DayKind.HOLIDAY
    name: dict[Language, str] = field(default_factory=dict)


def kind_of(day: date, special: Iterable[SpecialDays]) -> DayKind:
    """Return what a day is; a holiday in the midst of exam weeks is a holiday."""
    kinds = {days.kind for days in special if days.first <= day <= days.last}
    if DayKind.HOLIDAY in kinds:
        return DayKind.HOLIDAY
    return DayKind.EXAMS if DayKind.EXAMS in kinds else DayKind.TERM
