"""Leaving something for a person to do, and paging whoever it is for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from companion.jobs import Job
from companion.ports import Channels
from companion.staff.follow_ups import TaskKind
from companion.staff.people import ChannelKind
from companion.store import PageDraft, PageReason, Transaction

_WHY = {TaskKind.CONTACT: PageReason.CONTACT}


def make_task(
    tx: Transaction,
    case_id: UUID,
    kind: TaskKind,
    *,
    whom: UUID | None,
    channels: Channels,
    now: datetime,
) -> bool:
    """Make a task and page `whom` for it; where nobody is left to page, the whole campus's staff.

    False when the case has an open one of this kind: somebody was paged for that one. Safe to run
    twice.
    """
    task_id = tx.aftercare.tasks.add(case_id, kind, now=now)
    if task_id is None:
        return False
    case = tx.cases.get(case_id)
    for staff_id, channel_id, channel in _ways(tx, whom, channels):
        draft = PageDraft(
            staff_id=staff_id,
            channel_id=channel_id,
            kind=channel,
            rung=0,
            level=case.level,
            why=_WHY.get(kind, PageReason.FOLLOW_UP),
            dedupe=f"{task_id}:{channel_id or channel}",
        )
        page_id = tx.pages.add(case_id, draft, now=now)
        if page_id is not None:
            tx.enqueue(Job.PAGE, page_id)
    return True


def _ways(
    tx: Transaction, whom: UUID | None, channels: Channels
) -> list[tuple[UUID | None, UUID | None, ChannelKind]]:
    own: list[tuple[UUID | None, UUID | None, ChannelKind]] = []
    if whom is not None and tx.members.get(whom).disabled_at is None:
        own = [(whom, way.id, way.kind) for way in tx.members.channels(whom)]
    return own or [(None, None, kind) for kind, _ in channels.campus_wide]
