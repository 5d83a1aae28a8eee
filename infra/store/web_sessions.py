"""Browsers that may read and write one student's web chat."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from companion.people.student import Account
from infra.store.session import Vaulted
from infra.store.students import Students
from infra.store.tables import WebSessionRow

_SEEN_STEP = timedelta(hours=1)  # written this often at most, so that reading stays reading


class WebSessions:
    """The repository behind companion.store.WebSessions."""

    def __init__(self, vaulted: Vaulted, students: Students) -> None:
        self._session = vaulted.session
        self._students = students

    def open(self, token_hash: str, account: Account, *, now: datetime) -> None:
        """Let a browser in."""
        self._session.add(
            WebSessionRow(token_hash=token_hash, account_id=account.id, created_at=now, seen_at=now)
        )
        self._session.flush()

    def account(self, token_hash: str) -> Account | None:
        """Return whose chat this browser may see; None when unknown or gone."""
        account_id: UUID | None = self._session.scalar(
            select(WebSessionRow.account_id).where(WebSessionRow.token_hash == token_hash)
        )
        return None if account_id is None else self._students.account(account_id)

    def seen(self, token_hash: str, *, now: datetime) -> None:
        """Note that the browser is still in use."""
        self._session.execute(
            update(WebSessionRow)
            .where(WebSessionRow.token_hash == token_hash, WebSessionRow.seen_at < now - _SEEN_STEP)
            .values(seen_at=now)
        )
