"""Telling staff: level, kind and time, never a word of the student (law 2, law 9)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from companion.campus import Campus
from companion.flows.sending import send
from companion.flows.services import Services
from companion.messages import OutboundKind
from companion.risk import Level, Verdict
from companion.store import Draft, Escalation
from companion.texts import say


def page(escalation_id: UUID, *, services: Services) -> None:
    """Page staff for one escalation, and tell the student truthfully what was done.

    Raises UnknownRow, StoreUnavailable. Safe to run twice: a page may repeat rather than be
    missed.
    """
    with services.store.reading() as tx:
        escalation = tx.escalations.get(escalation_id)
    if escalation.page_state not in {"owed", "failed"}:
        return
    now = services.clock.now()
    text = page_text(escalation, campus=services.campus, now=now)
    told = services.pager.is_configured and services.pager.page(text)
    with services.store.transaction() as tx:
        state = "told" if told else "failed" if services.pager.is_configured else "no_channel"
        tx.escalations.paged(escalation_id, state=state, now=now, level=escalation.level)
        if told and escalation.level >= Level.MODERATE:
            student = tx.students.get(escalation.student_id)
            account = tx.students.latest_account(student.id)
            # Once for a case of several lines; the next talk says it again.
            opened = student.card_at or escalation.opened_at
            draft = Draft(
                kind=OutboundKind.NOTICE,
                text=say("delivery.told_staff", student.language),
                dedupe=f"told_staff:{opened:%Y-%m-%d}",
            )
            send(tx, account, draft, now=now)


def page_text(escalation: Escalation, *, campus: Campus, now: datetime) -> str:
    """Return what staff read on their phones."""
    language = campus.language
    minutes = max(0, int((now - escalation.opened_at).total_seconds() // 60))
    kinds = [say(f"page.kind_{kind}", language) for kind in escalation.kinds]
    key = "asked" if escalation.asked_for else "risk"
    return say(
        f"page.{key}",
        language,
        level=say(f"page.level_{escalation.level.label}", language),
        kinds=say("page.and", language).join(kinds) or say("page.kind_none", language),
        at=f"{escalation.opened_at.astimezone(campus.timezone):%H:%M}",
        minutes=minutes,
        case=str(escalation.id)[:8],
    )


def page_directly(verdict: Verdict, *, services: Services) -> bool:
    """Page staff with no database in between (law 4); False when no channel took it."""
    now = services.clock.now()
    escalation = Escalation(
        id=UUID(int=0),
        student_id=UUID(int=0),
        level=verdict.level,
        kinds=tuple(verdict.kinds),
        opened_at=now,
        asked_for=False,
        page_state="owed",
    )
    text = page_text(escalation, campus=services.campus, now=now)
    note = say("page.no_store", services.campus.language)
    return services.pager.is_configured and services.pager.page(f"{text}\n{note}")
