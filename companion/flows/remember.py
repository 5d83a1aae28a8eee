"""Keeping what matters across talks: a few facts the student can see, and a rolling summary."""

from __future__ import annotations

from uuid import UUID

from companion.dialogue.memory import extract_facts, summarise
from companion.flows.own_turns import own_turns
from companion.flows.reply import LOOK_BACK
from companion.flows.services import Services
from companion.people.student import Purpose
from companion.turns import Role

#: Turns that stay whole when older ones are folded into the summary.
_KEEP = 24
#: More facts than this are not kept: a short list is one that a student reads.
_MOST_FACTS = 20


def remember(student_id: UUID, *, services: Services) -> None:
    """Note durable facts and fold old turns into the summary, if the student allows it.

    Raises UnknownRow, StoreUnavailable. Safe to run twice.
    """
    with services.store.reading() as tx:
        student = tx.students.get(student_id)
        if not student.allows(Purpose.MEMORY):
            return
        past = own_turns(tx, student_id, limit=LOOK_BACK, after=student.summary_seq)
        known = {fact.text for fact in tx.talk.facts(student_id)}
        summary = tx.students.summary(student_id)
    said = [turn.turn for turn in past if turn.turn.role is Role.USER]
    found = extract_facts(said[-_KEEP:], student.language)
    fresh = [fact for fact in found if fact not in known][: max(0, _MOST_FACTS - len(known))]
    folded = past[:-_KEEP] if len(past) >= LOOK_BACK else ()
    text = None
    if folded:
        text = summarise(
            [turn.turn for turn in folded],
            summary,
            model=services.model,
            mask=services.masks(),
            language=student.language,
        )
    with services.store.transaction() as tx:
        for fact in fresh:
            tx.talk.add_fact(student_id, fact, now=services.clock.now())
        if folded and text:
            tx.students.set_summary(student_id, text, up_to=folded[-1].seq)
