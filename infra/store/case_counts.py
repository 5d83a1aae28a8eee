"""What is left of erased cases: how many of which sort there were in a month, and nobody's id."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import ColumnElement, and_, exists, not_, select

from companion.campus import Campus
from companion.risk import Level
from companion.staff.months import Month
from infra.store.case_tables import EscalationRow, TriggerRow
from infra.store.count_tables import CaseCountRow
from infra.store.session import Vaulted

#: A case whose student erased it; a case that a person closed has an outcome. It was counted when
#: it was erased, and its bare row waits for a page to leave (see burial.erased_cases).
IS_ERASED = and_(EscalationRow.closed_at.is_not(None), EscalationRow.outcome.is_(None))
#: What figures count one by one.
IS_REAL = and_(EscalationRow.is_drill.is_(False), not_(IS_ERASED))
#: A message led to helplines being shown.
WAS_SHOWN = exists().where(
    TriggerRow.case_id == EscalationRow.id,
    TriggerRow.message_id.is_not(None),
    TriggerRow.level >= int(Level.MODERATE),
)
_SORT = ("month", "region", "level", "kinds", "outcome", "was_shown")


def count_cases(vaulted: Vaulted, which: ColumnElement[bool], *, campus: Campus) -> None:
    """Add cases that are about to be deleted to the counts. To be called once, before that."""
    rows = vaulted.session.execute(
        select(
            EscalationRow.opened_at,
            EscalationRow.level,
            EscalationRow.kinds,
            EscalationRow.outcome,
            WAS_SHOWN.label("was_shown"),
        ).where(IS_REAL, which)
    ).all()
    zone = campus.timezone
    for row in rows:
        statement = vaulted.insert(CaseCountRow).values(
            id=uuid4(),
            month=Month.at(row.opened_at, zone).begins(zone),
            region=campus.region,
            level=row.level,
            kinds=",".join(sorted(row.kinds)),
            outcome=row.outcome or "",
            was_shown=row.was_shown,
            count=1,
        )
        vaulted.session.execute(
            statement.on_conflict_do_update(
                index_elements=_SORT, set_={"count": CaseCountRow.count + 1}
            )
        )
