"""A guess about a journal that its writer strikes out: it is not made again."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from companion.dialogue.journal_reading import WINDOW
from companion.flows.journal_pages import pages_of
from companion.flows.order import Order
from companion.texts import say

#: What a finding is called, and the day on which it was told.
_WRONG: Final = re.compile(r"([a-z]+(?::[a-z0-9_]+){0,2}) (\d{8})")


def mark_wrong(order: Order, said: str) -> None:
    """Remember on the pages of that reading that one finding is wrong. Safe to run twice."""
    found = _WRONG.fullmatch(said)
    if found is None:
        order.answer_unknown()
        return
    zone = order.campus.timezone
    told = datetime.strptime(found[2], "%Y%m%d").replace(tzinfo=zone) + timedelta(days=1)
    for entry, page in pages_of(order.tx, order.student.id):
        if told - WINDOW - timedelta(days=1) <= entry.at < told:
            body = page.without(found[1]).to_json()
            order.tx.care.entries.put(entry, body=body, now=order.now)
    order.answer(say("journal.struck", order.language))
