"""Everything that arrives is a committed row before the platform hears 200 (law 1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from companion.dialogue.commands import parse_command
from companion.dialogue.talk_language import detect_language
from companion.errors import StoreUnavailable
from companion.flows.follow_up import heard_again
from companion.jobs import Job
from companion.language import Language
from companion.messages import Inbound, InboundKind
from companion.ports import Store

#: No platform sends longer texts; what is beyond is cut before it is kept (characters).
LONGEST_TEXT = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of one arrival."""

    message_id: UUID
    student_id: UUID
    seq: int
    is_new: bool
    #: Whether the broker took the screening job; if not, whoever received it screens it now.
    handed_on: bool


def receive(
    inbound: Inbound, *, store: Store, default_language: Language, now: datetime
) -> Received:
    """Keep one arrival and hand it on to be screened. Safe to run twice: copies change nothing.

    Raises StoreUnavailable.
    """
    # "/age adult" or "stop" says nothing about the language a student talks in.
    is_talk = inbound.kind is not InboundKind.CHOICE and parse_command(inbound.text) is None
    detected = detect_language(inbound.text) if is_talk else None
    language = detected or inbound.language or default_language
    inbound = replace(inbound, text=inbound.text[:LONGEST_TEXT], language=detected)
    with store.transaction() as tx:
        account = tx.students.arrive(inbound, language=language, now=now)
        message = tx.inbound.add(account, inbound, now=now)
        if message is not None:
            heard_again(tx, message.student_id, now)
            tx.enqueue(Job.ASSESS, message.id)
            tx.ring(message.student_id, "message")
        kept = message or tx.inbound.find(inbound.platform, inbound.platform_id)
    if kept is None:
        # A copy of a message that was erased this very moment: the platform repeats it.
        raise StoreUnavailable
    return Received(
        message_id=kept.id,
        student_id=kept.student_id,
        seq=kept.seq,
        is_new=message is not None,
        handed_on=tx.handed_on,
    )
