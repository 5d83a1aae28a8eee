"""What the page of a case shows: the minimal card, and what was done so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from bot.desk.clock import Dial, dial
from bot.desk.note_view import NotesView, notes_view
from bot.desk.on_duty import duty_roster, on_duty_now
from bot.desk.page import Desk
from bot.desk.reached import addressee
from bot.desk.spans import moment
from bot.desk.student_view import StudentCard, shared_plan, student_card
from bot.desk.talk_view import TalkView, talk_view
from bot.desk.timeline import Happening, timeline
from bot.desk.words import Words, words
from companion.flows.told import words_of
from companion.staff.cases import Case, Trigger
from companion.staff.follow_ups import FollowUp, Task
from companion.staff.people import Right, Role, Staff
from companion.store import Page, Reading
from companion.store.saved_replies import SavedReply

#: How far the roster is looked at: for clocks that run on duty only.
_BACK, _AHEAD = timedelta(days=7), timedelta(days=14)

#: Says a moment in words; empty for none.
_Moment = Callable[[datetime | None], str]


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
    #: Each with its time and its evidence.
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
    plan: Sequence[tuple[str, Sequence[str]]] = field(repr=False)
    #: Caring contacts: their number, and what became of them.
    follow_ups: Sequence[tuple[int, str]]
    #: What is still to be done, and what was: the task, since or when, and by whom.
    tasks: Sequence[tuple[Task, str, str]]
    #: When the student added what for whoever looks after the case.
    words: Sequence[tuple[str, str]] = field(repr=False)

    @property
    def deeds_word(self) -> str:
        """A word that changes when other things can be done with the case than before."""
        case = self.case
        return f"{case.state}:{case.owner_id}:{case.level.label}"

    @property
    def state_word(self) -> str:
        """A word that changes when the page has to be loaded anew to be right.

        The lines around an alarm are read by a press only, because every reading is logged; who
        holds the talk reads them there.
        """
        alarms = "" if self.talk.is_mine else len(self.triggers)
        return f"{self.case.is_open}:{alarms}"

    @property
    def talk_word(self) -> str:
        """A word that changes when the talk can be opened, gone on with or handed back."""
        running, case = self.talk.running, self.case
        reach = self.student.is_reachable
        return f"{running.id if running else None}:{case.owner_id}:{case.is_open}:{reach}"

    @property
    def notes_word(self) -> str:
        """A word that changes when others see other notes than before."""
        added = sum(1 + len(one.additions) for one in self.notes.signed)
        return f"{added}:{len(self.notes.others)}"

    @property
    def fired_word(self) -> str:
        """A word that changes with the alarms and what people say of them."""
        marks = (one.false_alarm or "" for one, _, _ in self.triggers)
        return f"{len(self.triggers)}:{':'.join(marks)}"

    @property
    def tasks_word(self) -> str:
        """A word that changes when there is something else to do."""
        return f"{len(self.tasks)}:{sum(one.done_at is None for one, _, _ in self.tasks)}"


def read_case(tx: Reading, case: Case, *, desk: Desk, staff: Staff, now: datetime) -> CaseView:
    """Return the page of a case as one member of staff sees it."""
    w = words(staff.language)
    members = tx.members.all()
    names = {each.id: each.name for each in members}
    shifts = tx.shifts.between(now - _BACK, now + _AHEAD)
    triggers = tx.cases.triggers(case.id)
    past = [one for one in tx.cases.all_of(case.student_id) if one.id != case.id]

    def at(then: datetime | None) -> str:
        return "" if then is None else moment(then, now=now, zone=desk.campus.timezone)

    return CaseView(
        case=case,
        dial=dial(
            case, clocks=desk.campus.clocks, roster=duty_roster(members, shifts), now=now, w=w
        ),
        since=at(case.raised_at),
        opened=at(case.opened_at),
        told_nobody=at(case.told_nobody_at),
        owner=_name(case.owner_id, names, w),
        is_mine=case.owner_id == staff.id,
        may_decide=case.owner_id == staff.id or staff.role is Role.SUPERVISOR,
        triggers=[(one, at(one.at), one.evidence) for one in triggers],
        student=student_card(tx, case, desk=desk, now=now, w=w),
        talk=talk_view(tx, case, staff=staff, names=names, desk=desk, now=now),
        notes=notes_view(tx, case, staff=staff, names=names, w=w, at=at),
        pages=_pages(tx.pages.of_case(case.id), names=names, w=w, at=at),
        timeline=timeline(case, tx.audit.of_case(case.id), triggers, names=names, w=w, at=at),
        past=[(one, at(one.closed_at or one.opened_at)) for one in past if not one.is_drill],
        replies=tx.saved_replies.seen_by(staff.id),
        follow_ups=_follow_ups(tx.aftercare.follow_ups.of_case(case.id), w=w, at=at),
        tasks=_tasks(tx.aftercare.tasks.of_case(case.id), names=names, w=w, at=at),
        words=[(at(one.at), one.text) for one in words_of(tx, case.id)],
        plan=shared_plan(tx, case, language=staff.language),
        colleagues=_colleagues(members, on_duty_now(members, shifts, now=now), case.owner_id),
    )


def _pages(
    pages: Sequence[Page], *, names: Mapping[UUID, str], w: Words, at: _Moment
) -> list[PageLine]:
    return [
        PageLine(page=page, whom=addressee(page, names=names, w=w), at=at(page.created_at))
        for page in pages
    ]


def _follow_ups(follow_ups: Sequence[FollowUp], *, w: Words, at: _Moment) -> list[tuple[int, str]]:
    states = w["follow_ups"]["state"]
    return [(one.number, states[one.state].format(at=at(_when(one)))) for one in follow_ups]


def _tasks(
    tasks: Sequence[Task], *, names: Mapping[UUID, str], w: Words, at: _Moment
) -> list[tuple[Task, str, str]]:
    return [
        (one, at(one.done_at or one.created_at), _name(one.done_by, names, w) or "")
        for one in tasks
    ]


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
