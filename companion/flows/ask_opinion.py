"""A second reader looks at a text in which the screen found little; its word can only raise.

The first screening never waits for this, nor does any answer. It is a hint, not a duty: no row
says that an opinion is owed, so the sweeper does not look for one, and a job that is lost with
its queue is lost. The screen's verdict stands then, as it does when the reader is silent.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from companion.flows.assess import CONTEXT_TURNS, answer_risk, take_order
from companion.flows.escalate import escalate
from companion.flows.order import Order
from companion.flows.services import Services
from companion.flows.stay import raise_only
from companion.messages import Message
from companion.risk import Level, Verdict
from companion.risk.opinion import Opinion, merge
from companion.store import Transaction
from companion.turns import Role, Turn


class Heard(StrEnum):
    """What became of one question."""

    RAISED = "raised"  #: The level rose.
    UNCHANGED = "unchanged"  #: It was no more worried than the screen, or may not raise further.
    SILENT = "silent"  #: Late, away, busy, or it made no sense.


def ask_opinion(message_id: UUID, *, services: Services) -> Heard | None:
    """Ask the second reader about one screened message and act on a level that rises.

    None when there was nothing to ask. Raises UnknownRow, StoreUnavailable. Safe to run twice:
    the level rises once.
    """
    reader = services.second_opinion
    if reader is None:
        return None
    with services.store.reading() as tx:
        message = tx.inbound.get(message_id)
        # What was said since belongs to later messages.
        past = tx.talk.turns(message.student_id, limit=2 * CONTEXT_TURNS)
    if message.level is None or message.level >= Level.HIGH:
        return None
    history = [turn.turn for turn in past if turn.seq < message.seq][-CONTEXT_TURNS:]
    opinion = reader.read(message.text, history=history)
    if opinion is None:
        return Heard.SILENT
    now = services.clock.now()
    with services.store.transaction() as tx:
        has_risen = _hear(opinion, message, history, tx=tx, services=services, now=now)
    return Heard.RAISED if has_risen else Heard.UNCHANGED


def _hear(
    opinion: Opinion,
    message: Message,
    history: list[Turn],
    *,
    tx: Transaction,
    services: Services,
    now: datetime,
) -> bool:
    """Record the level that the opinion makes of the verdict; False when it stays."""
    standing = tx.inbound.verdict(message.id)
    if standing is None:
        return False
    is_first = not any(turn.role is Role.USER for turn in history)
    verdict = merge(standing, opinion, is_first_contact=is_first)
    if not tx.inbound.raise_verdict(message.id, verdict):
        return False
    if verdict.level.needs_card:
        order = take_order(tx, message, services=services, command=None, now=now)
        _act(order, verdict, before=standing.level)
    return True


def _act(order: Order, verdict: Verdict, *, before: Level) -> None:
    student, since = order.student, order.message.received_at
    if student.card_at and student.card_at >= since and student.card_level >= verdict.level:
        return  # A later line brought as grave a card already, and staff know of it.
    if student.stopped_at and student.stopped_at >= since:
        escalate(order, verdict)  # Whoever has left is not written to for a model's opinion.
        return
    if raise_only(order, verdict):
        return  # Its question waits; what was written has been answered in the safety dialogue.
    answer_risk(order, verdict, part=f":{verdict.level.label}" if before.needs_card else "")
