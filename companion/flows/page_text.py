"""What a page says: level, kind, waiting time, number and link; never a word of a student."""

from __future__ import annotations

from datetime import datetime, timedelta

from companion.campus import Campus
from companion.flows.bundle import bundle_of
from companion.flows.services import Services
from companion.language import Language
from companion.messages import Choice
from companion.ports import PageText
from companion.risk import Kind, Level, Verdict
from companion.staff.cases import Case
from companion.store import Page, PageReason, Reading
from companion.texts import say

#: Reasons whose page can be answered by "mine".
_CLAIMABLE = {PageReason.RISEN, PageReason.RUNG, PageReason.ASKED}


def page_text(
    tx: Reading, page: Page, case: Case, *, services: Services, now: datetime
) -> PageText:
    """Return the text of one page, in the language of whoever is to read it."""
    language = _language(tx, page, services.campus)
    fields = _fields(page, case, services.campus, language, now=now)
    if page.why is PageReason.BUNDLE:
        fields["count"] = len(bundle_of(tx, case))
    body = say(f"page.{_key(page, case)}", language, **fields)
    if page.why is PageReason.RUNG:
        body = f"{say('page.rung', language)}\n{body}"
    if case.is_drill:
        body = f"{say('page.drill', language)}\n{body}"
    subject = say(
        "page.subject_drill" if case.is_drill else "page.subject",
        language,
        level=say(f"page.level_{page.level.label}", language),
        case=case.number,
    )
    buttons = (Choice(say("page.claim", language), f"claim:{case.number}"),)
    return PageText(
        subject=subject,
        body=body,
        url=desk_link(case.number, services=services),
        buttons=buttons if page.why in _CLAIMABLE else (),
    )


def text_without_case(verdict: Verdict, *, campus: Campus, now: datetime) -> PageText:
    """Return a page for a verdict that no row could be made for (law 4)."""
    language = campus.language
    level = say(f"page.level_{verdict.level.label}", language)
    body = say(
        "page.risk",
        language,
        level=level,
        kinds=_kinds(verdict.kinds, language),
        at=f"{now.astimezone(campus.timezone):%H:%M}",
        waiting=_waiting(timedelta(), language),
        case="–",
    )
    return PageText(
        subject=say("page.subject", language, level=level, case="–"),
        body=f"{body}\n{say('page.no_store', language)}",
    )


def desk_link(number: int, *, services: Services) -> str | None:
    """Return where a case is at the desk; None while no public address is set."""
    if services.public_url is None:
        return None
    return f"{services.public_url.rstrip('/')}/desk/cases/{number}"


def _language(tx: Reading, page: Page, campus: Campus) -> Language:
    return campus.language if page.staff_id is None else tx.members.get(page.staff_id).language


def _key(page: Page, case: Case) -> str:
    if page.why in {PageReason.RISEN, PageReason.RUNG, PageReason.ASKED}:
        return "asked" if case.asked_for and page.level < Level.MODERATE else "risk"
    return page.why.value


def _fields(
    page: Page, case: Case, campus: Campus, language: Language, *, now: datetime
) -> dict[str, object]:
    return {
        "level": say(f"page.level_{page.level.label}", language),
        "kinds": _kinds(case.kinds, language),
        "at": f"{case.opened_at.astimezone(campus.timezone):%H:%M}",
        "waiting": _waiting(now - case.raised_at, language),
        "case": case.number,
    }


def _kinds(kinds: tuple[Kind, ...], language: Language) -> str:
    named = [say(f"page.kind_{kind}", language) for kind in kinds]
    return say("page.and", language).join(named) or say("page.kind_none", language)


def _waiting(span: timedelta, language: Language) -> str:
    minutes = max(0, int(span.total_seconds() // 60))
    hours, rest = divmod(minutes, 60)
    if hours:
        return say("page.waiting_hours", language, hours=hours, minutes=rest)
    return say("page.waiting_minutes", language, minutes=minutes)
