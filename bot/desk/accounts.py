"""Accounts of everybody, for administrators: add, roles, one-time passwords, out of use."""

from __future__ import annotations

import asyncio
import re
from http import HTTPStatus
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.account import LONGEST_NAME
from bot.desk.account_deeds import Deeds, Wish, every_account, one_account
from bot.desk.door import needs
from bot.desk.page import Desk, desk_of, problem, render
from companion.errors import BadInput
from companion.language import Language
from companion.staff.people import Right, Role, Staff
from infra.desk_auth import ONCE_FOR, new_password

HOME = "/desk/accounts"
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,99}")


def routes(_: Desk) -> list[Route]:
    """Return the list and what is changed in it."""
    one = f"{HOME}/{{account:uuid}}"
    return [
        Route(HOME, _page, methods=["GET"]),
        Route(HOME, _add, methods=["POST"]),
        Route(one, _one, methods=["GET"]),
        Route(f"{one}/role", _role, methods=["POST"]),
        Route(f"{one}/password", _password, methods=["POST"]),
        Route(f"{one}/factor", _factor, methods=["POST"]),
        Route(f"{one}/disable", _disable, methods=["POST"]),
    ]


@needs(Right.ACCOUNTS)
async def _page(request: Request, staff: Staff) -> Response:
    return await _list(request, staff)


@needs(Right.ACCOUNTS)
async def _add(request: Request, staff: Staff) -> Response:
    wish = _wish(await request.form(), desk_of(request))
    if isinstance(wish, str):
        return await _list(request, staff, fault=wish)
    once = new_password() if wish.with_password else ""
    try:
        added = await asyncio.to_thread(_deeds(request, staff).add, wish, once)
    except BadInput:
        return await _list(request, staff, fault="taken")
    return await _show(request, staff, added.id, once=once, done="added")


@needs(Right.ACCOUNTS)
async def _one(request: Request, staff: Staff) -> Response:
    return await _show(
        request, staff, request.path_params["account"], done=request.query_params.get("done", "")
    )


@needs(Right.ACCOUNTS)
async def _role(request: Request, staff: Staff) -> Response:
    form, whose = await request.form(), request.path_params["account"]
    wish = form.get("role")
    # Nobody raises or lowers themselves: the last administrator must not vanish by a slip.
    if wish not in set(Role) or whose == staff.id:
        return problem(request, HTTPStatus.FORBIDDEN, staff=staff)
    await asyncio.to_thread(_deeds(request, staff).set_role, whose, Role(str(wish)))
    return _on(whose, "role")


@needs(Right.ACCOUNTS)
async def _password(request: Request, staff: Staff) -> Response:
    whose, once = request.path_params["account"], new_password()
    if whose == staff.id:
        return problem(request, HTTPStatus.FORBIDDEN, staff=staff)
    await asyncio.to_thread(_deeds(request, staff).set_once, whose, once)
    return await _show(request, staff, whose, once=once, done="password")


@needs(Right.ACCOUNTS)
async def _factor(request: Request, staff: Staff) -> Response:
    whose = request.path_params["account"]
    if whose == staff.id:
        return problem(request, HTTPStatus.FORBIDDEN, staff=staff)
    await asyncio.to_thread(_deeds(request, staff).drop_factor, whose)
    return _on(whose, "factor")


@needs(Right.ACCOUNTS)
async def _disable(request: Request, staff: Staff) -> Response:
    whose = request.path_params["account"]
    if whose == staff.id:
        return problem(request, HTTPStatus.FORBIDDEN, staff=staff)
    await asyncio.to_thread(_deeds(request, staff).disable, whose)
    return RedirectResponse(f"{HOME}?done=disabled", HTTPStatus.SEE_OTHER)


async def _list(request: Request, staff: Staff, *, fault: str = "") -> Response:
    desk = desk_of(request)
    return render(
        request,
        "desk/accounts.html",
        staff=staff,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        accounts=await asyncio.to_thread(every_account, desk),
        fault=fault,
        done=request.query_params.get("done", ""),
        roles=tuple(Role),
        has_provider=desk.openid is not None,
        typed=dict(await request.form()) if fault else {},
        longest_name=LONGEST_NAME,
    )


async def _show(
    request: Request, staff: Staff, whose: UUID, *, once: str = "", done: str = ""
) -> Response:
    account = await asyncio.to_thread(one_account, desk_of(request), whose)
    return render(
        request,
        "desk/account_of.html",
        staff=staff,
        account=account,
        once=once,
        once_days=ONCE_FOR.days,
        done=done,
        roles=tuple(Role),
        is_own=whose == staff.id,
    )


def _wish(form: FormData, desk: Desk) -> Wish | str:
    """Return what was filled in, or what is wrong with it."""
    login = str(form.get("login", "")).strip().lower()
    name = " ".join(str(form.get("name", "")).split())
    role, language = form.get("role"), form.get("language")
    if not _LOGIN.fullmatch(login):
        return "login"
    if not (name and len(name) <= LONGEST_NAME and name.isprintable()):
        return "name"
    if role not in set(Role) or language not in set(Language):
        return "role"
    return Wish(
        login=login,
        name=name,
        role=Role(str(role)),
        language=Language(str(language)),
        with_password=desk.openid is None or form.get("with_password") == "1",
    )


def _on(whose: UUID, done: str) -> Response:
    return RedirectResponse(f"{HOME}/{whose}?done={done}", HTTPStatus.SEE_OTHER)


def _deeds(request: Request, staff: Staff) -> Deeds:
    return Deeds(desk=desk_of(request), by=staff)
