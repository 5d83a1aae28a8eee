"""What the page of a case shows: the minimal card, and what was done so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bot.desk.clock import Dial, dial
from bot.desk.evidence import in_words
from bot.desk.note_view import NotesView, notes_view
from bot.desk.on_duty import on_duty_now
from bot.desk.page import Desk
from bot.desk.reached import addressee
from bot.desk.spans import moment
from bot.desk.student_view import StudentCard, shared_plan, student_card
from bot.desk.talk_view import TalkView, talk_view
from bot.desk.timeline import Happening, timeline
from bot.desk.words import Words, words
from companion.staff.cases import Case, Trigger
from companion.staff.follow_ups import FollowUp
from companion.staff.people import Right, Role, Staff
from companion.store import Page, Reading
from companion.store.saved_replies import SavedReply

#: How far the roster is looked at: for clocks that run on duty only.
_BACK, _AHEAD = timedelta(days=7), timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLine:
    """One attempt to reach somebody, in words."""

    page: Page
    whom: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """All that the page shows, except the lines around the alarm, whose reading is audited."""

    case: Case
    dial: Dial
    since: str
    opened: str
    told_nobody: str
    owner: str | None
    is_mine: bool
    #: Whether the reader may hand it on and close it.
    may_decide: bool
    #: Each with its time and its evidence in the reader's language.
    triggers: Sequence[tuple[Trigger, str, Sequence[str]]]
    student: StudentCard
    talk: TalkView
    notes: NotesView
    pages: Sequence[PageLine]
    timeline: Sequence[Happening]
    past: Sequence[tuple[Case, str]]
    replies: Sequence[SavedReply]
    #: Who may take it, and whether they are on duty.
    colleagues: Sequence[tuple[Staff, bool]]
    #: What the student shares of a safety plan: names of its parts, and their lines.
    plan: Sequence[tuple[str, Sequence[str]]]

    #: Caring contacts: their number, and what became of them.
    follow_ups: Sequence[tuple[int, str]]

    @property
    def deeds_word(self) -> str:
        """A word that changes when other things can be done with the case than before."""
        case = self.case
        return f"{case.state}:{case.owner_id}:{case.level.label}"

    @property
    def state_word(self) -> str:
        """A word that changes when the page has to be loaded anew to be right."""
        running = self.talk.running
        return f"{self.case.is_open}:{self.case.owner_id}:{running.id if running else None}"


def read_case(tx: Reading, case: Case, *, desk: Desk, staff: Staff, now: datetime) -> CaseView:
    """Return the page of a case as one member of staff sees it."""
    w, zone = words(staff.language), desk.campus.timezone
    members = tx.members.all()
    names = {each.id: each.name for each in members}
    shifts = tx.shifts.between(now - _BACK, now + _AHEAD)
    triggers = tx.cases.triggers(case.id)
    past = [one for one in tx.cases.all_of(case.student_id) if one.id != case.id]

    def at(then: datetime | None) -> str:
        return "" if then is None else moment(then, now=now, zone=zone)

    return CaseView(
        case=case,
        dial=dial(case, clocks=desk.campus.clocks, shifts=shifts, now=now, w=w),
        since=at(case.raised_at),
        opened=at(case.opened_at),
        told_nobody=at(case.told_nobody_at),
        owner=_name(case.owner_id, names, w),
        is_mine=case.owner_id == staff.id,
        may_decide=case.owner_id == staff.id or staff.role is Role.SUPERVISOR,
        triggers=[(one, at(one.at), _evidence(one, staff)) for one in triggers],
        student=student_card(tx, case, desk=desk, now=now, w=w),
        talk=talk_view(tx, case, staff=staff, names=names, desk=desk, now=now),
        notes=notes_view(tx, case, staff=staff, names=names, w=w, at=at),
        pages=[
            PageLine(page=page, whom=addressee(page, names=names, w=w), at=at(page.created_at))
            for page in tx.pages.of_case(case.id)
        ],
        timeline=timeline(case, tx.audit.of_case(case.id), triggers, names=names, w=w, at=at),
        past=[(one, at(one.closed_at or one.opened_at)) for one in past if not one.is_drill],
        replies=tx.saved_replies.seen_by(staff.id),
        follow_ups=[
            (one.number, w["follow_ups"]["state"][one.state].format(at=at(_when(one))))
            for one in tx.aftercare.follow_ups.of_case(case.id)
        ],
        plan=shared_plan(tx, case, language=staff.language),
        colleagues=_colleagues(members, on_duty_now(members, shifts, now=now), case.owner_id),
    )


def _evidence(trigger: Trigger, staff: Staff) -> list[str]:
    return [in_words(piece, staff.language) for piece in trigger.evidence]


def _when(one: FollowUp) -> datetime:
    return one.answered_at or one.sent_at or one.due_at


def _colleagues(
    members: Sequence[Staff], present: Sequence[UUID], owner: UUID | None
) -> Sequence[tuple[Staff, bool]]:
    """Return who may take a case, and whether they are on duty: those first, then by name."""
    found = [
        (each, each.id in present) for each in members if each.may(Right.CASES) and each.id != owner
    ]
    return sorted(found, key=lambda pair: (not pair[1], pair[0].name))


def _name(staff_id: UUID | None, names: Mapping[UUID, str], w: Words) -> str | None:
    return None if staff_id is None else names.get(staff_id, w["case"]["somebody"])
