"""Accounts of staff and the ways to reach them. Sessions and factors are in staff_logins.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, select

from companion.errors import BadInput, UnknownRow
from companion.language import Language
from companion.staff.people import ChannelKind, Role, Staff, StaffChannel
from infra.store.staff_logins import StaffLogins
from infra.store.staff_tables import LinkCodeRow, StaffChannelRow, StaffRow, StaffSessionRow

_IN_USE = StaffRow.disabled_at.is_(None)


class Members(StaffLogins):
    """The repository behind companion.store.Members."""

    def add(self, *, login: str, name: str, role: Role, language: Language, now: datetime) -> Staff:
        """Make an account. Raises BadInput when the login is taken."""
        row_id: UUID | None = self._session.scalar(
            self._vaulted.insert(StaffRow)
            .values(
                id=uuid4(),
                login=login.strip().lower(),
                name=name,
                role=role.value,
                language=language.value,
                created_at=now,
                failures=0,
            )
            .on_conflict_do_nothing(index_elements=["login"])
            .returning(StaffRow.id)
        )
        if row_id is None:
            raise BadInput(f"the login {login} is taken: choose another one")
        return self.get(row_id)

    def get(self, staff_id: UUID) -> Staff:
        """Raises UnknownRow."""
        row = self._session.get(StaffRow, staff_id, populate_existing=True)
        if row is None:
            raise UnknownRow
        return self._staff(row)

    def find(self, login: str) -> Staff | None:
        """Find an account by what its bearer signs in with."""
        row = self._session.scalar(select(StaffRow).where(StaffRow.login == login.strip().lower()))
        return None if row is None else self._staff(row)

    def all(self) -> Sequence[Staff]:
        """Return every account in use, by name."""
        rows = self._session.scalars(select(StaffRow).where(_IN_USE).order_by(StaffRow.name))
        return [self._staff(row) for row in rows]

    def change(
        self,
        staff_id: UUID,
        *,
        name: str | None = None,
        role: Role | None = None,
        language: Language | None = None,
    ) -> None:
        """Change what is given."""
        given = {"name": name, "role": role and role.value, "language": language and language.value}
        self._update(staff_id, **{key: value for key, value in given.items() if value is not None})

    def disable(self, staff_id: UUID, *, now: datetime) -> None:
        """Take an account out of use, with its browsers, channels and codes; its history stays."""
        self._update(staff_id, disabled_at=now, on_duty_since=None)
        for table in (StaffSessionRow, StaffChannelRow, LinkCodeRow):
            self._session.execute(delete(table).where(table.staff_id == staff_id))

    def set_on_duty(self, staff_id: UUID, since: datetime | None) -> None:
        """Note that somebody said "on duty" or "off duty"."""
        self._update(staff_id, on_duty_since=since)

    def add_channel(
        self, staff_id: UUID, kind: ChannelKind, address: str, *, now: datetime
    ) -> UUID | None:
        """Add a way to reach somebody; None when the address belongs to somebody else."""
        lookup, channel_id = self._lookup(kind, address), uuid4()
        sealed = self._vaulted.staff_sealer.seal(address, place=f"staff.channel:{channel_id}")
        self._session.execute(
            self._vaulted.insert(StaffChannelRow)
            .values(
                id=channel_id,
                staff_id=staff_id,
                kind=kind.value,
                lookup=lookup,
                address_body=sealed,
                added_at=now,
            )
            .on_conflict_do_nothing(index_elements=["kind", "lookup"])
        )
        return self._session.scalar(
            select(StaffChannelRow.id).where(
                StaffChannelRow.kind == kind.value,
                StaffChannelRow.lookup == lookup,
                StaffChannelRow.staff_id == staff_id,
            )
        )

    def channels(self, staff_id: UUID) -> Sequence[StaffChannel]:
        """Return the ways to reach somebody, the oldest first."""
        rows = self._session.scalars(
            select(StaffChannelRow)
            .where(StaffChannelRow.staff_id == staff_id)
            .order_by(StaffChannelRow.added_at)
        )
        sealer = self._vaulted.staff_sealer
        return [
            StaffChannel(
                id=row.id,
                staff_id=row.staff_id,
                kind=ChannelKind(row.kind),
                address=sealer.open(row.address_body, place=f"staff.channel:{row.id}"),
            )
            for row in rows
        ]

    def drop_channel(self, staff_id: UUID, channel_id: UUID) -> bool:
        """Forget one way; False when it is not theirs."""
        return bool(
            self._vaulted.changed(
                delete(StaffChannelRow).where(
                    StaffChannelRow.id == channel_id, StaffChannelRow.staff_id == staff_id
                )
            )
        )

    def by_address(self, kind: ChannelKind, address: str) -> Staff | None:
        """Return who writes from this address."""
        row = self._session.scalar(
            select(StaffRow)
            .join(StaffChannelRow, StaffChannelRow.staff_id == StaffRow.id)
            .where(
                StaffChannelRow.kind == kind.value,
                StaffChannelRow.lookup == self._lookup(kind, address),
                _IN_USE,
            )
        )
        return None if row is None else self._staff(row)

    def add_code(self, code_hash: str, staff_id: UUID, *, expires_at: datetime) -> None:
        """Keep a code that binds a chat account to somebody."""
        self._session.execute(delete(LinkCodeRow).where(LinkCodeRow.staff_id == staff_id))
        self._session.add(
            LinkCodeRow(code_hash=code_hash, staff_id=staff_id, expires_at=expires_at)
        )
        self._session.flush()

    def use_code(self, code_hash: str, *, now: datetime) -> UUID | None:
        """Use a code up; returns whose it was, None when unknown or expired."""
        return self._session.scalar(
            delete(LinkCodeRow)
            .where(LinkCodeRow.code_hash == code_hash, LinkCodeRow.expires_at > now)
            .returning(LinkCodeRow.staff_id)
        )

    def _lookup(self, kind: ChannelKind, address: str) -> str:
        return self._vaulted.fingerprint("staff", kind.value, address)
