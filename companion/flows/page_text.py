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
#: Reasons that speak to one person of a case they know: a button opens its card.
_OPENED = {
    PageReason.GIVEN,
    PageReason.RELAY,
    PageReason.UNDELIVERED,
    PageReason.FOLLOW_UP,
    PageReason.CONTACT,
}


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
    return PageText(
        subject=subject,
        body=body,
        url=desk_link(case.number, services=services),
        buttons=_buttons(page, case, language),
        once=page.id,
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
        act=say("page.no_store", language),
    )
    return PageText(subject=say("page.subject", language, level=level, case="–"), body=body)


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
        "at": _since(case.raised_at, now, campus),
        "waiting": _waiting(now - case.raised_at, language),
        "case": case.number,
        "act": _act(page, case, campus, language, now=now),
    }


def _act(page: Page, case: Case, campus: Campus, language: Language, *, now: datetime) -> str:
    """Return what is asked of whoever reads it, and by when."""
    clock = campus.clocks.of(page.level, asked_for=case.asked_for)
    is_late = not clock.on_duty_only and now - case.raised_at >= clock.acknowledge
    return say(
        "page.act_late" if is_late else "page.act",
        language,
        within=_waiting(clock.acknowledge, language),
        contact=_waiting(clock.contact, language),
    )


def _buttons(page: Page, case: Case, language: Language) -> tuple[Choice, ...]:
    """Return what can be pressed: a case is claimed anywhere, and opened in a private chat only."""
    if page.why in _CLAIMABLE:
        return (Choice(say("page.claim", language), f"claim:{case.number}"),)
    if page.why in _OPENED and page.staff_id is not None:
        return (Choice(say("page.open", language), f"case:{case.number}"),)
    return ()


def _since(at: datetime, now: datetime, campus: Campus) -> str:
    local, today = at.astimezone(campus.timezone), now.astimezone(campus.timezone).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%m-%d %H:%M}"


def _kinds(kinds: tuple[Kind, ...], language: Language) -> str:
    named = [say(f"page.kind_{kind}", language) for kind in kinds]
    return say("page.and", language).join(named) or say("page.kind_none", language)


def _waiting(span: timedelta, language: Language) -> str:
    minutes = max(0, int(span.total_seconds() // 60))
    hours, rest = divmod(minutes, 60)
    if hours and not rest:
        return say("page.waiting_whole_hours", language, hours=hours)
    if hours:
        return say("page.waiting_hours", language, hours=hours, minutes=rest)
    return say("page.waiting_minutes", language, minutes=minutes)
