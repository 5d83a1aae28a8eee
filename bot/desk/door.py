"""The door of the desk: who is calling, may they, and did the call come from our own page."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from http import HTTPStatus
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.desk.page import Desk, desk_of, home_of, problem
from companion.staff.people import STAFF_SESSION_LIFE, Right, Staff
from companion.store import Login
from infra.desk_auth import is_once

COOKIE = "nuanyu_desk"
IDLE = timedelta(minutes=30)
LONGEST = STAFF_SESSION_LIFE
SETUP = "/desk/setup"
SIGNIN = "/desk/signin"
_TOKEN_BYTES = 32
#: How stale the note of a browser's last use may be; saves a write per request.
_NOTED = timedelta(minutes=1)
_READING = frozenset({"GET", "HEAD"})
#: What somebody may do before their account is set up.
_BEFORE_SETUP = frozenset({SETUP, "/desk/signout", "/desk/language"})

View = Callable[[Request, Staff], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A signed-in browser that called."""

    staff: Staff
    csrf: str = field(repr=False)
    token_hash: str = field(repr=False)
    #: Whether a password of one's own and the second factor are there.
    is_set_up: bool


def needs(right: Right | None = None) -> Callable[[View], Endpoint]:
    """Let a view be called by those who are signed in and have a right (None: anybody signed in).

    Strangers are led to the sign-in, or told 401 when no page was asked for; a POST without the
    session's own CSRF word (form field `csrf` or header `X-CSRF`) gets 403, as does a lacking
    right. A call counts as use of the browser's session.
    """

    def decorate(view: View) -> Endpoint:
        @wraps(view)
        async def guarded(request: Request) -> Response:
            visit = await visit_of(request)
            if visit is None:
                return _to_signin(request)
            request.state.staff, request.state.csrf = visit.staff, visit.csrf
            request.state.token_hash = visit.token_hash
            refused = await _refused(request, visit, right)
            return await view(request, visit.staff) if refused is None else refused

        return guarded

    return decorate


def csrf_of(request: Request) -> str:
    """Return the word that forms of this session carry."""
    csrf: str = request.state.csrf
    return csrf


async def still_in(request: Request) -> bool:
    """Whether the browser behind an open event stream is still signed in; counts as use.

    A stream asks every minute or so and ends when the answer is no. Raises StoreUnavailable.
    """
    return await visit_of(request) is not None


async def visit_of(request: Request) -> Visit | None:
    """Return who is calling; None for strangers and for sessions that have ended."""
    token = request.cookies.get(COOKIE)
    return None if not token else await asyncio.to_thread(_visit, desk_of(request), token)


def let_in(response: Response, desk: Desk, staff: Staff, *, now: datetime) -> Response:
    """Sign a browser in: keep the hash of a new token, and give it the token as a cookie.

    Raises StoreUnavailable; blocks.
    """
    token, csrf = secrets.token_urlsafe(_TOKEN_BYTES), secrets.token_urlsafe(_TOKEN_BYTES)
    with desk.services.store.transaction() as tx:
        tx.members.open_session(token_hash(token), staff.id, csrf=csrf, now=now)
    set_cookie(response, desk, COOKIE, token, seconds=int(LONGEST.total_seconds()))
    return response


def set_cookie(response: Response, desk: Desk, name: str, value: str, *, seconds: int) -> None:
    """Give a browser something that its scripts cannot read and other sites cannot send along."""
    # Lax, not Strict: a link in a page to staff (Telegram, e-mail) must find them signed in.
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/desk",
        httponly=True,
        secure=desk.is_secure,
        samesite="lax",
    )


def token_hash(token: str) -> str:
    """Return what is kept of a browser's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two secret words are the same one, and not empty; takes as long either way."""
    return bool(one) and hmac.compare_digest(one.encode(), other.encode())


def safe_next(wish: str, *, otherwise: str) -> str:
    """Return where to go on to: an address of the desk, never one that leads elsewhere."""
    is_ours = wish == "/desk" or wish.startswith(("/desk/", "/desk?"))
    return wish if is_ours and "\\" not in wish and wish.isprintable() else otherwise


async def sent_csrf(request: Request) -> str:
    """Return the CSRF word that came with a call, from its header, else from its form."""
    header = request.headers.get("x-csrf", "")
    return header or str((await request.form()).get("csrf", ""))


def _visit(desk: Desk, token: str) -> Visit | None:
    hashed, now = token_hash(token), desk.now()
    with desk.services.store.reading() as tx:
        found = tx.members.session(hashed)
        login = None if found is None else tx.members.login(found[0].login)
    if found is None or login is None:
        return None
    staff, csrf, opened_at, seen_at = found
    if now - seen_at >= IDLE or now - opened_at >= LONGEST:
        return None
    if now - seen_at >= _NOTED:
        with desk.services.store.transaction() as tx:
            tx.members.session_seen(hashed, now=now)
    return Visit(staff=staff, csrf=csrf, token_hash=hashed, is_set_up=_is_set_up(login))


def _is_set_up(login: Login) -> bool:
    # Who has no password signs in through the provider, which sees to the second factor.
    return login.password is None or (login.totp_secret is not None and not is_once(login.password))


async def _refused(request: Request, visit: Visit, right: Right | None) -> Response | None:
    path, staff = request.url.path, visit.staff
    if request.method not in _READING and not await _is_ours(request, visit.csrf):
        return problem(request, HTTPStatus.FORBIDDEN, staff=staff)
    if not visit.is_set_up and path not in _BEFORE_SETUP:
        return RedirectResponse(SETUP, HTTPStatus.SEE_OTHER)
    if right is None or staff.may(right):
        return None
    if path == "/desk" and request.method in _READING:
        return RedirectResponse(home_of(staff), HTTPStatus.SEE_OTHER)
    return problem(request, HTTPStatus.FORBIDDEN, staff=staff)


async def _is_ours(request: Request, csrf: str) -> bool:
    if request.headers.get("sec-fetch-site") == "cross-site":
        return False
    return same(await sent_csrf(request), csrf)


def _to_signin(request: Request) -> Response:
    if "text/html" not in request.headers.get("accept", ""):
        return problem(request, HTTPStatus.UNAUTHORIZED)
    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = f"?next={quote(address)}" if request.method in _READING else ""
    return RedirectResponse(SIGNIN + back, HTTPStatus.SEE_OTHER)
