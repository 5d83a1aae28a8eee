"""Answering what a student has said: once for several lines, in order, never twice."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

from companion.dialogue.compose import Engine, Patience, Piece, compose
from companion.dialogue.pace import next_gap, patience
from companion.dialogue.prompt import TalkContext
from companion.flows.after_reply import Answered, after_reply
from companion.flows.cite import cite
from companion.flows.lean import leans_on_us
from companion.flows.look_up import look_up
from companion.flows.own_turns import own_turns
from companion.flows.own_zone import own_zone
from companion.flows.recent import recent_things, watchfulness
from companion.flows.sending import speaking, start_delivery
from companion.flows.services import Services
from companion.flows.stay import TALK_GAP
from companion.jobs import Job
from companion.messages import Choice, InboundKind, Message, OutboundKind, OutboundState
from companion.people.student import Account, AgeBand, Purpose, Student
from companion.store import Draft, PastTurn, Transaction
from companion.texts import say
from companion.turns import Role, Turn

#: How long a worker is believed to be at work after its last sign of life.
LEASE = timedelta(seconds=45)
#: Turns that a reply may look back on; older ones are in the summary.
LOOK_BACK = 60
#: At least this long between two looks at a growing text (seconds).
_GROW_STEP = 0.3
#: A student is told once in this time that no model is answering.
_GUIDED_NOTICE = timedelta(hours=12)
#: Lines that arrive before anything was shown start the answer over, this often at most.
_FRESH_STARTS = 2
_LONGEST_SETTLING = timedelta(seconds=15)


@dataclass(slots=True)
class _Turn:
    """One answer in the making."""

    owner: UUID
    outbound_id: UUID
    student: Student
    account: Account
    waiting: Sequence[Message]
    context: TalkContext
    opening: str = field(repr=False)


def reply(student_id: UUID, *, services: Services) -> None:
    """Answer everything a student is owed a reply for.

    Returns at once when another worker is at it: that one looks again before it lets go.
    Raises UnknownRow, StoreUnavailable. Safe to run twice.
    """
    owner = uuid4()
    fresh_starts = 0
    waiting = _settled(student_id, owner, services)
    while waiting:
        turn = _begin(owner, waiting, services)
        if turn is None:
            return
        turn.context = look_up(turn.context, waiting, services)
        if not _write(turn, services, may_start_over=fresh_starts < _FRESH_STARTS):
            fresh_starts += 1
        waiting = _settled(student_id, owner, services)


def _settled(student_id: UUID, owner: UUID, services: Services) -> Sequence[Message]:
    """Return the lines to be answered once the student has paused.

    Empty when none are owed, and then the right to answer was let go; also when another worker
    has it.
    """
    started = services.clock.now()
    while True:
        now = services.clock.now()
        with services.store.transaction() as tx:
            if not tx.students.lease(student_id, owner=owner, now=now, until=now + LEASE):
                return ()
            waiting = tx.inbound.waiting(student_id)
            if waiting and tx.relays.open_of(student_id) is not None:
                # A person holds the talk: that person answers, not the companion.
                tx.inbound.answer([message.id for message in waiting], by=waiting[-1].id)
                waiting = ()
            if not waiting and tx.students.release(student_id, owner=owner):
                return ()
            usual_gap = tx.students.get(student_id).usual_gap
        if not waiting:
            continue
        wait = patience(waiting[-1].text, usual_gap=usual_gap, pace=services.campus.pace)
        left = wait - (now - waiting[-1].received_at).total_seconds()
        if left <= 0 or now - started > _LONGEST_SETTLING:
            return waiting
        services.clock.sleep(left)


def _begin(owner: UUID, waiting: Sequence[Message], services: Services) -> _Turn | None:
    """Open the row that the answer grows in; None when the right to answer was lost."""
    now = services.clock.now()
    last = waiting[-1]
    with services.store.transaction() as tx:
        if not tx.students.lease(last.student_id, owner=owner, now=now, until=now + LEASE):
            return None
        if tx.relays.open_of(last.student_id) is not None:
            tx.inbound.answer([message.id for message in waiting], by=last.id)
            tx.students.release(last.student_id, owner=owner)
            return None
        tx.outbound.cancel_writing(last.student_id, now=now)
        student = tx.students.get(last.student_id)
        account = tx.students.account(last.account_id)
        draft = Draft(
            kind=OutboundKind.REPLY,
            text="",
            dedupe=f"reply:{uuid4()}",
            state=OutboundState.WRITING,
        )
        outbound = tx.outbound.add(account, draft, now=now)
        if outbound is None:
            raise LookupError("two replies drew the same key")
        context = _context(tx, student, waiting, services=services, now=now)
        if account.platform.is_mailbox:
            tx.ring(student.id, "typing")
        else:
            tx.enqueue(Job.SHOW_TYPING, outbound.id)
    return _Turn(
        owner=owner,
        outbound_id=outbound.id,
        student=student,
        account=account,
        waiting=waiting,
        context=context,
        opening=_opening(student, waiting),
    )


def _context(
    tx: Transaction,
    student: Student,
    waiting: Sequence[Message],
    *,
    services: Services,
    now: datetime,
) -> TalkContext:
    remembers = student.allows(Purpose.MEMORY)
    owed = {message.seq for message in waiting}
    after = student.summary_seq if remembers else 0
    past = [
        past
        for past in own_turns(tx, student.id, limit=LOOK_BACK, after=after)
        if past.seq not in owed
    ]
    this_talk = _this_talk(past, now=now)
    turns = past if remembers else this_talk
    lines = [Turn(Role.USER, message.text) for message in waiting]
    language, zone = speaking(student, waiting[-1]), own_zone(tx, student.id, services.campus)
    return TalkContext(
        language=language,
        campus_name=services.campus.name[language],
        local_time=now.astimezone(zone),
        turns=(*(turn.turn for turn in turns), *lines),
        earlier_turns=len(turns) - len(this_talk),
        summary=tx.students.summary(student.id) if remembers else None,
        facts=tuple(fact.text for fact in tx.talk.facts(student.id)) if remembers else (),
        recent=recent_things(tx, student, now=now, campus=services.campus, language=language),
        level=watchfulness(tx, waiting, now=now),
        card_shown=student.card_at is not None and now - student.card_at < TALK_GAP,
        leans=leans_on_us(tx, student.id, now=now, zone=zone),
        guided_told=_lately(student.guided_told_at, now),
        handed_back=bool(tx.relays.lately(student.id, after=now - TALK_GAP)),
    )


def _this_talk(past: Sequence[PastTurn], *, now: datetime) -> Sequence[PastTurn]:
    """Return the turns since the last long silence."""
    begin, later = len(past), now
    for turn in reversed(past):
        if later - turn.at > TALK_GAP:
            break
        begin, later = begin - 1, turn.at
    return past[begin:]


def _lately(told_at: datetime | None, now: datetime) -> bool:
    return told_at is not None and now - told_at < _GUIDED_NOTICE


def _opening(student: Student, waiting: Sequence[Message]) -> str:
    """Return what must honestly be said first about the form the words came in."""
    kinds = {message.kind for message in waiting}
    language = speaking(student, waiting[-1])
    keys = [
        key
        for kind, key in ((InboundKind.EDIT, "edited"), (InboundKind.PHOTO, "caption"))
        if kind in kinds
    ]
    return "".join(say(f"inbound.{key}", language) + "\n" for key in keys)


def _write(turn: _Turn, services: Services, *, may_start_over: bool) -> bool:
    """Write the answer; False when newer lines came first and it must be begun again."""
    text, engine = turn.opening, Engine.GUIDED
    choices: tuple[str, ...] = ()
    shown_at: datetime | None = None
    with closing(_pieces(turn, services)) as pieces:
        for piece in pieces:
            if shown_at is None and may_start_over and _has_newer(turn, services):
                _drop(turn, services)
                return False
            text, engine, choices = text + piece.text, piece.engine, piece.choices
            now = services.clock.now()
            is_time = shown_at is None or (now - shown_at).total_seconds() >= _GROW_STEP
            if engine is Engine.LLM and is_time:
                if not _show(turn, text, services, now=now):
                    return True  # stopped by the student, or a safety text took its place
                shown_at = now
    buttons = tuple(Choice(label, label) for label in choices)
    draft = Draft(kind=OutboundKind.REPLY, text=text.strip(), choices=buttons, dedupe="")
    _finish(turn, cite(draft, turn.context, engine), engine, services)
    return True


def _pieces(turn: _Turn, services: Services) -> Generator[Piece, None, None]:
    if turn.student.age_band is AgeBand.UNDER_MINIMUM:
        words = say(
            "onboarding.under_minimum",
            turn.context.language,
            minimum=services.campus.minimum_age,
        )
        yield Piece(words, Engine.GUIDED)
        return
    yield from compose(
        turn.context,
        model=services.model,
        mask=services.masks(),
        known_numbers=services.known_numbers,
        patience=Patience(services.clock.sleep),
    )


def _has_newer(turn: _Turn, services: Services) -> bool:
    with services.store.reading() as tx:
        return len(tx.inbound.waiting(turn.student.id)) > len(turn.waiting)


def _drop(turn: _Turn, services: Services) -> None:
    with services.store.transaction() as tx:
        tx.outbound.cancel_writing(turn.student.id, now=services.clock.now())


def _show(turn: _Turn, text: str, services: Services, *, now: datetime) -> bool:
    """Let the student see the text so far; False when it was overtaken."""
    with services.store.transaction() as tx:
        held = tx.students.lease(turn.student.id, owner=turn.owner, now=now, until=now + LEASE)
        may_speak = held and tx.relays.open_of(turn.student.id) is None
        grown = may_speak and tx.outbound.grow(turn.outbound_id, text)
        if grown and turn.account.platform.is_mailbox:
            tx.ring(turn.student.id, "partial")
        elif grown:
            tx.enqueue(Job.SHOW_DRAFT, turn.outbound_id)
    return grown


def _finish(turn: _Turn, draft: Draft, engine: Engine, services: Services) -> None:
    now = services.clock.now()
    with services.store.transaction() as tx:
        if not tx.students.lease(turn.student.id, owner=turn.owner, now=now, until=now + LEASE):
            return
        if tx.relays.open_of(turn.student.id) is not None:
            # A person has taken the talk over meanwhile: not a word beside theirs.
            tx.outbound.cancel_writing(turn.student.id, now=now)
            return
        if not tx.outbound.finish(turn.outbound_id, draft, engine=engine, now=now):
            return
        tx.inbound.answer([message.id for message in turn.waiting], by=turn.outbound_id)
        start_delivery(tx, turn.account, turn.outbound_id, kind=OutboundKind.REPLY)
        _learn(tx, turn, engine, now=now)
        answered = Answered(turn.student, turn.account, turn.waiting, turn.context, engine)
        after_reply(tx, answered, campus=services.campus, now=now)


def _learn(tx: Transaction, turn: _Turn, engine: Engine, *, now: datetime) -> None:
    student = turn.student
    gap = student.usual_gap
    for earlier, later in pairwise(turn.waiting):
        gap = next_gap(gap, seconds=(later.received_at - earlier.received_at).total_seconds())
    tx.students.update(student.id, usual_gap=gap)
    if engine is Engine.GUIDED and not turn.context.guided_told:
        tx.students.update(student.id, guided_told_at=now)
    if student.allows(Purpose.MEMORY):
        tx.enqueue(Job.REMEMBER, student.id)
