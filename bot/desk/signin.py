"""Signing in with login, password and code; signing out."""

from __future__ import annotations

import asyncio
import secrets
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.door import (
    COOKIE,
    SIGNIN,
    let_in,
    needs,
    safe_next,
    same,
    sent_csrf,
    set_cookie,
    token_hash,
    visit_of,
)
from bot.desk.page import Desk, desk_of, home_of, render
from bot.desk.tries import Given, Tries
from companion.staff.people import Staff

#: A word for the form of a browser that is not signed in yet.
_DOOR_COOKIE = "nuanyu_door"
_DOOR_OPEN = 3600  # seconds
_WORD_BYTES = 24


def routes(desk: Desk) -> list[Route]:
    """Return the sign-in and the sign-out."""
    tries = Tries(desk)

    async def sign_in(request: Request) -> Response:
        form = await request.form()
        sent, kept = await sent_csrf(request), request.cookies.get(_DOOR_COOKIE, "")
        if request.headers.get("sec-fetch-site") == "cross-site" or not same(sent, kept):
            return _form(request, fault="stale", status=HTTPStatus.FORBIDDEN)
        given = Given(
            login=str(form.get("login", "")),
            password=str(form.get("password", "")),
            code=str(form.get("code", "")),
        )
        staff = await tries.sign_in(given)
        if staff is None:
            return _form(request, fault="wrong", status=HTTPStatus.UNAUTHORIZED)
        wish = safe_next(str(form.get("next", "")), otherwise=home_of(staff))
        return await enter(request, staff, wish, how="password")

    return [
        Route(SIGNIN, _page, methods=["GET"]),
        Route(SIGNIN, sign_in, methods=["POST"]),
        Route("/desk/signout", _sign_out, methods=["POST"]),
    ]


async def enter(request: Request, staff: Staff, wish: str, *, how: str) -> Response:
    """Sign somebody in and lead them on; a session the browser had before ends."""
    desk, response = desk_of(request), RedirectResponse(wish, HTTPStatus.SEE_OTHER)
    former = request.cookies.get(COOKIE)
    await asyncio.to_thread(_note, desk, staff, how=how, former=former)
    await asyncio.to_thread(let_in, response, desk, staff, now=desk.now())
    return response


async def _page(request: Request) -> Response:
    visit = await visit_of(request)
    if visit is None:
        return _form(request, fault=request.query_params.get("fault", ""))
    wish = request.query_params.get("next", "")
    address = safe_next(wish, otherwise=home_of(visit.staff))
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)


@needs()
async def _sign_out(request: Request, staff: Staff) -> Response:
    response = RedirectResponse(f"{SIGNIN}?lang={staff.language}", HTTPStatus.SEE_OTHER)
    await asyncio.to_thread(_leave, desk_of(request), request.state.token_hash, staff)
    response.delete_cookie(COOKIE, path="/desk")
    return response


def _form(request: Request, *, fault: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    word = request.cookies.get(_DOOR_COOKIE) or secrets.token_urlsafe(_WORD_BYTES)
    request.state.csrf = word
    desk, wish = desk_of(request), request.query_params.get("next", "")
    response = render(
        request,
        "desk/signin.html",
        status=status,
        fault=fault if fault in {"wrong", "stale", "provider", "nobody"} else "",
        next=safe_next(wish, otherwise=""),
        has_provider=desk.openid is not None,
    )
    set_cookie(response, desk, _DOOR_COOKIE, word, seconds=_DOOR_OPEN)
    return response


def _note(desk: Desk, staff: Staff, *, how: str, former: str | None) -> None:
    actor, detail = str(staff.id), {"how": how}
    with desk.services.store.transaction() as tx:
        if former:
            tx.members.close_session(token_hash(former))
        tx.audit.add(actor=actor, action="staff.signin", now=desk.now(), detail=detail)


def _leave(desk: Desk, hashed: str, staff: Staff) -> None:
    with desk.services.store.transaction() as tx:
        tx.members.close_session(hashed)
        tx.audit.add(actor=str(staff.id), action="staff.signout", now=desk.now())
