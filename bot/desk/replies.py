"""Saved replies: lines that counsellors use again, their own and everybody's."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.door import needs
from bot.desk.page import Desk, desk_of, render
from bot.desk.said import FAULTS, told
from bot.desk.words import words
from companion.flows.relay import LONGEST_LINE
from companion.language import Language
from companion.staff.people import Right, Role, Staff
from companion.store import SavedReply

_ADDRESS = "/desk/replies"


def routes(_: Desk) -> list[Route]:
    """Return the page, and the addresses that keep and drop a line."""
    return [
        Route(_ADDRESS, page),
        Route(_ADDRESS, keep, methods=["POST"]),
        Route(f"{_ADDRESS}/{{reply:uuid}}", change, methods=["POST"]),
    ]


@needs(Right.CASES)
async def page(request: Request, staff: Staff) -> Response:
    """Show the lines: one's own to change, the shared ones to whoever looks after them."""
    found = await asyncio.to_thread(_read, desk_of(request), staff)
    code = request.query_params.get("said", "")
    return render(
        request,
        "desk/replies.html",
        staff=staff,
        own=[reply for reply in found if reply.staff_id is not None],
        shared=[reply for reply in found if reply.staff_id is None],
        may_share=_may_share(staff),
        longest=LONGEST_LINE,
        languages=list(Language),
        said=told(code, words(staff.language)),
        is_fault=code in FAULTS,
    )


@needs(Right.CASES)
async def keep(request: Request, staff: Staff) -> Response:
    """Keep a new line."""
    form = await request.form()
    return _back(await asyncio.to_thread(_add, desk_of(request), staff, form))


@needs(Right.CASES)
async def change(request: Request, staff: Staff) -> Response:
    """Change or drop one line."""
    form, reply_id = await request.form(), request.path_params["reply"]
    return _back(await asyncio.to_thread(_change, desk_of(request), staff, reply_id, form))


def _read(desk: Desk, staff: Staff) -> list[SavedReply]:
    with desk.services.store.reading() as tx:
        return list(tx.saved_replies.seen_by(staff.id))


def _add(desk: Desk, staff: Staff, form: FormData) -> str:
    text, is_shared = _text(form), bool(form.get("shared"))
    fault = _fault(text)
    if fault:
        return fault
    if is_shared and not _may_share(staff):
        return "not_yours"
    known = {language.value: language for language in Language}
    language = known.get(str(form.get("language")), staff.language)
    owner = None if is_shared else staff.id
    with desk.services.store.transaction() as tx:
        tx.saved_replies.add(text, language=language, staff_id=owner, now=desk.now())
    return "replied"


def _change(desk: Desk, staff: Staff, reply_id: UUID, form: FormData) -> str:
    with desk.services.store.transaction() as tx:
        found = {reply.id: reply for reply in tx.saved_replies.seen_by(staff.id)}.get(reply_id)
        if found is None or (found.staff_id is None and not _may_share(staff)):
            return "not_yours"
        if form.get("remove"):
            return "removed" if tx.saved_replies.remove(reply_id, staff_id=found.staff_id) else ""
        text = _text(form)
        fault = _fault(text)
        if not fault:
            tx.saved_replies.change(reply_id, text, staff_id=found.staff_id)
        return fault or "replied"


def _text(form: FormData) -> str:
    return str(form.get("text", "")).strip()


def _fault(text: str) -> str:
    if not text:
        return "empty"
    return "too_long" if len(text) > LONGEST_LINE else ""


def _may_share(staff: Staff) -> bool:
    return staff.role is Role.SUPERVISOR


def _back(said: str) -> Response:
    return RedirectResponse(f"{_ADDRESS}?said={said}", HTTPStatus.SEE_OTHER)
