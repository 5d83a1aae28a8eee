"""Counts over many cases; one query each, on both databases."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, case, cast, func, or_, select

from companion.risk import Kind, Level, Subject
from companion.staff.cases import CaseState, FalseAlarm, Outcome, Trigger
from companion.staff.figures import Times
from companion.staff.follow_ups import FollowUpState
from companion.staff.review import Fired, Judged
from companion.store.figures import CHECKED, Check, CheckResult, Period
from infra.store.case_counts import IS_REAL, WAS_SHOWN
from infra.store.case_tables import EscalationRow, FollowUpRow, TriggerRow
from infra.store.count_tables import CaseCountRow
from infra.store.session import Vaulted
from infra.store.staff_tables import AuditRow

#: Endings that tell nothing about the alarm.
_SILENT = [Outcome.DUPLICATE.value, Outcome.TEST.value]

Value = TypeVar("Value", bound=StrEnum)


class Figures:
    """The repository behind companion.store.Figures."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._session = vaulted.session

    def times(self, period: Period) -> Sequence[Times]:
        """Return when things happened in the cases of a period, nothing else of them."""
        rows = self._session.execute(
            select(
                EscalationRow.level,
                EscalationRow.state,
                EscalationRow.opened_at,
                EscalationRow.raised_at,
                EscalationRow.claimed_at,
                EscalationRow.contact_at,
                EscalationRow.closed_at,
                EscalationRow.asked_for,
            ).where(IS_REAL, _in(EscalationRow.opened_at, period))
        )
        return [
            Times(
                level=Level(row.level),
                state=CaseState(row.state),
                opened_at=row.opened_at,
                raised_at=row.raised_at,
                claimed_at=row.claimed_at,
                contact_at=row.contact_at,
                closed_at=row.closed_at,
                asked_for=row.asked_for,
            )
            for row in rows
        ]

    def opened(self, periods: Sequence[Period]) -> Sequence[int]:
        """Return how many cases were opened in each period."""
        return self._by_period(periods)

    def levels(self, period: Period) -> Mapping[Level, int]:
        """Count cases by their present level."""
        rows = self._session.execute(
            select(EscalationRow.level, func.count())
            .where(IS_REAL, _in(EscalationRow.opened_at, period))
            .group_by(EscalationRow.level)
        )
        found = Counter({Level(level): count for level, count in rows})
        for row in self._erased([period]):
            found[Level(row.level)] += row.count
        return found

    def outcomes(self, periods: Sequence[Period]) -> Sequence[Mapping[Outcome, int]]:
        """Count the closed cases of each period by how they ended."""
        which = _which(periods)
        found: list[Counter[Outcome]] = [Counter() for _ in periods]
        asked = (
            select(which, EscalationRow.outcome, func.count())
            .where(IS_REAL, EscalationRow.outcome.is_not(None), _in_one_of(periods))
            .group_by(which, EscalationRow.outcome)
        )
        for number, outcome, count in self._session.execute(asked):
            found[number][Outcome(outcome)] = count
        for row in self._erased(periods):
            if row.outcome:
                found[row.period][Outcome(row.outcome)] += row.count
        return found

    def referred(self, periods: Sequence[Period]) -> Sequence[int]:
        """Return in how many cases of each period a message led to helplines being shown."""
        return self._by_period(periods, shown_only=True)

    def follow_ups(self, period: Period, *, now: datetime) -> Mapping[FollowUpState, int]:
        """Count the caring contacts due in a period and before now, by how far they got."""
        rows = self._session.execute(
            select(FollowUpRow.state, func.count())
            .join(EscalationRow, EscalationRow.id == FollowUpRow.case_id)
            .where(IS_REAL, _in(FollowUpRow.due_at, period), FollowUpRow.due_at <= now)
            .group_by(FollowUpRow.state)
        )
        return {FollowUpState(state): count for state, count in rows}

    def fired(self, period: Period) -> Sequence[Fired]:
        """Return the alarms of a period, those alike counted together."""
        # Lists are compared as the text they are stored as: PostgreSQL cannot compare JSON.
        alike = (
            cast(TriggerRow.evidence, Text),
            cast(TriggerRow.kinds, Text),
            TriggerRow.false_alarm,
            EscalationRow.outcome,
        )
        rows = self._session.execute(
            select(*alike, func.count())
            .join(EscalationRow, EscalationRow.id == TriggerRow.case_id)
            .where(IS_REAL, _in(TriggerRow.at, period))
            .group_by(*alike)
        )
        return [
            Fired(
                evidence=tuple(json.loads(evidence)),
                kinds=tuple(Kind(kind) for kind in json.loads(kinds)),
                false_alarm=_maybe(FalseAlarm, why),
                outcome=_maybe(Outcome, outcome),
                count=count,
            )
            for evidence, kinds, why, outcome, count in rows
        ]

    def judged(
        self, period: Period, *, marked_only: bool = False, limit: int = 10_000
    ) -> Sequence[Judged]:
        """Return the alarms of a period that were marked, or whose case ended; newest first."""
        ended = and_(EscalationRow.outcome.is_not(None), EscalationRow.outcome.not_in(_SILENT))
        marked = or_(
            TriggerRow.false_alarm.is_not(None),
            EscalationRow.outcome == Outcome.FALSE_ALARM.value,
        )
        rows = self._session.execute(
            select(TriggerRow, EscalationRow)
            .join(EscalationRow, EscalationRow.id == TriggerRow.case_id)
            .where(IS_REAL, _in(TriggerRow.at, period))
            .where(marked if marked_only else or_(marked, ended))
            .order_by(TriggerRow.at.desc(), TriggerRow.id)
            .limit(limit)
            .execution_options(populate_existing=True)
        )
        return [_judged(trigger, case_row) for trigger, case_row in rows]

    def checks(self) -> Sequence[Check]:
        """Return the latest check of each helpline, from the audit log."""
        rows = self._session.execute(
            select(AuditRow.at, AuditRow.detail)
            .where(AuditRow.action == CHECKED)
            .order_by(AuditRow.number)
        )
        latest = {row.detail["line"]: _check(row.at, row.detail) for row in rows}
        return list(latest.values())

    def _by_period(self, periods: Sequence[Period], *, shown_only: bool = False) -> Sequence[int]:
        which = _which(periods)
        rows = self._session.execute(
            select(which, func.count())
            .select_from(EscalationRow)
            .where(IS_REAL, _in_one_of(periods), *([WAS_SHOWN] if shown_only else []))
            .group_by(which)
        )
        counts: Counter[int] = Counter(dict(rows.all()))
        for row in self._erased(periods):
            counts[row.period] += row.count if row.was_shown or not shown_only else 0
        return [counts[number] for number in range(len(periods))]

    def _erased(self, periods: Sequence[Period]) -> Sequence[Any]:
        """Return the counts of erased cases, each with the number of its period."""
        month = CaseCountRow.month
        return self._session.execute(
            select(
                _which(periods, month),
                CaseCountRow.level,
                CaseCountRow.outcome,
                CaseCountRow.was_shown,
                CaseCountRow.count.label("count"),
            ).where(_in_one_of(periods, month))
        ).all()


