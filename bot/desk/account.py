"""One's own account: name, language, password, second factor, the ways to be reached."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.addresses import clean_address, shown_address
from bot.desk.door import needs, safe_next
from bot.desk.page import Desk, desk_of, render
from bot.desk.setup import (
    new_password_fault,
    offer_factor,
    take_factor,
    take_password,
)
from bot.desk.tries import Tries
from companion.language import Language
from companion.staff.link_code import LIFE, code_hash, new_code
from companion.staff.people import ChannelKind, Right, Staff, StaffChannel
from companion.store import Login, Transaction

HOME = "/desk/account"
LONGEST_NAME = 30  # characters
#: What somebody may add here; Telegram is bound by a code, so that the chat proves itself.
_TYPED = (ChannelKind.WECOM_APP, ChannelKind.EMAIL, ChannelKind.WECOM, ChannelKind.WEBHOOK)


def routes(desk: Desk) -> list[Route]:
    """Return the account page and what is changed on it."""
    tries = Tries(desk)

    @needs()
    async def password(request: Request, staff: Staff) -> Response:
        form = await request.form()
        new, again = str(form.get("password", "")), str(form.get("again", ""))
        fault = new_password_fault(new, again, staff=staff)
        if fault is None and not await tries.confirm(staff, str(form.get("present", ""))):
            fault = "present"
        if fault:
            return await _show(request, staff, fault=fault)
        response = _on("password")
        await asyncio.to_thread(take_password, desk, staff, new, response)
        return response

    @needs()
    async def factor(request: Request, staff: Staff) -> Response:
        form = await request.form()
        sealed, code = str(form.get("sealed", "")), str(form.get("code", ""))
        if not await tries.confirm(staff, str(form.get("present", ""))):
            return await _show(request, staff, fault="present", sealed=sealed)
        if not await asyncio.to_thread(take_factor, request, staff, sealed=sealed, code=code):
            return await _show(request, staff, fault="code", sealed=sealed)
        return _on("totp")

    return [
        Route(HOME, _page, methods=["GET"]),
        Route(HOME, _change, methods=["POST"]),
        Route(f"{HOME}/password", password, methods=["POST"]),
        Route(f"{HOME}/factor", factor, methods=["POST"]),
        Route(f"{HOME}/channels", _add_channel, methods=["POST"]),
        Route(f"{HOME}/channels/{{channel:uuid}}/drop", _drop_channel, methods=["POST"]),
        Route(f"{HOME}/code", _make_code, methods=["POST"]),
        Route("/desk/duty", _duty, methods=["POST"]),
        Route("/desk/language", _language, methods=["POST"]),
    ]


@needs()
async def _page(request: Request, staff: Staff) -> Response:
    return await _show(request, staff)


@needs()
async def _change(request: Request, staff: Staff) -> Response:
    form = await request.form()
    name, language = " ".join(str(form.get("name", "")).split()), form.get("language")
    if not (name and len(name) <= LONGEST_NAME and name.isprintable()):
        return await _show(request, staff, fault="name")
    chosen = Language(language) if language in set(Language) else staff.language
    await asyncio.to_thread(_keep, desk_of(request), staff, name=name, language=chosen)
    return _on("saved")


@needs()
async def _language(request: Request, staff: Staff) -> Response:
    form = await request.form()
    wish = form.get("language")
    if wish in set(Language):
        chosen = Language(str(wish))
        await asyncio.to_thread(_keep, desk_of(request), staff, name=staff.name, language=chosen)
    return _back(form)


@needs(Right.CASES)
async def _duty(request: Request, staff: Staff) -> Response:
    form = await request.form()
    await asyncio.to_thread(_set_duty, desk_of(request), staff, on=form.get("on") == "1")
    return _back(form)


@needs()
async def _add_channel(request: Request, staff: Staff) -> Response:
    form, desk = await request.form(), desk_of(request)
    kind = next((kind for kind in _offered(desk) if kind == form.get("kind")), None)
    address = None if kind is None else clean_address(kind, str(form.get("address", "")))
    if kind is None or address is None:
        return await _show(request, staff, fault="address")
    if not await asyncio.to_thread(_keep_channel, desk, staff, kind, address):
        return await _show(request, staff, fault="taken")
    return _on("channel")


@needs()
async def _drop_channel(request: Request, staff: Staff) -> Response:
    channel: UUID = request.path_params["channel"]
    await asyncio.to_thread(_forget_channel, desk_of(request), staff, channel)
    return _on("channel")


@needs()
async def _make_code(request: Request, staff: Staff) -> Response:
    code = new_code()
    await asyncio.to_thread(_keep_code, desk_of(request), staff, code)
    return await _show(request, staff, code=code)


async def _show(
    request: Request, staff: Staff, *, fault: str = "", sealed: str = "", code: str = ""
) -> Response:
    desk = desk_of(request)
    login, channels = await asyncio.to_thread(_read, desk, staff)
    has_password = login is not None and login.password is not None
    return render(
        request,
        "desk/account.html",
        staff=staff,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        fault=fault,
        done=request.query_params.get("done", ""),
        code=code,
        channels=[(each, shown_address(each)) for each in channels],
        kinds=_offered(desk),
        has_password=has_password,
        has_bot=desk.parts.settings.staff_telegram_token is not None,
        factor=offer_factor(request, staff, sealed=sealed) if has_password else None,
        longest_name=LONGEST_NAME,
    )


def _offered(desk: Desk) -> list[ChannelKind]:
    """Return what may be added: of WeCom's application only what this campus has set up."""
    has_app = desk.parts.settings.wecom_secret is not None
    return [kind for kind in _TYPED if has_app or kind is not ChannelKind.WECOM_APP]


