"""Cases and what opened them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import case, func, literal, select, update
from sqlalchemy.exc import IntegrityError

from companion.risk import Level, Verdict
from companion.staff.cases import Case, CaseState, FalseAlarm, Note, Outcome
from infra.store.case_reads import IS_OPEN
from infra.store.case_tables import EscalationRow, TriggerRow
from infra.store.case_wishes import UNCLAIMED, CaseWishes
from infra.store.columns import Moment
from infra.store.notes import Notes
from infra.store.session import Vaulted


class Cases(CaseWishes):
    """The repository behind companion.store.Cases."""

    def __init__(self, vaulted: Vaulted) -> None:
        super().__init__(vaulted)
        self._notes = Notes(vaulted)

    def record(  # noqa: PLR0913 - each is one fact about what happened
        self,
        student_id: UUID,
        *,
        message_id: UUID | None,
        verdict: Verdict,
        asked_for: bool,
        may_page: bool,
        now: datetime,
        is_drill: bool = False,
    ) -> tuple[UUID, bool] | None:
        """Open the student's case, or add a trigger to the open one and raise it."""
        row = self._open_row(student_id)
        if message_id is not None and not self._is_news(message_id, verdict):
            return None
        is_new = False
        if row is None:
            row, is_new = self._opened(
                student_id, verdict, may_page=may_page, now=now, is_drill=is_drill
            )
        starts = is_new or int(verdict.level) > row.level or (may_page and not row.may_page)
        starts = starts or (asked_for and not row.asked_for)
        row.level = max(row.level, int(verdict.level))
        row.kinds = list(dict.fromkeys([*map(str, verdict.kinds), *row.kinds]))
        row.asked_for = row.asked_for or asked_for
        row.may_page = row.may_page or may_page
        if starts:
            row.raised_at = now
            row.rung = 0
            # A case that somebody holds is theirs: they are paged, the ladder is not begun.
            row.next_rung_at = now if row.may_page else None
        self._add_trigger(row.id, message_id, verdict, now=now)
        self._session.flush()
        return row.id, starts

    def climb(self, case: Case, *, rung: int, next_rung_at: datetime | None) -> bool:
        """Note which rungs were paged and when the next is due; False when that is old news."""
        return self._changed(
            case.id,
            EscalationRow.rung == case.rung,
            EscalationRow.raised_at == case.raised_at,
            IS_OPEN,
            rung=rung,
            next_rung_at=next_rung_at,
        )

    def hurry(self, case_id: UUID, *, rung: int, now: datetime) -> bool:
        """Make the rung after `rung` due at once."""
        return self._changed(
            case_id,
            EscalationRow.rung == rung,
            EscalationRow.next_rung_at > now,
            IS_OPEN,
            next_rung_at=now,
        )

    def notified(self, case_id: UUID, *, now: datetime) -> bool:
        """Note the first page that was taken; True the first time since the level rose."""
        self._changed(
            case_id,
            EscalationRow.state == CaseState.NEW.value,
            state=CaseState.NOTIFIED.value,
        )
        return self._changed(
            case_id,
            EscalationRow.notified_at.is_(None)
            | (EscalationRow.notified_at < EscalationRow.raised_at),
            notified_at=now,
        )

    def told_nobody(self, case_id: UUID, *, now: datetime) -> bool:
        """Note that the student was told nobody answers; True when that was news to them."""
        return self._changed(
            case_id,
            EscalationRow.told_nobody_at.is_(None)
            | (EscalationRow.told_nobody_at < EscalationRow.raised_at)
            | (EscalationRow.told_nobody_at < EscalationRow.notified_at),
            told_nobody_at=now,
        )

    def claim(self, case_id: UUID, *, staff_id: UUID, now: datetime) -> bool:
        """Take an unclaimed case; False when somebody else has it or it is closed."""
        return self._changed(
            case_id,
            EscalationRow.state.in_(UNCLAIMED),
            EscalationRow.owner_id.is_(None),
            owner_id=staff_id,
            owner_seen_at=now,
            claimed_at=now,
            state=CaseState.CLAIMED.value,
            next_rung_at=None,
        )

    def give(self, case_id: UUID, *, owner: UUID | None, to: UUID | None, now: datetime) -> bool:
        """Hand a case from its owner to somebody, or back to the queue."""
        is_owner = (
            EscalationRow.owner_id.is_(None) if owner is None else EscalationRow.owner_id == owner
        )
        if to is not None:
            return self._changed(
                case_id,
                is_owner,
                IS_OPEN,
                owner_id=to,
                owner_seen_at=now,
                next_rung_at=None,
                claimed_at=func.coalesce(EscalationRow.claimed_at, now),
                state=case(
                    (EscalationRow.state.in_(UNCLAIMED), CaseState.CLAIMED.value),
                    else_=EscalationRow.state,
                ),
            )
        return self._changed(
            case_id,
            is_owner,
            IS_OPEN,
            owner_id=None,
            owner_seen_at=None,
            state=CaseState.NEW.value,
            raised_at=now,
            rung=0,
            # Where the student objects nobody is paged: it waits in the queue.
            next_rung_at=case((EscalationRow.may_page, literal(now, Moment())), else_=None),
        )

    def seen(self, case_id: UUID, *, staff_id: UUID, now: datetime) -> None:
        """Note a sign of life of the owner."""
        self._changed(case_id, EscalationRow.owner_id == staff_id, owner_seen_at=now)

    def move(
        self, case_id: UUID, state: CaseState, *, of: Collection[CaseState], now: datetime
    ) -> bool:
        """Change the state if it is one of these now; notes the time of first contact."""
        values: dict[str, Any] = {"state": state.value}
        if state is CaseState.IN_CONTACT:
            values["contact_at"] = func.coalesce(EscalationRow.contact_at, now)
        return self._changed(
            case_id, EscalationRow.state.in_([one.value for one in of]), IS_OPEN, **values
        )

    def set_level(self, case_id: UUID, level: Level) -> None:
        """Change the level: a person decided so."""
        self._changed(case_id, IS_OPEN, level=int(level))

    def close(
        self, case_id: UUID, *, outcome: Outcome, staff_id: UUID | None, now: datetime
    ) -> bool:
        """Close an open case; False when it is closed."""
        return self._changed(
            case_id,
            IS_OPEN,
            state=CaseState.CLOSED.value,
            outcome=outcome.value,
            closed_by=staff_id,
            closed_at=now,
            next_rung_at=None,
        )

    def mark(
        self, trigger_id: UUID, why: FalseAlarm | None, *, staff_id: UUID, now: datetime
    ) -> None:
        """Say of a trigger that it was a false alarm, and why; None takes it back."""
        self._session.execute(
            update(TriggerRow)
            .where(TriggerRow.id == trigger_id)
            .values(false_alarm=why and why.value, marked_by=staff_id, marked_at=now)
        )

    def add_note(self, note: Note, *, student_id: UUID) -> None:
        """Keep a note, or a new version of one that is not signed."""
        self._notes.add(note, student_id=student_id)

    def sign(self, note_id: UUID, *, staff_id: UUID, now: datetime) -> bool:
        """Lock one's own note; False when it is locked or another's."""
        return self._notes.sign(note_id, staff_id=staff_id, now=now)

    def notes(self, case_id: UUID) -> Sequence[Note]:
        """Return the notes of a case, oldest first."""
        return self._notes.of_case(case_id)

    def _is_news(self, message_id: UUID, verdict: Verdict) -> bool:
        highest = self._session.scalar(
            select(TriggerRow.level).where(TriggerRow.message_id == message_id)
        )
        return highest is None or int(verdict.level) > highest

    def _opened(
        self,
        student_id: UUID,
        verdict: Verdict,
        *,
        may_page: bool,
        now: datetime,
        is_drill: bool,
    ) -> tuple[EscalationRow, bool]:
        """Return the open case, and whether this very call opened it."""
        row = EscalationRow(
            id=uuid4(),
            number=1 + (self._session.scalar(select(func.max(EscalationRow.number))) or 1000),
            student_id=student_id,
            level=int(verdict.level),
            kinds=list(map(str, verdict.kinds)),
            subject=str(verdict.subject),
            state=CaseState.NEW.value,
            asked_for=False,
            is_drill=is_drill,
            may_page=may_page,
            opened_at=now,
            raised_at=now,
            rung=0,
            next_rung_at=now if may_page else None,
        )
        try:
            with self._session.begin_nested():
                self._session.add(row)
        except IntegrityError:
            # Two workers at once: the other one opened it, or took the number.
            other = self._open_row(student_id)
            if other is not None:
                return other, False
            return self._opened(student_id, verdict, may_page=may_page, now=now, is_drill=is_drill)
        return row, True

    def _add_trigger(
        self, case_id: UUID, message_id: UUID | None, verdict: Verdict, *, now: datetime
    ) -> None:
        values = {
            "level": int(verdict.level),
            "kinds": list(map(str, verdict.kinds)),
            "subject": str(verdict.subject),
            "score": verdict.score,
            "evidence": list(verdict.evidence),
        }
        self._session.execute(
            self._vaulted.insert(TriggerRow)
            .values(id=uuid4(), case_id=case_id, message_id=message_id, at=now, **values)
            .on_conflict_do_update(index_elements=["message_id"], set_=values)
        )
