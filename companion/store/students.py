"""What can be asked of students and their accounts; adapter: infra/store/students.py."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, Unpack
from uuid import UUID

from companion.campus import Campus
from companion.language import Language
from companion.messages import Inbound, Platform
from companion.people.student import Account, Purpose, Student
from companion.store.records import StudentChanges


class Students(Protocol):
    """Students and their accounts."""

    def arrive(self, inbound: Inbound, *, language: Language, now: datetime) -> Account:
        """Find the account that wrote, or make it with a student of its own; marks it reachable."""

    def get(self, student_id: UUID) -> Student:
        """Raises UnknownRow."""

    def account(self, account_id: UUID) -> Account:
        """Raises UnknownRow."""

    def find_account(self, platform: Platform, sender: str) -> Account | None:
        """Look an account up by the platform's name for it."""

    def latest_account(self, student_id: UUID) -> Account:
        """Return the account the student used last. Raises UnknownRow."""

    def update(self, student_id: UUID, **changes: Unpack[StudentChanges]) -> None:
        """Change some fields."""

    def consent(self, student_id: UUID, purpose: Purpose, *, granted: bool, now: datetime) -> None:
        """Write a yes or no into the ledger."""

    def set_reachable(self, account_id: UUID, *, reachable: bool, why: str | None) -> None:
        """Note whether the platform still lets us reach the student there."""

    def lease(self, student_id: UUID, *, owner: UUID, now: datetime, until: datetime) -> bool:
        """Take, or keep, the right to answer this student; False while somebody else holds it."""

    def release(self, student_id: UUID, *, owner: UUID) -> bool:
        """Let go unless a reply is owed; False when one is (then the right is kept)."""

    def summary(self, student_id: UUID) -> str | None:
        """Return what older turns were folded into."""

    def set_summary(self, student_id: UUID, text: str, *, up_to: int) -> bool:
        """Replace the summary; False when a later one stands already."""

    def erase(
        self, student_id: UUID, *, code: str, campus: Campus, now: datetime
    ) -> dict[str, int]:
        """Destroy key and words at once and write the receipt; returns what was erased, by kind.

        Of their cases the counts by month and sort remain, which name nobody.
        """

    def bury(self, *, before: datetime, campus: Campus) -> int:
        """Delete erased students whose receipt was settled, or is older than this."""
