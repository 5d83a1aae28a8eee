"""The rows as the flows see them; the database itself is infra/store."""

from companion.store.housekeeping import Upkeep, WebSessions
from companion.store.records import Draft, Escalation, Fact, Line, PastTurn, StudentChanges
from companion.store.repositories import (
    Claim,
    Escalations,
    Inbounds,
    Outbounds,
    Reading,
    Students,
    Talks,
    Transaction,
)

__all__ = [
    "Claim",
    "Draft",
    "Escalation",
    "Escalations",
    "Fact",
    "Inbounds",
    "Line",
    "Outbounds",
    "PastTurn",
    "Reading",
    "StudentChanges",
    "Students",
    "Talks",
    "Transaction",
    "Upkeep",
    "WebSessions",
]
