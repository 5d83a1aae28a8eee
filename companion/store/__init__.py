"""The rows as the flows see them; the database itself is infra/store."""

from companion.store.cases import Cases, Page, PageDraft, PageReason, Pages, PageState
from companion.store.housekeeping import Upkeep, WebSessions
from companion.store.records import Draft, Fact, Line, PastTurn, StudentChanges
from companion.store.repositories import (
    Claim,
    Inbounds,
    Outbounds,
    Reading,
    Talks,
    Transaction,
)
from companion.store.saved_replies import SavedReplies, SavedReply
from companion.store.staffing import Audit, Entry, Login, Members, Shifts
from companion.store.students import Students

__all__ = [
    "Audit",
    "Cases",
    "Claim",
    "Draft",
    "Entry",
    "Fact",
    "Inbounds",
    "Line",
    "Login",
    "Members",
    "Outbounds",
    "Page",
    "PageDraft",
    "PageReason",
    "PageState",
    "Pages",
    "PastTurn",
    "Reading",
    "SavedReplies",
    "SavedReply",
    "Shifts",
    "StudentChanges",
    "Students",
    "Talks",
    "Transaction",
    "Upkeep",
    "WebSessions",
]
