"""An answer on a scale that worries by itself: the safety dialogue begins, whatever the sum."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from companion.care.entries import EntryKind, EntryState
from companion.care.scale_file import packaged_scales
from companion.care.scale_sheet import Sheet
from companion.care.scales import Scale
from companion.flows import stay
from companion.flows.escalate import escalate
from companion.flows.order import Order
from companion.flows.relay import relay_of
from companion.risk import Kind, Level, Subject, Verdict
from companion.store import PastTurn, Reading
from companion.turns import Role, Turn

#: How long such an answer counts as something that was said in the talk.
TOLD_FOR: Final = timedelta(hours=24)
_SCORE: Final = 0.6
_KEPT: Final = (EntryState.RUNNING, EntryState.LATER, EntryState.DONE)


def raise_alarm(order: Order, scale: Scale, number: int, value: int) -> None:
    """Begin the safety dialogue, or take it up, and tell staff as its level says."""
    verdict = Verdict(
        level=Level.MODERATE,
        kinds=(Kind.SUICIDE,),
        subject=Subject.SELF,
        score=_SCORE,
        evidence=(f"{scale.short} item {number} answered {value}",),
    )
    order.tx.inbound.raise_verdict(order.message.id, verdict)
    if relay_of(order.tx, order.student.id) is not None:
        escalate(order, verdict)  # A person is in the talk: they hear of it, and we are silent.
        return
    # What was pressed, or a single digit, is no text that the dialogue could read.
    wordless = replace(order, message=replace(order.message, text=""))
    turned = stay.take_in(wordless, verdict, alone=verdict)
    if turned is None or turned.said is None:
        stay.begin(wordless, verdict)
    else:
        stay.go_on(wordless, turned)


def told_by_scales(tx: Reading, student_id: UUID, *, now: datetime) -> list[PastTurn]:
    """Return what alarming answers of late would be as words: the screen's context knows them."""
    told = []
    for entry in tx.care.entries.latest(
        student_id, EntryKind.SCALE, states=_KEPT, after=now - TOLD_FOR, limit=5
    ):
        scale = packaged_scales().get(entry.name)
        if scale is None or scale.alarm is None:
            continue
        sheet = Sheet.from_json(entry.body)
        asked = scale.alarm.item
        if len(sheet.answers) >= asked and scale.rings(asked, sheet.answers[asked - 1]):
            said = Turn(Role.USER, scale.alarm.says[sheet.language])
            told.append(PastTurn(turn=said, seq=0, at=entry.updated_at))
    return told
