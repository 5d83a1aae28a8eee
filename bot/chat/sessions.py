"""Browsers and the chats they may see."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from http import HTTPStatus
from typing import Annotated
from uuid import uuid4

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bot.chat.messages import NewSession, SessionChange, SessionState, Token
from companion.campus import Campus
from companion.flows.first_questions import set_consent
from companion.flows.services import Services
from companion.messages import Inbound, Platform
from companion.people.student import Account, AgeBand, Student

_TOKEN_BYTES = 32
_bearer = HTTPBearer(auto_error=False, description="The token of POST /chat/sessions")


def open_session(wish: NewSession, *, services: Services) -> Token:
    """Let a new browser in, with a student of its own. Raises StoreUnavailable."""
    token, now = secrets.token_urlsafe(_TOKEN_BYTES), services.clock.now()
    name = uuid4().hex
    language = wish.language or services.campus.language
    with services.store.transaction() as tx:
        arrival = Inbound(
            platform=Platform.WEB, platform_id=name, sender=name, address=name, sent_at=now
        )
        account = tx.students.arrive(arrival, language=language, now=now)
        tx.web.open(token_hash(token), account, now=now)
    return Token(token=token)


def change_session(account: Account, change: SessionChange, *, services: Services) -> SessionState:
    """Record what the student chose on the page. Raises StoreUnavailable."""
    now = services.clock.now()
    with services.store.transaction() as tx:
        if change.language is not None:
            tx.students.update(account.student_id, language=change.language, language_chosen=True)
        if change.age_band is not None:
            # The page shows the notice before it asks.
            tx.students.update(account.student_id, age_band=change.age_band, notice_at=now)
        for purpose, granted in change.consents.items():
            set_consent(tx, account.student_id, purpose, granted=granted, now=now)
        student = tx.students.get(account.student_id)
    return session_state(student, services.campus)


def read_session(account: Account, token: str, *, services: Services) -> SessionState:
    """Return what the page needs to know, and note that its browser is in use.

    Every page begins with this question. Raises StoreUnavailable.
    """
    with services.store.transaction() as tx:
        tx.web.seen(token_hash(token), now=services.clock.now())
        return session_state(tx.students.get(account.student_id), services.campus)


def session_state(student: Student, campus: Campus) -> SessionState:
    """Return what the page needs to know about a student."""
    return SessionState(
        language=student.language,
        onboarded=student.onboarded or student.age_band is AgeBand.UNDER_MINIMUM,
        age_band=student.age_band,
        minimum_age=campus.minimum_age,
        consents=student.consents,
        campus=campus.name,
    )


def token_hash(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def services_of(request: Request) -> Services:
    """Return the services of this process."""
    services: Services = request.app.state.services
    return services


def bearer_token(request: Request) -> str:
    """Return the token a request carries; 401 when it carries none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise HTTPException(HTTPStatus.UNAUTHORIZED)
    return token


def find_account(token: str, services: Services) -> Account | None:
    """Return whose chat a token opens; None when it opens none. Raises StoreUnavailable."""
    with services.store.reading() as tx:
        return tx.web.account(token_hash(token))


async def signed_in(
    request: Request,
    services: Annotated[Services, Depends(services_of)],
    _shown_in_the_docs: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Account:
    """Return whose chat the token opens; 401 when it opens none. Raises StoreUnavailable."""
    account = await asyncio.to_thread(find_account, bearer_token(request), services)
    if account is None:
        raise HTTPException(HTTPStatus.UNAUTHORIZED)
    return account
