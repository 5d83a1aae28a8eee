"""How fast a case must be answered: the rungs of its ladder and when each is due.

The defaults are those of design.md, part 7; every number is the campus's to change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from companion.risk import Level


class Who(StrEnum):
    """Who stands on a rung."""

    #: Whoever is on duty first, and the channels of the whole campus.
    PRIMARY = "primary"
    BACKUP = "backup"
    SUPERVISOR = "supervisor"
    #: All who take cases, and the channels of the whole campus.
    EVERYBODY = "everybody"
    #: Nobody is paged: the student is told plainly that nobody has answered.
    STUDENT = "student"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder."""

    who: Who
    #: After the level rose.
    after: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What one level asks of staff."""

    #: How soon somebody must have claimed the case, and spoken with the student.
    acknowledge: timedelta
    contact: timedelta
    #: By time; after the last one the case is paged again at each beginning of a duty.
    #: Empty: nobody is paged; the daily digest counts who was at this level.
    rungs: tuple[Rung, ...] = ()
    #: Whether the waiting runs only while somebody is on duty.
    on_duty_only: bool = False


def _minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


IMMINENT = Clock(
    acknowledge=_minutes(3),
    contact=_minutes(5),
    rungs=(
        Rung(Who.PRIMARY),
        Rung(Who.BACKUP, _minutes(3)),
        Rung(Who.SUPERVISOR, _minutes(6)),
        Rung(Who.EVERYBODY, _minutes(10)),
        Rung(Who.STUDENT, _minutes(10)),
    ),
)
HIGH = Clock(
    acknowledge=_minutes(10),
    contact=_minutes(15),
    rungs=(
        Rung(Who.PRIMARY),
        Rung(Who.BACKUP, _minutes(10)),
        Rung(Who.SUPERVISOR, _minutes(20)),
        Rung(Who.EVERYBODY, _minutes(30)),
        Rung(Who.STUDENT, _minutes(30)),
    ),
)
MODERATE = Clock(
    acknowledge=_minutes(60),
    contact=_minutes(480),
    rungs=(
        Rung(Who.PRIMARY),
        Rung(Who.BACKUP, _minutes(60)),
        Rung(Who.STUDENT, _minutes(120)),
    ),
    on_duty_only=True,
)
WATCH = Clock(acknowledge=timedelta(days=1), contact=timedelta(days=3), on_duty_only=True)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks of one campus."""

    by_level: Mapping[Level, Clock] = field(
        default_factory=lambda: {
            Level.IMMINENT: IMMINENT,
            Level.HIGH: HIGH,
            Level.MODERATE: MODERATE,
            Level.WATCH: WATCH,
        }
    )

    def of(self, level: Level, *, asked_for: bool = False) -> Clock:
        """Return the clock of a level; who asks for a person does not wait for the digest."""
        if asked_for:
            level = max(level, Level.MODERATE)
        return self.by_level[max(level, Level.WATCH)]
