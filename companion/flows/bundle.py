"""An outage of the screening raises many cases at once: they are paged together, in one page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from companion.risk import Level
from companion.staff.cases import Case
from companion.store import Reading

#: So many cases within this time are paged one by one; more of them are one page.
MOST_ALONE = 5
WITHIN = timedelta(minutes=2)
#: How long a bundle is collected; a case that cannot be judged counts as moderate, an hour's wait.
COLLECTED = timedelta(minutes=1)


def bundle_of(tx: Reading, case: Case) -> Sequence[Case]:
    """Return the cases that share this one's page, the lowest number first; empty: it has its own.

    Only cases that nothing but a broken screening raised, and that wait on the same rung
    and were heard of alike.
    """
    near = [
        other
        for other in tx.cases.unscreened(after=case.raised_at - WITHIN)
        if other.raised_at <= case.raised_at + WITHIN
        and other.level <= Level.MODERATE
        and other.may_page
    ]
    if len(near) <= MOST_ALONE or all(other.id != case.id for other in near):
        return ()
    return [other for other in near if not other.is_answered and _place(other) == _place(case)]


def _place(case: Case) -> tuple[int, bool]:
    return case.rung, case.is_notified


def is_collecting(case: Case, *, now: datetime) -> bool:
    """Whether more cases are waited for before the first page of a bundle leaves."""
    return case.rung == 0 and not case.is_notified and now < case.raised_at + COLLECTED
