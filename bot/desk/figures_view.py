"""The figures of a period, read from the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from companion.campus import Campus
from companion.flows.digest import digest_of
from companion.risk import Level
from companion.staff.cases import Outcome
from companion.staff.clocks import Clocks
from companion.staff.digest import Digest, planned
from companion.staff.figures import (
    Coverage,
    Group,
    Share,
    Step,
    Times,
    Wait,
    groups,
    missed,
    share,
    shown,
    wait,
)
from companion.staff.follow_ups import FollowUpState
from companion.staff.months import Month, months
from companion.staff.review import weights
from companion.store import Reading
from companion.store.figures import Period

#: The gravest first; none: a person lowered it all the way.
LEVELS = (Level.IMMINENT, Level.HIGH, Level.MODERATE, Level.WATCH, Level.NONE)
#: Years that a report may ask for, this one included.
YEARS = 3
_REFERRALS = (
    Outcome.REFERRED_HOSPITAL,
    Outcome.EMERGENCY_CALLED,
    Outcome.CONTACT_TOLD,
    Outcome.APPOINTMENT,
)
_LEFT = (FollowUpState.SENT, FollowUpState.ANSWERED, FollowUpState.SILENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One line of a table by level; no levels: all of them together."""

    levels: tuple[Level, ...]
    wait: Wait
    missed: Share
    #: The share of missed clocks, also where its counts are hidden.
    rate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """How often one line of evidence was false."""

    evidence: str
    false: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """What a yearly report asks for; None: a small group, hidden."""

    year: int
    shown: int | None
    endings: Mapping[Outcome, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUps:
    """The caring contacts that were due."""

    due: int | None
    left: Share
    answered: Share
    stopped: Share
    undelivered: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All figures of one period."""

    first: Month
    last: Month
    total: int | None
    by_month: Sequence[Group[Month]]
    by_level: Sequence[Group[Level]]
    waiting: Mapping[Step, Sequence[Waiting]]
    alarms: Sequence[Alarm]
    hidden_alarms: int
    follow_ups: FollowUps
    years: Sequence[Year]
    #: What the latest daily digest said, and when it was planned; None: the campus has none.
    digest: tuple[Digest, datetime] | None


def read_sheet(tx: Reading, first: Month, last: Month, *, campus: Campus, now: datetime) -> Sheet:
    """Return the figures of the months from the first to the last."""
    zone = campus.timezone
    period = Period(first.begins(zone), last.later(1).begins(zone))
    each = months(first, last)
    opened = tx.figures.opened([Period(m.begins(zone), m.later(1).begins(zone)) for m in each])
    levels = tx.figures.levels(period)
    named = [level for level in LEVELS if level is not Level.NONE or levels.get(level)]
    by_level = groups({level: levels.get(level, 0) for level in named})
    times = tx.figures.times(period)
    duty = Coverage.of(tx.shifts.between(period.starts_at, now))
    judged = weights(tx.figures.fired(period))
    large = [one for one in judged if shown(one.of)]
    return Sheet(
        first=first,
        last=last,
        total=shown(sum(opened)),
        by_month=groups(dict(zip(each, opened, strict=True))),
        by_level=by_level,
        waiting={
            step: _waiting(times, step, by_level, clocks=campus.clocks, duty=duty, now=now)
            for step in Step
        },
        alarms=[Alarm(evidence=one.evidence, false=share(one.false, one.of)) for one in large],
        hidden_alarms=len(judged) - len(large),
        follow_ups=_follow_ups(tx.figures.follow_ups(period, now=now)),
        years=_years(tx, Month.at(now, zone).year, zone),
        digest=_digest(tx, campus, now),
    )


def _digest(tx: Reading, campus: Campus, now: datetime) -> tuple[Digest, datetime] | None:
    """Return the digest of the latest planned moment: at any other one, it could be told apart."""
    if campus.watch_digest is None:
        return None
    due_at = planned(campus.watch_digest, now, campus.timezone)
    return digest_of(tx, due_at), due_at


def _waiting(
    times: Sequence[Times],
    step: Step,
    by_level: Sequence[Group[Level]],
    *,
    clocks: Clocks,
    duty: Coverage,
    now: datetime,
) -> Sequence[Waiting]:
    def line(levels: tuple[Level, ...]) -> Waiting:
        those = [one for one in times if not levels or one.level in levels]
        late, of = missed(those, clocks, step, duty=duty, now=now)
        rate = late / of if shown(of) else None
        found = wait(one.took(step) for one in those)
        return Waiting(levels=levels, wait=found, missed=share(late, of), rate=rate)

    parts, whole = [line(group.keys) for group in by_level], line(())
    if any(part.wait.count is None or part.missed.of is None for part in parts):
        # The counts of all, less those that are shown, would be those of a small group.
        bare = Wait(None, whole.wait.median, whole.wait.most)
        whole = Waiting(levels=(), wait=bare, missed=Share(None, None), rate=whole.rate)
    return (*parts, whole)


def _follow_ups(counts: Mapping[FollowUpState, int]) -> FollowUps:
    due = sum(counts.values())
    left = sum(counts.get(state, 0) for state in _LEFT)
    return FollowUps(
        due=shown(due),
        left=share(left, due),
        answered=share(counts.get(FollowUpState.ANSWERED, 0), left),
        stopped=share(counts.get(FollowUpState.STOPPED, 0), due),
        undelivered=share(counts.get(FollowUpState.REFUSED, 0), due),
    )


def _years(tx: Reading, this: int, zone: ZoneInfo) -> Sequence[Year]:
    years = [this - back for back in range(YEARS)]
    spans = [Period(Month(year, 1).begins(zone), Month(year + 1, 1).begins(zone)) for year in years]
    shown_in, ended = tx.figures.referred(spans), tx.figures.outcomes(spans)
    return [
        Year(
            year=year,
            shown=shown(led),
            endings={outcome: shown(endings.get(outcome, 0)) for outcome in _REFERRALS},
        )
        for year, led, endings in zip(years, shown_in, ended, strict=True)
    ]
