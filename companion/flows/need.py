"""What speaks for which need of a student: goals, scales, moods, their own words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from companion.care.entries import EntryKind
from companion.care.evidence import Dated, Evidence, Sign, evidence, rules, said
from companion.care.suggested import Suggested
from companion.emotion.recognise import recognise
from companion.flows.journal_pages import pages_of
from companion.flows.moods import moods_of, trend_of
from companion.flows.order import Order
from companion.flows.own_turns import own_turns
from companion.flows.scale_ask import scales_of
from companion.flows.scale_result import total_of
from companion.mood.words import number
from companion.people.student import Purpose
from companion.texts import say
from companion.turns import Role

#: How far back facts count: what was written, moods, results; and without consent to remember.
_WORDS: Final = timedelta(days=7)
_MOODS: Final = timedelta(days=7)
_RESULTS: Final = timedelta(days=30)
_THIS_TALK: Final = timedelta(hours=6)
_LINES: Final = 60
#: Days of low moods before they are spoken of, and what is low.
_LOW_DAYS, _LOW = 3, 2.3
#: A tag this often says something.
_OFTEN: Final = 2


def needs_of(order: Order, suggested: Suggested) -> list[Evidence]:
    """Return every fact that speaks for a need."""
    return [
        *_goals(order, suggested),
        *_scales(order),
        *_moods(order),
        *_words(order),
    ]


def _goals(order: Order, suggested: Suggested) -> Iterator[Evidence]:
    for goal in suggested.goals:
        yield evidence(Sign.GOAL, goal, topic_name=say(f"topic.{goal}", order.language))
    if suggested.own_goal:
        today = order.now.astimezone(order.campus.timezone).date()
        found = list(said([Dated(today, suggested.own_goal)], Sign.OWN_GOAL))
        for one in found[:1]:
            yield evidence(Sign.OWN_GOAL, one.topic, own=suggested.own_goal)


def _scales(order: Order) -> Iterator[Evidence]:
    for scale in scales_of(order.campus).values():
        rule = rules()["scales"].get(scale.id)
        entries = order.tx.care.entries.latest(
            order.student.id,
            EntryKind.SCALE,
            name=scale.id,
            after=order.now - _RESULTS,
            limit=1,
        )
        total = total_of(scale, entries[0]) if rule and entries else None
        if total is not None and scale.is_as_bad_as(total, rule["at"]):
            yield evidence(Sign.SCALE, rule["topic"], short=scale.short, total=total)


def _moods(order: Order) -> Iterator[Evidence]:
    zone, student_id = order.campus.timezone, order.student.id
    moods = moods_of(order.tx, student_id, after=order.now - _MOODS)
    fall = trend_of(order.tx, student_id, now=order.now, zone=zone).dip
    days = {mood.at.astimezone(zone).date() for mood in moods}
    if fall is not None and fall.before is not None:
        yield evidence(Sign.FALL, "low_mood", before=number(fall.before), now=number(fall.now))
    elif len(days) >= _LOW_DAYS and sum(mood.face for mood in moods) / len(moods) <= _LOW:
        yield evidence(Sign.LOW, "low_mood", count=len(days))
    tags = Counter(tag.value for mood in moods if mood.face <= round(_LOW) for tag in mood.tags)
    for tag, count in tags.items():
        if count >= _OFTEN and (topic := rules()["tags"].get(tag)):
            name = say(f"mood_tags.{tag}", order.language)
            yield evidence(Sign.TAG, topic, times=count, tag=name, count=count)


def _words(order: Order) -> Iterator[Evidence]:
    zone = order.campus.timezone
    remembers = order.student.allows(Purpose.MEMORY)
    after = order.now - (_WORDS if remembers else _THIS_TALK)
    lines = [
        past
        for past in own_turns(order.tx, order.student.id, limit=_LINES)
        if past.turn.role is Role.USER and past.at >= after
    ]
    yield from said(
        [Dated(one.at.astimezone(zone).date(), one.turn.text) for one in lines], Sign.WORDS
    )
    pages = [
        Dated(entry.at.astimezone(zone).date(), "\n".join(written.text for written in page.texts))
        for entry, page in pages_of(order.tx, order.student.id)
        if entry.at >= order.now - _WORDS
    ]
    yield from said(pages, Sign.JOURNAL)
    yield from _felt(order, [one.turn.text for one in lines if one.at >= order.now - _THIS_TALK])


def _felt(order: Order, texts: Sequence[str]) -> Iterator[Evidence]:
    feelings = recognise("\n".join(texts[-3:])).clearly_felt() if texts else ()
    for feeling in feelings[:1]:
        if topic := rules()["felt"].get(feeling.value):
            tone = say(f"journal.tone_{feeling.value}", order.language)
            yield evidence(Sign.FELT, topic, tone=tone)
