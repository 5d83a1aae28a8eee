"""Which cases wait for somebody: the number beside the menu, and at the head of the queue."""

from __future__ import annotations

from collections.abc import Sequence

from companion.staff.cases import Case


def waiting(cases: Sequence[Case]) -> list[Case]:
    """Return the cases nobody has claimed; a drill rings and is listed, but counts for none."""
    return [case for case in cases if case.owner_id is None and not case.is_drill]