def _in(column: Any, period: Period) -> ColumnElement[bool]:
    return and_(column >= period.starts_at, column < period.ends_at)


def _in_one_of(
    periods: Sequence[Period], column: Any = EscalationRow.opened_at
) -> ColumnElement[bool]:
    return or_(*(_in(column, period) for period in periods))


def _which(periods: Sequence[Period], column: Any = EscalationRow.opened_at) -> Any:
    """Return the number of the period in which a case was opened, 0 for the first."""
    numbered = ((_in(column, each), number) for number, each in enumerate(periods))
    return case(*numbered).label("period")


def _judged(trigger: TriggerRow, row: EscalationRow) -> Judged:
    return Judged(
        trigger=Trigger(
            id=trigger.id,
            message_id=trigger.message_id,
            level=Level(trigger.level),
            kinds=tuple(Kind(kind) for kind in trigger.kinds),
            subject=Subject(trigger.subject),
            score=trigger.score,
            evidence=tuple(trigger.evidence),
            at=trigger.at,
            false_alarm=_maybe(FalseAlarm, trigger.false_alarm),
        ),
        case_id=row.id,
        number=row.number,
        level=Level(row.level),
        outcome=_maybe(Outcome, row.outcome),
    )


def _maybe(kind: type[Value], value: str | None) -> Value | None:
    return None if value is None else kind(value)


def _check(at: datetime, detail: Mapping[str, Any]) -> Check:
    return Check(
        line=detail["line"],
        result=CheckResult(detail["result"]),
        on=date.fromisoformat(detail["on"]),
        by=UUID(detail["by"]),
        at=at,
    )
