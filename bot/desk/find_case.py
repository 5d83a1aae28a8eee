"""A case by the number people say to each other."""

from __future__ import annotations

from bot.desk.page import Desk
from companion.staff.cases import Case

#: No number is larger: a longer one in an address would only trouble the database.
_LARGEST = 2**31 - 1


def case_by(desk: Desk, number: int) -> Case | None:
    """Return the case with this number; None when there is none. Raises StoreUnavailable."""
    if number > _LARGEST:
        return None
    with desk.services.store.reading() as tx:
        return tx.cases.find(number)
