"""Members of staff: who they are to the system, what they may do, how they are reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from companion.language import Language

#: How long a browser of staff stays signed in at most, however busy it is.
STAFF_SESSION_LIFE: Final = timedelta(hours=12)


class Role(StrEnum):
    """What somebody is at the desk."""

    COUNSELLOR = "counsellor"  #: Takes cases.
    SUPERVISOR = "supervisor"  #: Also the roster, the registry, the review, the figures.
    ADMIN = "admin"  #: Accounts and settings; sees no case.
    AUDITOR = "auditor"  #: Reads the audit log and the figures; sees no case.


class Right(StrEnum):
    """One thing that may be done at the desk."""

    CASES = "cases"  #: See the queue and the cards, claim, talk, note, close.
    ROSTER = "roster"
    REGISTRY = "registry"
    REVIEW = "review"  #: False alarms and the weight report.
    FIGURES = "figures"
    AUDIT = "audit"
    ACCOUNTS = "accounts"
    DRILL = "drill"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.COUNSELLOR: frozenset({Right.CASES, Right.DRILL}),
    Role.SUPERVISOR: frozenset(
        {
            Right.CASES,
            Right.ROSTER,
            Right.REGISTRY,
            Right.REVIEW,
            Right.FIGURES,
            Right.AUDIT,
            Right.DRILL,
        }
    ),
    Role.ADMIN: frozenset({Right.ACCOUNTS, Right.ROSTER, Right.REGISTRY, Right.DRILL}),
    Role.AUDITOR: frozenset({Right.AUDIT, Right.FIGURES}),
}


class ChannelKind(StrEnum):
    """A way to reach somebody."""

    TELEGRAM = "telegram"
    WECOM = "wecom"  #: A WeCom group robot's key.
    WECOM_APP = "wecom_app"  #: One member's UserID; the campus's own application writes to them.
    EMAIL = "email"
    WEBHOOK = "webhook"  #: An https address that takes a signed JSON object.


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """One member of staff."""

    id: UUID
    login: str
    #: The name students see in a relay; chosen by its bearer.
    name: str
    role: Role
    language: Language
    #: When they last said "on duty" themselves; None after "off duty".
    on_duty_since: datetime | None = None
    disabled_at: datetime | None = None

    def may(self, right: Right) -> bool:
        """Whether the role carries this right and the account is in use."""
        return self.disabled_at is None and right in RIGHTS[self.role]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffChannel:
    """One way to reach one member of staff."""

    id: UUID
    staff_id: UUID
    kind: ChannelKind
    address: str = field(repr=False)
