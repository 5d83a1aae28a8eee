"""Making an account one's own: a password nobody else knows, and a second factor."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus

import segno
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.door import SETUP, let_in, needs
from bot.desk.page import Desk, desk_of, home_of, render
from bot.desk.sealed import seal, unseal
from companion.staff.people import Staff
from companion.store import Login
from infra.desk_auth import (
    hash_password,
    is_once,
    new_totp_secret,
    password_fault,
    totp_address,
    totp_step,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFactor:
    """A second factor on offer: what the page shows and the form brings back."""

    secret: str
    sealed: str
    #: SVG of the QR code, without styles.
    picture: str

    @property
    def groups(self) -> str:
        """The secret in groups of four, for typing it in."""
        return " ".join(self.secret[at : at + 4] for at in range(0, len(self.secret), 4))


def routes(_: Desk) -> list[Route]:
    """Return the page that a new account is led to."""
    return [
        Route(SETUP, _page, methods=["GET"]),
        Route(SETUP, _take, methods=["POST"]),
    ]


def offer_factor(request: Request, staff: Staff, *, sealed: str = "") -> NewFactor:
    """Return a new secret to scan; the one sealed in a form that came back stays the same."""
    desk, place = desk_of(request), _place(request, staff)
    secret = unseal(desk, sealed, place=place) or new_totp_secret()
    address = totp_address(secret, login=staff.login, issuer=desk.campus.name[staff.language])
    picture = segno.make(address, micro=False).svg_inline(border=2, omitsize=True)
    return NewFactor(secret=secret, sealed=seal(desk, secret, place=place), picture=picture)


def take_factor(request: Request, staff: Staff, *, sealed: str, code: str) -> bool:
    """Keep the offered secret when the code proves that it was scanned; blocks."""
    desk = desk_of(request)
    secret, now = unseal(desk, sealed, place=_place(request, staff)), desk.now()
    step = None if secret is None else totp_step(secret, code, now=now)
    if step is None:
        return False
    with desk.services.store.transaction() as tx:
        tx.members.set_totp(staff.id, secret)
        tx.members.used_totp(staff.id, step)
        tx.audit.add(actor=str(staff.id), action="account.change", now=now, detail={"what": "totp"})
    return True


def take_password(desk: Desk, staff: Staff, password: str, response: Response) -> None:
    """Replace a password: every browser is signed out, and this one let in again; blocks."""
    hashed, now = hash_password(password), desk.now()
    with desk.services.store.transaction() as tx:
        tx.members.set_password(staff.id, hashed, now=now)
        tx.audit.add(
            actor=str(staff.id), action="account.change", now=now, detail={"what": "password"}
        )
    let_in(response, desk, staff, now=now)


def new_password_fault(password: str, again: str, *, staff: Staff) -> str | None:
    """Return what is wrong with a new password and its repetition; None when nothing is."""
    return password_fault(password, login=staff.login) or ("differ" if password != again else None)


def read_login(desk: Desk, staff: Staff) -> Login | None:
    """Return what an account signs in with; blocks."""
    with desk.services.store.reading() as tx:
        return tx.members.login(staff.login)


@needs()
async def _page(request: Request, staff: Staff) -> Response:
    return await _step(request, staff)


@needs()
async def _take(request: Request, staff: Staff) -> Response:
    form, desk = await request.form(), desk_of(request)
    on = RedirectResponse(SETUP, HTTPStatus.SEE_OTHER)
    login = await asyncio.to_thread(read_login, desk, staff)
    if login is not None and is_once(login.password):
        password = str(form.get("password", ""))
        fault = new_password_fault(password, str(form.get("again", "")), staff=staff)
        if fault:
            return await _step(request, staff, fault=fault)
        await asyncio.to_thread(take_password, desk, staff, password, on)
    elif login is not None and login.totp_secret is None:
        sealed, code = str(form.get("sealed", "")), str(form.get("code", ""))
        if not await asyncio.to_thread(take_factor, request, staff, sealed=sealed, code=code):
            return await _step(request, staff, fault="code", sealed=sealed)
    return on


async def _step(request: Request, staff: Staff, *, fault: str = "", sealed: str = "") -> Response:
    login = await asyncio.to_thread(read_login, desk_of(request), staff)
    if login is None or (login.totp_secret is not None and not is_once(login.password)):
        return RedirectResponse(home_of(staff), HTTPStatus.SEE_OTHER)
    needs_password = is_once(login.password)
    return render(
        request,
        "desk/setup.html",
        staff=staff,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        fault=fault,
        factor=None if needs_password else offer_factor(request, staff, sealed=sealed),
        menu=[],
        has_both=needs_password and login.totp_secret is None,
    )


def _place(request: Request, staff: Staff) -> str:
    # Of this browser's session: a sealed secret is of no use anywhere else.
    return f"desk.totp:{staff.id}:{request.state.token_hash}"
