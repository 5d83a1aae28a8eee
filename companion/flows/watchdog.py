"""Counting what nobody has heard of, straight from the rows: no job, no queue, no channel."""

from __future__ import annotations

from datetime import datetime, timedelta

from companion.ports import Store

#: A high or imminent case that reached nobody for so long is an alarm of its own.
GRAVE = timedelta(seconds=30)
#: The same for the others; who waits for the next beginning of a duty is not meant.
OTHERS = timedelta(minutes=2)


def unnotified_cases(*, store: Store, now: datetime) -> int:
    """Return how many cases should have reached somebody and did not. Raises StoreUnavailable."""
    with store.reading() as tx:
        return tx.cases.unnotified(grave_before=now - GRAVE, before=now - OTHERS)
