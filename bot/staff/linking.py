"""Binding a Telegram account to a member of staff by a code from the desk."""

from __future__ import annotations

from bot.staff.acts import Act, Say
from bot.staff.events import Event
from bot.staff.words import say
from companion.flows.services import Services
from companion.staff.link_code import code_hash
from companion.staff.people import ChannelKind, Staff


def link(event: Event, *, known: Staff | None, code: str, services: Services) -> list[Act]:
    """Use a code up; strangers with a wrong one hear nothing at all."""
    now = services.clock.now()
    with services.store.transaction() as tx:
        staff_id = tx.members.use_code(code_hash(code), now=now) if code else None
        if staff_id is None:
            return [] if known is None else _said(event, known, "link_wrong")
        staff = tx.members.get(staff_id)
        channel = tx.members.add_channel(staff_id, ChannelKind.TELEGRAM, event.user_id, now=now)
        if channel is not None:
            tx.audit.add(
                actor=str(staff_id),
                action="account.change",
                now=now,
                detail={"what": f"channel {ChannelKind.TELEGRAM.value}"},
            )
    if channel is None:
        return [] if known is None else _said(event, known, "link_taken")
    return _said(event, staff, "linked")


def _said(event: Event, staff: Staff, key: str) -> list[Act]:
    text = say(key, staff.language, name=staff.name)
    return [Say(chat_id=event.chat_id, text=text)]
