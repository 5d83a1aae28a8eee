"""What `nuanyu doctor` finds: one thing looked at, and how serious it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from infra.settings import Settings


class Health(StrEnum):
    """How serious a finding is."""

    WELL = "ok"
    HINT = "hint"  #: Works, but somebody should know.
    ILL = "bad"  #: Students would notice.


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    health: Health
    detail: str


Check = Callable[[Settings], Iterator[Finding]]