def _read(desk: Desk, staff: Staff) -> tuple[Login | None, Sequence[StaffChannel]]:
    with desk.services.store.reading() as tx:
        return tx.members.login(staff.login), tx.members.channels(staff.id)


def _keep(desk: Desk, staff: Staff, *, name: str, language: Language) -> None:
    changed = [
        what
        for what, differs in (
            ("name", name != staff.name),
            ("language", language is not staff.language),
        )
        if differs
    ]
    if not changed:
        return
    with desk.services.store.transaction() as tx:
        tx.members.change(staff.id, name=name, language=language)
        _note(tx, desk, staff, *changed)


def _set_duty(desk: Desk, staff: Staff, *, on: bool) -> None:
    now = desk.now()
    with desk.services.store.transaction() as tx:
        tx.members.set_on_duty(staff.id, now if on else None)
        tx.audit.add(
            actor=str(staff.id), action="staff.on_duty" if on else "staff.off_duty", now=now
        )


def _keep_channel(desk: Desk, staff: Staff, kind: ChannelKind, address: str) -> bool:
    with desk.services.store.transaction() as tx:
        added = tx.members.add_channel(staff.id, kind, address, now=desk.now())
        if added is not None:
            _note(tx, desk, staff, "channel", kind.value)
    return added is not None


def _forget_channel(desk: Desk, staff: Staff, channel: UUID) -> None:
    with desk.services.store.transaction() as tx:
        if tx.members.drop_channel(staff.id, channel):
            _note(tx, desk, staff, "channel")


def _keep_code(desk: Desk, staff: Staff, code: str) -> None:
    now = desk.now()
    with desk.services.store.transaction() as tx:
        tx.members.add_code(code_hash(code), staff.id, expires_at=now + LIFE)
        _note(tx, desk, staff, "link_code")


def _note(tx: Transaction, desk: Desk, staff: Staff, *what: str) -> None:
    detail = {"what": " ".join(what)}
    tx.audit.add(actor=str(staff.id), action="account.change", now=desk.now(), detail=detail)


def _on(done: str) -> Response:
    return RedirectResponse(f"{HOME}?done={done}", HTTPStatus.SEE_OTHER)


def _back(form: FormData) -> Response:
    address = safe_next(str(form.get("back", "")), otherwise=HOME)
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)
