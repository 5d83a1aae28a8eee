"""How staff sign in: passwords, second factors, browsers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, select, update

from companion.language import Language
from companion.staff.people import Role, Staff
from companion.store.staffing import Login
from infra.store.session import Vaulted
from infra.store.staff_tables import StaffRow, StaffSessionRow


class StaffLogins:
    """The half of companion.store.Members that signing in needs."""

    def __init__(self, vaulted: Vaulted) -> None:
        self._vaulted = vaulted
        self._session = vaulted.session

    def login(self, login: str) -> Login | None:
        """Return what signing in is checked against; None for no such account in use."""
        return self._login(StaffRow.login == login.strip().lower())

    def login_by_subject(self, subject: str) -> Login | None:
        """Find who signs in through the provider as this subject."""
        return self._login(StaffRow.oidc_subject == subject)

    def set_password(self, staff_id: UUID, password_hash: str, *, now: datetime) -> None:
        """Replace the password's hash and sign out every browser."""
        self._update(
            staff_id, password=password_hash, password_at=now, failures=0, locked_until=None
        )
        self._session.execute(delete(StaffSessionRow).where(StaffSessionRow.staff_id == staff_id))

    def set_totp(self, staff_id: UUID, secret: str | None) -> None:
        """Replace the second factor's secret."""
        sealed = None
        if secret is not None:
            sealed = self._vaulted.staff_sealer.seal(secret, place=f"staff.totp:{staff_id}")
        self._update(staff_id, totp_body=sealed, totp_step=None)

    def set_subject(self, staff_id: UUID, subject: str) -> bool:
        """Bind an account to a subject at the provider; False when it is bound to another."""
        return bool(
            self._vaulted.changed(
                update(StaffRow)
                .where(
                    StaffRow.id == staff_id,
                    or_(StaffRow.oidc_subject.is_(None), StaffRow.oidc_subject == subject),
                )
                .values(oidc_subject=subject)
            )
        )

    def used_totp(self, staff_id: UUID, step: int) -> bool:
        """Note a used code; False when this step, or a later one, was used already."""
        return bool(
            self._vaulted.changed(
                update(StaffRow)
                .where(
                    StaffRow.id == staff_id,
                    or_(StaffRow.totp_step.is_(None), StaffRow.totp_step < step),
                )
                .values(totp_step=step)
            )
        )

    def failed(self, staff_id: UUID, *, locked_until: datetime | None) -> int:
        """Count a failed try; returns how many there were in a row."""
        counted = self._session.scalar(
            update(StaffRow)
            .where(StaffRow.id == staff_id)
            .values(failures=StaffRow.failures + 1, locked_until=locked_until)
            .returning(StaffRow.failures)
        )
        return int(counted or 0)

    def succeeded(self, staff_id: UUID) -> None:
        """Forget failed tries."""
        self._update(staff_id, failures=0, locked_until=None)

    def open_session(self, token_hash: str, staff_id: UUID, *, csrf: str, now: datetime) -> None:
        """Let a browser in."""
        self._session.add(
            StaffSessionRow(
                token_hash=token_hash, staff_id=staff_id, created_at=now, seen_at=now, csrf=csrf
            )
        )
        self._session.flush()

    def session(self, token_hash: str) -> tuple[Staff, str, datetime, datetime] | None:
        """Return who a browser belongs to, its CSRF word, when it was opened and last seen."""
        found = self._session.execute(
            select(StaffRow, StaffSessionRow)
            .join(StaffSessionRow, StaffSessionRow.staff_id == StaffRow.id)
            .where(StaffSessionRow.token_hash == token_hash, StaffRow.disabled_at.is_(None))
            .execution_options(populate_existing=True)
        ).one_or_none()
        if found is None:
            return None
        staff, session = found
        return self._staff(staff), session.csrf, session.created_at, session.seen_at

    def session_seen(self, token_hash: str, *, now: datetime) -> None:
        """Note that a browser is in use."""
        self._session.execute(
            update(StaffSessionRow)
            .where(StaffSessionRow.token_hash == token_hash)
            .values(seen_at=now)
        )

    def close_session(self, token_hash: str) -> None:
        """Sign a browser out."""
        self._session.execute(
            delete(StaffSessionRow).where(StaffSessionRow.token_hash == token_hash)
        )

    def _login(self, condition: ColumnElement[bool]) -> Login | None:
        row = self._session.scalar(
            select(StaffRow)
            .where(condition, StaffRow.disabled_at.is_(None))
            .execution_options(populate_existing=True)
        )
        if row is None:
            return None
        sealed = row.totp_body
        return Login(
            staff=self._staff(row),
            password=row.password,
            totp_secret=None
            if sealed is None
            else self._vaulted.staff_sealer.open(sealed, place=f"staff.totp:{row.id}"),
            totp_step=row.totp_step,
            failures=row.failures,
            locked_until=row.locked_until,
        )

    def _update(self, staff_id: UUID, **values: object) -> None:
        if values:
            self._session.execute(update(StaffRow).where(StaffRow.id == staff_id).values(values))

    @staticmethod
    def _staff(row: StaffRow) -> Staff:
        return Staff(
            id=row.id,
            login=row.login,
            name=row.name,
            role=Role(row.role),
            language=Language(row.language),
            on_duty_since=row.on_duty_since,
            disabled_at=row.disabled_at,
        )
