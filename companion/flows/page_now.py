"""Paging from the process that took the text in, when the broker is away (law 4)."""

from __future__ import annotations

from uuid import UUID

from companion.flows.climb import climb
from companion.flows.page import page
from companion.flows.services import Services
from companion.store import PageState


def page_now(case_id: UUID, *, services: Services) -> None:
    """Climb the ladder as far as it is due, and send its pages here.

    Raises UnknownRow, StoreUnavailable. Safe to run twice.
    """
    climb(case_id, services=services)
    with services.store.reading() as tx:
        owed = [one.id for one in tx.pages.of_case(case_id) if one.state is PageState.OWED]
    for page_id in owed:
        page(page_id, services=services)
