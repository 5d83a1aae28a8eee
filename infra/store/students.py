"""Students, their accounts, their consents, and the right to answer them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Unpack
from uuid import UUID, uuid4

from sqlalchemy import Row, bindparam, delete, exists, func, or_, select, update

from companion.campus import Campus
from companion.errors import UnknownRow
from companion.language import Language
from companion.messages import Inbound, Platform
from companion.people.student import Account, AgeBand, Purpose, Student
from companion.risk import Level
from companion.store import StudentChanges
from infra.store.burial import erased_cases, may_be_buried
from infra.store.case_counts import count_cases
from infra.store.case_tables import EscalationRow
from infra.store.erasure import erase_words
from infra.store.session import Vaulted
from infra.store.tables import (
    AccountRow,
    ConsentRow,
    InboundRow,
    KeyRow,
    ReceiptRow,
    StudentRow,
)

_FRESH: dict[str, Any] = {
    "language_chosen": False,
    "age_band": None,
    "consents": {},
    "notice_at": None,
    "guided_told_at": None,
    "stopped_at": None,
    "paused_until": None,
    "usual_gap": None,
    "last_message_at": None,
    "card_at": None,
    "card_level": int(Level.NONE),
    "summary_body": None,
    "summary_seq": 0,
    "lease_owner": None,
    "lease_until": None,
}

# Every message begins with this question: it is built once, and asks for the key as well.
_FIND = (
    select(
        AccountRow.id,
        AccountRow.student_id,
        AccountRow.platform,
        AccountRow.address_body,
        AccountRow.reachable,
        KeyRow.master,
        KeyRow.wrapped,
    )
    .join(KeyRow, KeyRow.student_id == AccountRow.student_id)
    .where(AccountRow.platform == bindparam("on"), AccountRow.lookup == bindparam("hash"))
)


class Students:
    """The repository behind companion.store.Students."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def arrive(self, inbound: Inbound, *, language: Language, now: datetime) -> Account:
        """Find the account that wrote, or make it with a student of its own."""
        account = self.find_account(inbound.platform, inbound.sender)
        if account is None:
            self._settle_in(inbound, language=language, now=now)
            account = self.find_account(inbound.platform, inbound.sender)
        if account is None:
            raise UnknownRow
        if not account.reachable:
            self.set_reachable(account.id, reachable=True, why=None)
        return account

    def _settle_in(self, inbound: Inbound, *, language: Language, now: datetime) -> None:
        student_id, account_id = uuid4(), uuid4()
        self._session.add(
            StudentRow(
                id=student_id,
                created_at=now,
                language=language,
                last_seq=0,
                erased_at=None,
                **_FRESH,
            )
        )
        self._session.flush()
        sealer = self._vaulted.new_sealer(student_id)
        made = self._session.scalar(
            self._vaulted.insert(AccountRow)
            .values(
                id=account_id,
                student_id=student_id,
                platform=inbound.platform,
                lookup=self._vaulted.fingerprint(inbound.platform, inbound.sender),
                address_body=sealer.seal(inbound.address, place=f"accounts.address:{account_id}"),
                reachable=True,
            )
            .on_conflict_do_nothing(index_elements=["platform", "lookup"])
            .returning(AccountRow.id)
        )
        if made is None:  # the same student's first two messages raced; the other one won
            self._session.execute(delete(StudentRow).where(StudentRow.id == student_id))

    def get(self, student_id: UUID) -> Student:
        """Raises UnknownRow."""
        row = self._session.get(StudentRow, student_id, populate_existing=True)
        if row is None:
            raise UnknownRow
        return Student(
            id=row.id,
            language=Language(row.language),
            language_chosen=row.language_chosen,
            age_band=AgeBand(row.age_band) if row.age_band else None,
            consents={Purpose(name): bool(yes) for name, yes in row.consents.items()},
            notice_at=row.notice_at,
            guided_told_at=row.guided_told_at,
            stopped_at=row.stopped_at,
            paused_until=row.paused_until,
            usual_gap=row.usual_gap,
            last_message_at=row.last_message_at,
            card_at=row.card_at,
            card_level=Level(row.card_level),
            summary_seq=row.summary_seq,
        )

    def account(self, account_id: UUID) -> Account:
        """Raises UnknownRow."""
        row = self._session.get(AccountRow, account_id)
        if row is None:
            raise UnknownRow
        return self._account(row)

    def find_account(self, platform: Platform, sender: str) -> Account | None:
        """Look an account up by the platform's name for it."""
        lookup = self._vaulted.fingerprint(platform, sender)
        row = self._session.execute(_FIND, {"on": platform, "hash": lookup}).one_or_none()
        if row is None:
            return None
        self._vaulted.adopt(row.student_id, master=row.master, wrapped=row.wrapped)
        return self._account(row)

    def latest_account(self, student_id: UUID) -> Account:
        """Return the account the student used last."""
        last = (
            select(func.max(InboundRow.seq))
            .where(InboundRow.account_id == AccountRow.id)
            .scalar_subquery()
        )
        row = self._session.scalar(
            select(AccountRow)
            .where(AccountRow.student_id == student_id)
            .order_by(last.desc().nulls_last())
            .limit(1)
        )
        if row is None:
            raise UnknownRow
        return self._account(row)

    def update(self, student_id: UUID, **changes: Unpack[StudentChanges]) -> None:
        """Change some fields."""
        self._session.execute(
            update(StudentRow).where(StudentRow.id == student_id).values(**changes)
        )

    def consent(self, student_id: UUID, purpose: Purpose, *, granted: bool, now: datetime) -> None:
        """Write a yes or no into the ledger."""
        self._session.add(
            ConsentRow(id=uuid4(), student_id=student_id, purpose=purpose, granted=granted, at=now)
        )
        self._lock(student_id)
        row = self._session.get_one(StudentRow, student_id, populate_existing=True)
        row.consents = {**row.consents, purpose.value: granted}
        self._session.flush()

    def set_reachable(self, account_id: UUID, *, reachable: bool, why: str | None) -> None:
        """Note whether the platform still lets us reach the student there."""
        self._session.execute(
            update(AccountRow)
            .where(AccountRow.id == account_id)
            .values(reachable=reachable, unreachable_why=why)
        )

    def lease(self, student_id: UUID, *, owner: UUID, now: datetime, until: datetime) -> bool:
        """Take, or keep, the right to answer this student."""
        free = or_(
            StudentRow.lease_owner == owner,
            StudentRow.lease_until.is_(None),
            StudentRow.lease_until < now,
        )
        return bool(
            self._vaulted.changed(
                update(StudentRow)
                .where(StudentRow.id == student_id, free)
                .values(lease_owner=owner, lease_until=until)
            )
        )

    def release(self, student_id: UUID, *, owner: UUID) -> bool:
        """Let go unless a reply is owed."""
        # The lock makes "nothing is owed" and "nobody answers" one fact: a line that is
        # screened after this look finds the lease gone and starts a worker of its own.
        self._lock(student_id)
        owed = select(exists().where(InboundRow.student_id == student_id, InboundRow.owed))
        if self._session.scalar(owed):
            return False
        self._session.execute(
            update(StudentRow)
            .where(StudentRow.id == student_id, StudentRow.lease_owner == owner)
            .values(lease_owner=None, lease_until=None)
        )
        return True

    def summary(self, student_id: UUID) -> str | None:
        """Return what older turns were folded into."""
        sealed = self._session.scalar(
            select(StudentRow.summary_body).where(StudentRow.id == student_id)
        )
        if sealed is None:
            return None
        return self._vaulted.sealer(student_id).open(sealed, place=f"students.summary:{student_id}")

    def set_summary(self, student_id: UUID, text: str, *, up_to: int) -> bool:
        """Replace the summary; False when a later one stands already."""
        sealed = self._vaulted.sealer(student_id).seal(text, place=f"students.summary:{student_id}")
        return bool(
            self._vaulted.changed(
                update(StudentRow)
                .where(StudentRow.id == student_id, StudentRow.summary_seq < up_to)
                .values(summary_body=sealed, summary_seq=up_to)
            )
        )

    def erase(
        self, student_id: UUID, *, code: str, campus: Campus, now: datetime
    ) -> dict[str, int]:
        """Destroy key and words at once and write the receipt."""
        self._lock(student_id)
        addresses = {row.id: self._account(row).address for row in self._account_rows(student_id)}
        count_cases(self._vaulted, EscalationRow.student_id == student_id, campus=campus)
        counts = erase_words(self._vaulted, student_id, now=now)
        self._vaulted.changed(delete(KeyRow).where(KeyRow.student_id == student_id))
        self._session.expire_all()
        # A new key carries only the address, so that the receipt can be delivered.
        sealer = self._vaulted.new_sealer(student_id)
        for account_id, address in addresses.items():
            sealed = sealer.seal(address, place=f"accounts.address:{account_id}")
            self._session.execute(
                update(AccountRow).where(AccountRow.id == account_id).values(address_body=sealed)
            )
        self._session.execute(
            update(StudentRow).where(StudentRow.id == student_id).values(erased_at=now, **_FRESH)
        )
        self._session.add(ReceiptRow(code=code, at=now, counts=counts))
        self._session.flush()
        return counts

    def bury(self, *, before: datetime, campus: Campus) -> int:
        """Delete erased students whose receipt was settled, or is older than this."""
        self._session.execute(erased_cases())
        may_go = may_be_buried(before)
        # Who came back, and whose words are past their date, may have had a case since.
        theirs = EscalationRow.student_id.in_(select(StudentRow.id).where(may_go))
        count_cases(self._vaulted, theirs, campus=campus)
        return self._vaulted.changed(delete(StudentRow).where(may_go))

    def _lock(self, student_id: UUID) -> None:
        self._session.execute(
            select(StudentRow.id).where(StudentRow.id == student_id).with_for_update()
        )

    def _account_rows(self, student_id: UUID) -> list[AccountRow]:
        return list(
            self._session.scalars(select(AccountRow).where(AccountRow.student_id == student_id))
        )

    def _account(self, row: AccountRow | Row[*tuple[Any, ...]]) -> Account:
        sealer = self._vaulted.sealer(row.student_id)
        return Account(
            id=row.id,
            student_id=row.student_id,
            platform=Platform(row.platform),
            address=sealer.open(row.address_body, place=f"accounts.address:{row.id}"),
            reachable=row.reachable,
        )
