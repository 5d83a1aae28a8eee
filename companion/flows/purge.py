"""Deleting what has passed its date."""

from __future__ import annotations

from datetime import timedelta

from companion.flows.services import Services
from companion.staff.people import STAFF_SESSION_LIFE

#: What is kept for those who did not allow storage: long enough to deliver and to help.
UNSTORED = timedelta(hours=24)
#: A browser that was away this long starts a new chat.
SESSION_LIFE = timedelta(days=180)
#: How long an erased student's receipt waits to be fetched.
RECEIPT_LIFE = timedelta(hours=24)
_BATCH = 5_000


def purge(*, services: Services) -> int:
    """Delete old words, old browsers, void codes and erased students; returns how many rows went.

    Raises StoreUnavailable. Safe to run twice.
    """
    now = services.clock.now()
    before = now - timedelta(days=services.campus.retention_days)
    deleted = 0
    while True:
        # Short transactions: a purge must never hold up somebody's message.
        with services.store.transaction() as tx:
            dropped = tx.upkeep.drop_words(
                before=before, unstored_before=now - UNSTORED, limit=_BATCH
            )
        deleted += dropped
        if not dropped:
            break
    with services.store.transaction() as tx:
        deleted += tx.upkeep.close_sessions(before=now - SESSION_LIFE)
        deleted += tx.upkeep.close_staff_sessions(before=now - STAFF_SESSION_LIFE)
        deleted += tx.upkeep.drop_codes(now=now)
        deleted += tx.digests.forget(before=before)
        deleted += tx.care.nudges.forget(before=before)
        deleted += tx.students.bury(before=now - RECEIPT_LIFE, campus=services.campus)
    return deleted
