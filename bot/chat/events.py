"""The event stream of one open page: new lines, the growing reply, typing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from sse_starlette import ServerSentEvent

from bot.chat.messages import Event, Partial, html_of, message_shape
from bot.chat.sessions import session_state
from bot.chat.watch import Watch
from companion.errors import StoreUnavailable, UnknownRow
from companion.flows.services import Services
from companion.messages import Outbound
from companion.people.student import Account, Student
from companion.store import Line

#: How long a page waits for a ring before it looks by itself (seconds).
_LOOK_STEP = 10.0
_LOOK_STEP_WITHOUT_BELL = 1.0
_PAGE = 50


@dataclass(slots=True)
class _Seen:
    """What a page has been told already."""

    seq: int
    partial: str = field(default="", repr=False)
    is_typing: bool = False
    session: object = None


async def events(
    account: Account, *, after: int, services: Services, watch: Watch
) -> AsyncIterator[ServerSentEvent]:
    """Yield what is new after a position, and everything from then on.

    Ends when the student erased everything, or the database went away: pages reconnect.
    """
    seen = _Seen(seq=after)
    with watch.on(account.student_id) as bell:
        while True:
            bell.clear()
            try:
                lines, writing, student = await asyncio.to_thread(
                    _look, account.student_id, seen.seq, services
                )
            except (StoreUnavailable, UnknownRow):
                return
            for event in _news(seen, lines, writing):
                yield event
            state = session_state(student, services.campus)
            if seen.session not in (None, state):
                yield _event("session", state.model_dump_json())
            seen.session = state
            if len(lines) == _PAGE:
                continue
            with suppress(TimeoutError):
                step = _LOOK_STEP if watch.is_ringing else _LOOK_STEP_WITHOUT_BELL
                await asyncio.wait_for(bell.wait(), step)


def _look(
    student_id: UUID, after: int, services: Services
) -> tuple[list[Line], Outbound | None, Student]:
    with services.store.reading() as tx:
        return (
            list(tx.talk.lines(student_id, after=after, limit=_PAGE)),
            tx.outbound.writing(student_id),
            tx.students.get(student_id),
        )


def _news(seen: _Seen, lines: list[Line], writing: Outbound | None) -> list[ServerSentEvent]:
    found = []
    for line in lines:
        found.append(_event("message", message_shape(line).model_dump_json(), seq=line.seq))
        seen.seq = line.seq
    is_typing = writing is not None
    if is_typing != seen.is_typing:
        found.append(_event("typing", '{"on": true}' if is_typing else '{"on": false}'))
        seen.is_typing = is_typing
    text = writing.text if writing else ""
    if writing and text and text != seen.partial:
        partial = Partial(id=writing.id, text=text, html=html_of(text, markdown=True))
        found.append(_event("partial", partial.model_dump_json()))
    seen.partial = text
    return found


def _event(name: Event, data: str, *, seq: int | None = None) -> ServerSentEvent:
    return ServerSentEvent(data=data, event=name, id=None if seq is None else str(seq))
