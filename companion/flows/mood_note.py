"""Noting a mood: its face, what it has to do with, a line; and what a steep fall sets in motion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from companion.care.entries import Entry, EntryState
from companion.flows.moods import dip_seen, trend_of
from companion.flows.order import Order
from companion.messages import Choice
from companion.mood.moods import LONGEST_LINE, MoodBody, Tag, mood_in
from companion.mood.trend import Dip
from companion.mood.words import bare, face_name, number, said_when, tag_names
from companion.risk import Kind, Level, Subject, Verdict
from companion.texts import say, wording

#: Faces after which a talk is offered; the lowest also names the helplines.
_LOW: Final = 2
_LOWEST: Final = 1
#: How often a change is tried again when another button changed the same mood meanwhile.
_TRIES: Final = 3


def note_face(order: Order, entry: Entry, face: int) -> None:
    """Keep how somebody feels, complete with this one tap, and offer what may be added."""
    before = MoodBody.read(entry.body)
    is_new = before.face is None or entry.state is EntryState.UNDONE
    at = order.now if is_new and before.day is None else None
    noted = _changed(
        order, entry, lambda body: replace(body, face=face, waits_for_line=False),
        state=EntryState.DONE, at=at,
    )  # fmt: skip
    found = _watched(order, noted, face)
    lines = [_say(order, "noted", when=_when(order, noted), face=face_name(face, order.language))]
    if found is not None:
        lines.append(_about(order, found))
    if face == _LOWEST:
        lines.append(_say(order, "noted_lowest"))
    elif face == _LOW and found is None:
        lines.append(_say(order, "noted_low"))
    lines.append(_say(order, "ask_tags"))
    order.answer("\n".join(lines), *(_people(order) if found else ()), *_more(order, noted))


def toggle_tag(order: Order, entry: Entry, name: str) -> bool:
    """Add what a mood has to do with, or take it off; False for what is no tag."""
    if name not in set(Tag):
        return False
    tag = Tag(name)
    noted = _changed(
        order,
        entry,
        lambda body: replace(body, tags=tuple(t for t in Tag if (t in body.tags) != (t is tag))),
    )
    tags = MoodBody.read(noted.body).tags
    key = "tagged" if tags else "untagged"
    text = _say(order, key, tags=tag_names(tags, order.language))
    order.answer(text, *_more(order, noted))
    return True


def open_line(order: Order, entry: Entry) -> None:
    """Ask for a line; the next text is taken as it."""
    noted = _changed(
        order, entry, lambda body: replace(body, waits_for_line=True), state=EntryState.RUNNING
    )
    leave = Choice(_say(order, "no_line_button"), f"/mood done {noted.code}")
    order.answer(_say(order, "ask_line"), leave)


def note_line(order: Order, entry: Entry, text: str) -> None:
    """Keep the line, unless it says that there is none."""
    line = "" if bare(text) in wording("mood.no_line_words", order.language) else text.strip()
    noted = _changed(
        order,
        entry,
        lambda body: replace(body, line=line[:LONGEST_LINE] or body.line, waits_for_line=False),
        state=EntryState.DONE,
    )
    undo = Choice(_say(order, "undo_button"), f"/mood undo {noted.code}")
    order.answer(_say(order, "lined" if line else "done"), undo)


def _changed(
    order: Order,
    entry: Entry,
    change: Callable[[MoodBody], MoodBody],
    *,
    state: EntryState | None = None,
    at: datetime | None = None,
) -> Entry:
    """Change a mood, after whatever another button changed in the same moment; returns it."""
    entries = order.tx.care.entries
    for _ in range(_TRIES):
        body = change(MoodBody.read(entry.body)).as_json()
        if entries.put(entry, body=body, state=state, at=at, now=order.now):
            break
        entry = entries.find(order.student.id, entry.code) or entry
    return entries.find(order.student.id, entry.code) or entry


# ------------------------------------------------------------ what is said


def _when(order: Order, entry: Entry) -> str:
    mood = mood_in(entry)
    if mood is None:
        return ""
    return said_when(mood, now=order.now, zone=order.zone, language=order.language)


def _more(order: Order, entry: Entry) -> tuple[Choice, ...]:
    """Return the buttons under a mood: what it has to do with, a line, all, take it back."""
    names: dict[str, str] = wording("mood_tags", order.language)
    chosen = MoodBody.read(entry.body).tags
    tags = (
        Choice(f"✓ {names[tag]}" if tag in chosen else names[tag], f"/mood tag {entry.code} {tag}")
        for tag in Tag
    )
    rest = (
        Choice(_say(order, f"{name}_button"), f"/mood {name} {entry.code}")
        for name in ("line", "done", "undo")
    )
    return (*tags, *rest)


def _say(order: Order, key: str, **fields: object) -> str:
    return say(f"mood.{key}", order.language, **fields)


# ------------------------------------------------------------ a steep fall


def _watched(order: Order, entry: Entry, face: int) -> Dip | None:
    """Return the fall that this mood completes, once a day; it raises watch.

    The level stands at the message with which the student told it, like any other level: the
    verdict history and the daily digest have it from there, and a person decides the rest.
    """
    zone, student_id = order.zone, order.student.id
    if face > _LOW or dip_seen(order.tx, student_id, now=order.now):
        return None
    found = trend_of(order.tx, student_id, now=order.now, zone=zone).dip
    if found is None:
        return None
    _changed(order, entry, lambda body: replace(body, dipped=True))
    verdict = order.tx.inbound.verdict(order.message.id)
    order.tx.inbound.raise_verdict(
        order.message.id,
        Verdict(
            level=Level.WATCH,
            kinds=(Kind.DISTRESS,),
            subject=Subject.SELF,
            score=verdict.score if verdict else 0.0,
            evidence=(_evidence(found),),
        ),
    )
    return found


def _evidence(found: Dip) -> str:
    if found.before is None:
        return f"mood very low for {found.days} days"
    return f"mood fell from {number(found.before)} to {number(found.now)} in {found.days} days"


def _about(order: Order, found: Dip) -> str:
    if found.before is None:
        text = _say(order, "dip_low")
    else:
        before, now = number(found.before), number(found.now)
        text = _say(order, "dip_fall", before=before, now=now)
    gap = "" if text.endswith("。") else " "
    return f"{text}{gap}{_say(order, 'dip_offer')}"


def _people(order: Order) -> tuple[Choice, ...]:
    return (
        Choice(_say(order, "talk_button"), "/mood talk"),
        Choice(_say(order, "human_button"), "/human"),
    )
