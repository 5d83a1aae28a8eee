"""A month of a thousand students with a turned clock, as fast as a test may take."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, update

from companion.flows.nudge import nudge
from companion.flows.plan_nudges import plan_nudges
from companion.flows.schedule import rules_of
from companion.language import Language
from companion.messages import Inbound, InboundKind, Platform
from companion.people.nudges import made, scheduled
from companion.people.wishes import EVERY_DAY, NudgeState, Wish
from companion.risk import Level, Subject, Verdict
from companion.staff.cases import Outcome
from infra.store.care_tables import NudgeRow, NudgeWishRow
from infra.store.tables import StudentRow

STEP = timedelta(minutes=10)
ZONES = [
    ZoneInfo(name)
    for name in ("Asia/Shanghai", "Europe/London", "America/New_York", "Australia/Sydney")
]
GRAVE = Verdict(level=Level.HIGH, subject=Subject.SELF)
#: Steps at which two planners run at once, each in a thread of its own.
_AT_ONCE = 97


@dataclass
class Somebody:
    """One student of the month, and what becomes of them."""

    student_id: UUID
    sender: str
    zone: ZoneInfo
    minute: int
    weekdays: int
    #: Whether they write within the hour when they were asked.
    answers: bool = True
    #: Whether everything of theirs goes the long way, through the real writing and Telegram.
    is_told: bool = False
    #: Stretches in which nothing may come (pauses, cases), and after which nothing ever does.
    closed: list[tuple[datetime, datetime]] = field(default_factory=list)
    #: Since when another zone holds.
    moved: tuple[datetime, ZoneInfo] | None = None

    def zone_at(self, moment: datetime) -> ZoneInfo:
        """The zone whose days count at a moment."""
        return self.moved[1] if self.moved and moment >= self.moved[0] else self.zone


class Month:
    """The students, the clock, and what was made for whom."""

    def __init__(self, campus, *, begins):
        self.campus, self.begins = campus, begins
        self.everybody: dict[UUID, Somebody] = {}
        self.made: dict[UUID, list[tuple[datetime, str]]] = defaultdict(list)
        self._later: dict[datetime, list] = defaultdict(list)
        campus.clock.at = begins

    def joins(self, tx, number: int, **fields) -> Somebody:
        """Let one more student wish to be asked."""
        now, zone = self.begins, fields.pop("zone", ZONES[number % len(ZONES)])
        minute = fields.pop("minute", 19 * 60 + number % 24 * 10)
        weekdays = fields.pop("weekdays", EVERY_DAY)
        inbound = Inbound(
            platform=Platform.TELEGRAM,
            platform_id=f"hello-{number}",
            sender=f"s{number}",
            address=f"s{number}",
            sent_at=now,
        )
        account = tx.students.arrive(inbound, language=Language.ZH, now=now)
        wish = Wish(
            student_id=account.student_id,
            zone=zone,
            minute=minute,
            weekdays=weekdays,
            letter=False,
            looked_at=now + timedelta(days=100),
        )
        rules = rules_of(self.campus.campus)
        tx.care.nudges.put(scheduled(wish, (), after=now, rules=rules), now=now)
        one = Somebody(account.student_id, f"s{number}", zone, minute, weekdays, **fields)
        self.everybody[one.student_id] = one
        return one

    def at(self, moment: datetime, happens) -> None:
        """Let something happen before the tick of a moment."""
        self._later[moment].append(happens)

    def passes(self, days: int, *, outages=()) -> None:
        """Let the days pass in steps of ten minutes; in an outage no scheduler ticks."""
        clock = self.campus.clock
        while clock.at < self.begins + timedelta(days=days):
            for happens in self._later.pop(clock.at, ()):
                happens()
            if not any(begins <= clock.at < ends for begins, ends in outages):
                self._tick(int((clock.at - self.begins) / STEP))
            self.campus.jobs.sent.clear()
            clock.at += STEP

    def _tick(self, number: int) -> None:
        services = self.campus.services
        if number % _AT_ONCE == 0:
            with ThreadPoolExecutor(2) as pool:
                planned = sum(pool.map(lambda _: plan_nudges(services=services), range(2)))
        else:
            planned = plan_nudges(services=services)
        if not planned:
            return
        with self.campus.store.reading() as tx:
            waiting = tx.care.nudges.waiting(limit=10_000)
        self._write([one for one in waiting if not self.everybody[one.student_id].is_told])
        if any(self.everybody[one.student_id].is_told for one in waiting):
            nudge(services=services)
            self.campus.run()
        self._note(waiting)

    def _write(self, waiting) -> None:
        """Do for many at once what companion.flows.nudge does for each."""
        if not waiting:
            return
        now, rules = self.campus.clock.at, rules_of(self.campus.campus)
        with self.campus.store.transaction() as tx:
            connection = tx.session.connection()
            rows = connection.execute(
                select(NudgeWishRow.student_id, NudgeWishRow.ignored).where(
                    NudgeWishRow.student_id.in_([one.student_id for one in waiting])
                )
            )
            ignored = {row.student_id: row.ignored for row in rows}
            wishes = [
                made(
                    Wish(student_id=one.student_id, ignored=ignored[one.student_id]),
                    one.parts,
                    now=now,
                    rules=rules,
                )
                for one in waiting
            ]
            connection.execute(
                update(_NUDGES)
                .where(_NUDGES.c.id == bindparam("nudge"))
                .values(state=NudgeState.MADE.value, made_at=now),
                [{"nudge": one.id} for one in waiting],
            )
            connection.execute(
                update(_WISHES)
                .where(_WISHES.c.student_id == bindparam("who"))
                .values(ignored=bindparam("count"), last_at=now),
                [{"who": wish.student_id, "count": wish.ignored} for wish in wishes],
            )

    def _note(self, waiting) -> None:
        now = self.campus.clock.at
        with self.campus.engine.connect() as connection:
            made = set(
                connection.scalars(select(NudgeRow.id).where(NudgeRow.made_at == now, _LEFT))
            )
        asked = [one for one in waiting if one.id in made]
        for one in asked:
            self.made[one.student_id].append((now, "+".join(sorted(one.parts))))
        answering = [
            somebody for one in asked if (somebody := self.everybody[one.student_id]).answers
        ]
        self.at(now + 3 * STEP, lambda: self._answer(answering))

    def _answer(self, answering) -> None:
        """Let people write: some for real, of the others what it leaves behind."""
        now = self.campus.clock.at
        who = [{"who": one.student_id} for one in answering if not one.is_told]
        for one in answering:
            if one.is_told:
                self.campus.says("/help", sender=one.sender, kind=InboundKind.CHOICE)
        if not who:
            return
        with self.campus.store.transaction() as tx:
            connection = tx.session.connection()
            mine = update(_WISHES).where(_WISHES.c.student_id == bindparam("who"))
            connection.execute(mine.values(ignored=0), who)
            written = update(_STUDENTS).where(_STUDENTS.c.id == bindparam("who"))
            connection.execute(written.values(last_message_at=now), who)

    # -------------------------------------------------------- what happens to people

    def pauses(self, one: Somebody, begins: datetime, days: int) -> None:
        """Let somebody pause with the real command."""
        one.closed.append((begins, begins + timedelta(days=days)))
        self.at(begins, lambda: self.campus.says(f"/pause {days}", sender=one.sender))

    def stops(self, one: Somebody, begins: datetime) -> None:
        """Let somebody stop for good."""
        one.closed.append((begins, begins + timedelta(days=1000)))
        self.at(begins, lambda: self.campus.says("/stop", sender=one.sender))

    def is_in_danger(self, one: Somebody, begins: datetime, ends: datetime) -> None:
        """Let a case be open for somebody from one moment to another."""
        one.closed.append((begins, ends))
        self.at(begins, lambda: self._open(one))
        self.at(ends, lambda: self._close(one))

    def travels(self, one: Somebody, moment: datetime, zone: ZoneInfo) -> None:
        """Let somebody say that they are elsewhere now."""
        one.moved = (moment, zone)
        words = f"/remind zone {zone.key}"
        self.at(moment, lambda: self.campus.says(words, sender=one.sender))

    def _open(self, one: Somebody) -> None:
        now = self.campus.clock.at
        with self.campus.store.transaction() as tx:
            tx.cases.record(
                one.student_id,
                message_id=None,
                verdict=GRAVE,
                asked_for=False,
                may_page=True,
                now=now,
            )

    def _close(self, one: Somebody) -> None:
        now = self.campus.clock.at
        with self.campus.store.transaction() as tx:
            case = tx.cases.open_of(one.student_id)
            tx.cases.close(case.id, outcome=Outcome.SAFE_WITH_PLAN, staff_id=None, now=now)


_NUDGES, _WISHES, _STUDENTS = NudgeRow.__table__, NudgeWishRow.__table__, StudentRow.__table__
_LEFT = NudgeRow.state.in_([NudgeState.MADE.value, NudgeState.ANSWERED.value])
