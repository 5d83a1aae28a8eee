"""Finding who is to be asked: many students at once, and nobody twice on one day."""

from __future__ import annotations

from typing import Final

from companion.flows.schedule import rules_of
from companion.flows.services import Services
from companion.people.nudges import plan

#: Wishes of one transaction: it is over before anybody's message has to wait for it.
_BATCH: Final = 2_000
#: Batches of one tick. The next one is a minute away, and fewer than these can leave in that time.
_BATCHES: Final = 5


def plan_nudges(*, services: Services) -> int:
    """Plan the nudges that are due, and the next moment of each student; returns how many.

    Their messages are made by companion.flows.nudge, a few at a time. Raises StoreUnavailable.
    Safe to run twice, and from two schedulers.
    """
    now, rules = services.clock.now(), rules_of(services.campus)
    made = 0
    for _ in range(_BATCHES):
        with services.store.transaction() as tx:
            ripe = tx.care.nudges.ripe(now=now, limit=_BATCH)
            plans = [
                (one, plan(one.wish, one.reminders, one.around, now=now, rules=rules))
                for one in ripe
            ]
            made += tx.care.nudges.planned(plans, now=now)
        if len(ripe) < _BATCH:
            break
    return made
