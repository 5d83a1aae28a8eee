"""The `[clocks.…]` tables of `campus.toml`: how fast staff must answer at each level."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from companion.risk import Level
from companion.staff.clocks import Clock, Clocks, Rung, Who

Minutes = Annotated[float, Field(gt=0, le=7 * 24 * 60)]


class _Rung(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    after: float = Field(ge=0, le=7 * 24 * 60)
    who: Who


class ClockTable(BaseModel):
    """One level; what is left out keeps its default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    acknowledge: Minutes | None = None
    contact: Minutes | None = None
    rungs: list[_Rung] | None = None
    on_duty_only: bool | None = None

    @model_validator(mode="after")
    def _climbs(self) -> ClockTable:
        if not self.rungs:
            return self
        if self.rungs[0].after > 0 or self.rungs[0].who is Who.STUDENT:
            raise ValueError("the first rung must page somebody, after = 0")
        if any(later.after < sooner.after for sooner, later in pairwise(self.rungs)):
            raise ValueError("each rung must not be due before the one above it")
        return self

    def clock(self, usual: Clock) -> Clock:
        """Return the clock of a level whose default is `usual`."""
        return Clock(
            acknowledge=_span(self.acknowledge, usual.acknowledge),
            contact=_span(self.contact, usual.contact),
            rungs=(
                usual.rungs
                if self.rungs is None
                else tuple(Rung(rung.who, timedelta(minutes=rung.after)) for rung in self.rungs)
            ),
            on_duty_only=(usual.on_duty_only if self.on_duty_only is None else self.on_duty_only),
        )


class ClocksTable(BaseModel):
    """All levels."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    imminent: ClockTable = ClockTable()
    high: ClockTable = ClockTable()
    moderate: ClockTable = ClockTable()
    watch: ClockTable = ClockTable()

    @model_validator(mode="after")
    def _whole(self) -> ClocksTable:
        for level, clock in self.clocks().by_level.items():
            if clock.contact < clock.acknowledge:
                raise ValueError(f"{level.label}: contact must not be sooner than acknowledge")
            if level >= Level.MODERATE and not clock.rungs:
                raise ValueError(f"{level.label}: rungs must not be empty: somebody must be paged")
            told = any(rung.who is Who.STUDENT for rung in clock.rungs)
            if level >= Level.HIGH and not told:
                raise ValueError(
                    f'{level.label}: a rung with who = "student" is missing: whoever waits in '
                    "vain must be told so"
                )
        return self

    def clocks(self) -> Clocks:
        """Return the clocks in the rules' own words."""
        return Clocks(
            {
                level: getattr(self, level.label).clock(usual)
                for level, usual in Clocks().by_level.items()
            }
        )


def _span(minutes: float | None, usual: timedelta) -> timedelta:
    return usual if minutes is None else timedelta(minutes=minutes)
