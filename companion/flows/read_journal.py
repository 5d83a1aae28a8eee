"""Reading a journal over, when its writer asks for it: guesses that each can be struck out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from companion.care.entries import Entry
from companion.care.journal import Page
from companion.dialogue.guided.book import book
from companion.dialogue.journal_reading import MOST_PAGES, WINDOW, Finding, Kind, Sheet, read_over
from companion.dialogue.journal_words import in_other_words
from companion.emotion.cues import cues
from companion.flows.journal_pages import note_shown, pages_of
from companion.flows.sending import send, speaking
from companion.flows.services import Services
from companion.language import Language
from companion.learned.files import ModelUnusableError
from companion.messages import Choice, OutboundKind
from companion.people.student import Account
from companion.store import Draft
from companion.texts import say

#: How the wish ends that lets the model write as well.
_BY_MODEL: Final = " model"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """Whose journal is to be read, and how."""

    student_id: UUID
    account: Account
    language: Language
    dedupe: str
    by_model: bool
    now: datetime
    found: Sequence[tuple[Entry, Page]] = field(repr=False)


def read_journal(message_id: UUID, *, services: Services) -> None:
    """Answer a wish to have the journal read over; the model writes only where the wish says so.

    Raises UnknownRow, StoreUnavailable. Safe to run twice.
    """
    wish = _wish(message_id, services)
    if wish is None:
        return
    draft, quoted = _by_model(wish, services) if wish.by_model else _by_rules(wish, services)
    with services.store.transaction() as tx:
        line = send(tx, wish.account, draft, now=wish.now)
        if line is not None:
            entries = [entry for entry, _ in pages_of(tx, wish.student_id) if entry.code in quoted]
            note_shown(tx, line, entries, now=wish.now)


def _wish(message_id: UUID, services: Services) -> _Wish | None:
    now = services.clock.now()
    with services.store.reading() as tx:
        message = tx.inbound.get(message_id)
        student = tx.students.get(message.student_id)
        dedupe = f"command:{message.id}look"
        if tx.outbound.find(student.id, dedupe) is not None:
            return None
        pages = pages_of(tx, student.id)
        return _Wish(
            student_id=student.id,
            account=tx.students.account(message.account_id),
            language=speaking(student, message),
            dedupe=dedupe,
            by_model=message.text.endswith(_BY_MODEL),
            now=now,
            found=[one for one in pages if now - one[0].at < WINDOW][:MOST_PAGES],
        )


def _by_rules(wish: _Wish, services: Services) -> tuple[Draft, frozenset[str]]:
    """Return the findings, each with a button that strikes it out."""
    language, zone = wish.language, services.campus.timezone
    sheets = [_sheet(entry, page, services) for entry, page in wish.found]
    try:
        findings = read_over([sheet for sheet in sheets if sheet.text])
    except ModelUnusableError:
        return _draft(wish, say("journal.cannot_look", language)), frozenset()
    if not findings:
        return _draft(wish, say("journal.nothing_found", language)), frozenset()
    day = f"{wish.now.astimezone(zone):%Y%m%d}"
    lines = [
        say("journal.numbered", language, number=number, text=_in_words(one, len(sheets), language))
        for number, one in enumerate(findings, start=1)
    ]
    strike = [
        Choice(say("journal.strike", language, number=number), f"/journal wrong {one.key} {day}")
        for number, one in enumerate(findings, start=1)
    ]
    more = [Choice(say("journal.model_button", language), "/journal look model")]
    head = say("journal.found_head", language, count=len(sheets))
    asks = say("journal.model_ask", language) if services.model is not None else ""
    parts = [head, "\n".join(lines), say("journal.found_foot", language), asks]
    text = "\n\n".join(part for part in parts if part)
    quoted = frozenset(code for one in findings if one.quote for code in one.pages)
    return _draft(wish, text, *strike, *(more if asks else [])), quoted


def _by_model(wish: _Wish, services: Services) -> tuple[Draft, frozenset[str]]:
    """Return a paragraph of the model's; names and numbers stay here."""
    pages = [text for _, page in reversed(wish.found) if (text := _calm(page))]
    told = ""
    if services.model is not None and pages:
        told = in_other_words(
            pages,
            model=services.model,
            mask=services.masks(),
            language=wish.language,
            known_numbers=services.known_numbers,
        )
    if not told:
        return _draft(wish, say("journal.model_cannot", wish.language)), frozenset()
    text = say("journal.by_model", wish.language, text=told)
    return _draft(wish, text), frozenset(entry.code for entry, _ in wish.found)


def _sheet(entry: Entry, page: Page, services: Services) -> Sheet:
    local = entry.at.astimezone(services.campus.timezone)
    return Sheet(code=entry.code, at=local, text=_calm(page), wrong=page.wrong)


def _calm(page: Page) -> str:
    """Return a page without what started the safety dialogue: that was answered there."""
    return "\n".join(one.text for one in page.texts if not one.alarming)


def _in_words(finding: Finding, pages: int, language: Language) -> str:
    key = f"journal.found_{finding.kind}"
    match finding.kind:
        case Kind.TRAP:
            names = {cue.kind.value: cue.name[language] for cue in cues()}
            return say(key, language, quote=finding.quote, name=names[finding.about])
        case Kind.TONE:
            name = say(f"journal.tone_{finding.about}", language)
        case _:
            names = {topic.id: topic.voices[language].name for topic in book().topics}
            name = names.get(finding.about, "")
    return say(key, language, name=name, count=len(finding.pages), pages=pages)


def _draft(wish: _Wish, text: str, *choices: Choice) -> Draft:
    return Draft(kind=OutboundKind.NOTICE, text=text, choices=choices, dedupe=wish.dedupe)
