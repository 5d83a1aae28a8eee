"""What the clock of a case says: what is due, until when, and how near that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.desk.spans import span
from bot.desk.words import Words
from companion.staff.cases import Case, CaseState
from companion.staff.clocks import Clocks
from companion.staff.ladder import Roster

#: From this share of the time on a clock is amber.
_SOON = 2 / 3


class Tone(StrEnum):
    """How a clock looks; its words say the same."""

    FINE = "fine"
    SOON = "soon"
    LATE = "late"
    STILL = "still"  #: Nothing is due: it says how long something has been so.


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """A clock as a page shows it; the page's script lets it run on."""

    tone: Tone
    #: What it says at this moment.
    face: str
    #: What to say with the span put in: while there is time (or for STILL), and when it is late.
    template: str
    late_template: str = ""
    since: datetime
    soon_at: datetime | None = None
    due_at: datetime | None = None


def dial(case: Case, *, clocks: Clocks, roster: Roster, now: datetime, w: Words) -> Dial:
    """Return the clock of a case at a moment."""
    said = w["cases"]["clock"]
    if not case.is_open:
        since = case.closed_at or case.raised_at
        return Dial(tone=Tone.STILL, face=said["closed"], template=said["closed"], since=since)
    if case.is_unclaimed and not case.may_page:
        silent = said["silent_told" if case.notified_at else "silent"]
        return Dial(tone=Tone.STILL, face=silent, template=silent, since=case.raised_at)
    clock = clocks.of(case.level, asked_for=case.asked_for)
    if case.is_unclaimed:
        due = roster.due(clock, case.raised_at, clock.acknowledge)
        return _running("claim", case.raised_at, due, now=now, w=w)
    if _is_in_touch(case):
        key = "stabilised" if case.state is CaseState.STABILISED else "in_contact"
        return _still(key, case.contact_at or case.raised_at, now=now, w=w)
    due = roster.due(clock, case.raised_at, clock.contact)
    return _running("contact", case.raised_at, due, now=now, w=w)


def _is_in_touch(case: Case) -> bool:
    """Whether the owner has spoken with the student since the level last rose."""
    has_spoken = case.contact_at is not None and case.contact_at >= case.raised_at
    return has_spoken or case.state is CaseState.STABILISED


def _running(what: str, start: datetime, due: datetime, *, now: datetime, w: Words) -> Dial:
    said = w["cases"]["clock"]
    soon = start + (due - start) * _SOON
    late = now >= due
    tone = Tone.LATE if late else Tone.SOON if now >= soon else Tone.FINE
    template, late_template = said[what], said[f"{what}_late"]
    text = (late_template if late else template).format(span=span(abs(due - now), w))
    return Dial(
        tone=tone,
        face=text,
        template=template,
        late_template=late_template,
        since=start,
        soon_at=soon,
        due_at=due,
    )


def _still(key: str, since: datetime, *, now: datetime, w: Words) -> Dial:
    template = w["cases"]["clock"][key]
    text = template.format(span=span(now - since, w))
    return Dial(tone=Tone.STILL, face=text, template=template, since=since)
