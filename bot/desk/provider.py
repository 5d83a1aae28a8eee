"""Signing in through the campus's OpenID Connect provider."""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.door import SIGNIN, safe_next, same, set_cookie
from bot.desk.page import Desk, desk_of, home_of
from bot.desk.sealed import seal, unseal
from bot.desk.signin import enter
from companion.staff.people import Staff
from companion.store import Login
from infra.desk_auth import is_once
from infra.openid import OpenId, Person, ProviderAway, ProviderRefused, Started

log = structlog.get_logger(__name__)

_START, _BACK = "/desk/provider", "/desk/provider/back"
_COOKIE = "nuanyu_provider"
_PLACE = "desk.provider"
_PATIENCE = 600  # seconds somebody may take at the provider


def routes(desk: Desk) -> list[Route]:
    """Return the way to the provider and back; nothing where there is none."""
    if desk.openid is None:
        return []
    openid = desk.openid

    async def start(request: Request) -> Response:
        try:
            started = await asyncio.to_thread(openid.start, back_to=_back_to(request))
        except ProviderAway as error:
            return _failed("provider", error)
        response = RedirectResponse(started.url, HTTPStatus.SEE_OTHER)
        carried = _carried(desk, started, request.query_params.get("next", ""))
        set_cookie(response, desk, _COOKIE, carried, seconds=_PATIENCE)
        return response

    async def back(request: Request) -> Response:
        carried = _read(desk, request.cookies.get(_COOKIE, ""))
        try:
            person = await asyncio.to_thread(_finished, request, openid, carried)
        except (ProviderAway, ProviderRefused) as error:
            return _failed("provider", error)
        staff = await asyncio.to_thread(_who, desk, person)
        if staff is None:
            return _failed("nobody", ProviderRefused("no account of that name"))
        wish = safe_next(carried.get("next", ""), otherwise=home_of(staff))
        response = await enter(request, staff, wish, how="provider")
        response.delete_cookie(_COOKIE, path="/desk")
        return response

    return [Route(_START, start, methods=["GET"]), Route(_BACK, back, methods=["GET"])]


def _finished(request: Request, openid: OpenId, carried: dict[str, str]) -> Person:
    """Return who came back. Raises ProviderAway or ProviderRefused."""
    code = request.query_params.get("code", "")
    if not code or not same(request.query_params.get("state", ""), carried.get("state", "")):
        raise ProviderRefused("no code, or not the state it began with")
    return openid.finish(
        code,
        back_to=_back_to(request),
        verifier=carried["verifier"],
        nonce=carried["nonce"],
        now=desk_of(request).now(),
    )


def _back_to(request: Request) -> str:
    public = desk_of(request).parts.settings.public_url
    base = str(public or request.base_url).rstrip("/")
    return base + _BACK


def _carried(desk: Desk, started: Started, wish: str) -> str:
    what = {
        "state": started.state,
        "nonce": started.nonce,
        "verifier": started.verifier,
        "next": wish,
        "until": desk.now().timestamp() + _PATIENCE,
    }
    return seal(desk, json.dumps(what), place=_PLACE)


def _read(desk: Desk, cookie: str) -> dict[str, str]:
    text = unseal(desk, cookie, place=_PLACE)
    what = {} if text is None else json.loads(text)
    return what if what and desk.now().timestamp() < what["until"] else {}


def _who(desk: Desk, person: Person) -> Staff | None:
    """Return whose account it is; a name binds an account once, to the first who proves it."""
    now = desk.now()
    with desk.services.store.transaction() as tx:
        bound = tx.members.login_by_subject(person.subject)
        if bound is not None:
            return bound.staff
        for name in person.names:
            login = tx.members.login(name)
            if login is None or not _may_bind(login):
                continue
            if tx.members.set_subject(login.staff.id, person.subject):
                detail = {"what": "provider"}
                actor = str(login.staff.id)
                tx.audit.add(actor=actor, action="account.change", now=now, detail=detail)
                return login.staff
        tx.audit.add(actor="system", action="staff.failed", now=now, detail={"how": "provider"})
    return None


def _may_bind(login: Login) -> bool:
    # An account with a password of its own is in somebody's hands already: a name that anybody
    # may take at the provider must not open it. A new one-time password makes it free again.
    return login.password is None or is_once(login.password)


def _failed(fault: str, error: ProviderAway | ProviderRefused) -> Response:
    log.warning("provider_sign_in_failed", fault=fault, reason=str(error))
    return RedirectResponse(f"{SIGNIN}?fault={fault}", HTTPStatus.SEE_OTHER)
