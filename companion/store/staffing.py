"""What can be asked of staff, the roster and the audit log. The adapters are in infra/store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from companion.language import Language
from companion.staff.duty import Shift
from companion.staff.people import ChannelKind, Role, Staff, StaffChannel


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What signing in is checked against."""

    staff: Staff
    password: str | None = field(repr=False)
    totp_secret: str | None = field(repr=False)
    totp_step: int | None
    failures: int
    locked_until: datetime | None


class Members(Protocol):
    """Accounts of staff, their channels, their signed-in browsers."""

    def add(self, *, login: str, name: str, role: Role, language: Language, now: datetime) -> Staff:
        """Make an account. Raises BadInput when the login is taken."""

    def get(self, staff_id: UUID) -> Staff:
        """Raises UnknownRow."""

    def find(self, login: str) -> Staff | None:
        """Find an account by what its bearer signs in with."""

    def all(self) -> Sequence[Staff]:
        """Return every account in use, by name."""

    def change(
        self,
        staff_id: UUID,
        *,
        name: str | None = None,
        role: Role | None = None,
        language: Language | None = None,
    ) -> None:
        """Change what is given."""

    def disable(self, staff_id: UUID, *, now: datetime) -> None:
        """Take an account out of use, for good: its history stays.

        Its browsers are signed out, its channels and codes are gone. What it held is the business
        of companion.flows.leave.
        """

    def set_on_duty(self, staff_id: UUID, since: datetime | None) -> None:
        """Note that somebody said "on duty" or "off duty"."""

    def login(self, login: str) -> Login | None:
        """Return what signing in is checked against; None for no such account in use."""

    def login_by_subject(self, subject: str) -> Login | None:
        """Find who signs in through the provider as this subject."""

    def set_password(self, staff_id: UUID, password_hash: str, *, now: datetime) -> None:
        """Replace the password's hash and sign out every browser."""

    def set_totp(self, staff_id: UUID, secret: str | None) -> None:
        """Replace the second factor's secret."""

    def set_subject(self, staff_id: UUID, subject: str) -> bool:
        """Bind an account to a subject at the provider; False when it is bound to another."""

    def used_totp(self, staff_id: UUID, step: int) -> bool:
        """Note a used code; False when this step, or a later one, was used already."""

    def failed(self, staff_id: UUID, *, locked_until: datetime | None) -> int:
        """Count a failed try; returns how many there were in a row."""

    def succeeded(self, staff_id: UUID) -> None:
        """Forget failed tries."""

    def open_session(self, token_hash: str, staff_id: UUID, *, csrf: str, now: datetime) -> None:
        """Let a browser in."""

    def session(self, token_hash: str) -> tuple[Staff, str, datetime, datetime] | None:
        """Return who a browser belongs to, its CSRF word, when it was opened and last seen."""

    def session_seen(self, token_hash: str, *, now: datetime) -> None:
        """Note that a browser is in use."""

    def close_session(self, token_hash: str) -> None:
        """Sign a browser out."""

    def add_channel(
        self, staff_id: UUID, kind: ChannelKind, address: str, *, now: datetime
    ) -> UUID | None:
        """Add a way to reach somebody; None when the address belongs to somebody else."""

    def channels(self, staff_id: UUID) -> Sequence[StaffChannel]:
        """Return the ways to reach somebody, the oldest first."""

    def drop_channel(self, staff_id: UUID, channel_id: UUID) -> bool:
        """Forget one way; False when it is not theirs."""

    def by_address(self, kind: ChannelKind, address: str) -> Staff | None:
        """Return who writes from this address."""

    def add_code(self, code_hash: str, staff_id: UUID, *, expires_at: datetime) -> None:
        """Keep a code that binds a chat account to somebody."""

    def use_code(self, code_hash: str, *, now: datetime) -> UUID | None:
        """Use a code up; returns whose it was, None when unknown or expired."""


class Shifts(Protocol):
    """The roster."""

    def add(self, shift: Shift) -> None:
        """Keep a shift."""

    def remove(self, shift_id: UUID) -> bool:
        """Take a shift out; False when it is not there."""

    def give(self, shift_id: UUID, *, to: UUID) -> bool:
        """Give a shift to somebody else (a swap is two of these)."""

    def between(self, starts_at: datetime, ends_at: datetime) -> Sequence[Shift]:
        """Return shifts that touch a stretch of time, the earliest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the audit log."""

    number: int
    at: datetime
    #: A staff id, or "system", or "student".
    actor: str
    #: "case.claim", "case.read", "talk.read", "roster.change", … (companion/staff/audit.py).
    action: str
    case_id: UUID | None
    student_id: UUID | None
    #: Codes and counts, never words of a student.
    detail: Mapping[str, object]
    #: What a member of staff gave as a reason (break-glass).
    reason: str | None = field(default=None, repr=False)


class Audit(Protocol):
    """The audit log: appended, never changed, each line chained to the one before."""

    def add(  # noqa: PLR0913 - who, what, when, to whom, why
        self,
        *,
        actor: str,
        action: str,
        now: datetime,
        case_id: UUID | None = None,
        student_id: UUID | None = None,
        detail: Mapping[str, object] | None = None,
        reason: str | None = None,
    ) -> int:
        """Append one line; returns its number."""

    def lines(self, *, before: int | None = None, limit: int = 100) -> Sequence[Entry]:
        """Return lines, the newest first."""

    def of_case(self, case_id: UUID) -> Sequence[Entry]:
        """Return what was done in a case, oldest first."""

    def of_student(self, student_id: UUID) -> Sequence[Entry]:
        """Return what was read and done about a student, oldest first."""

    def broken_at(self) -> int | None:
        """Return the number of the first line that does not fit its chain; None when all do."""

    def last(self) -> tuple[int, str]:
        """Return the number and the hash of the last line; 0 and zeros of an empty log."""

    def hash_of(self, number: int) -> str | None:
        """Return the hash of a line, to compare with one that was kept elsewhere."""
