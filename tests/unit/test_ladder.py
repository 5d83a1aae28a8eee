"""Who is paged when: clocks, roster and time are arguments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from bot.desk.clock import dial
from bot.desk.words import words
from companion.language import Language
from companion.risk import Level, Subject
from companion.staff.cases import Case, CaseState
from companion.staff.clocks import Clocks, Who
from companion.staff.duty import Duty, Shift
from companion.staff.ladder import MARK_LASTS, Roster, Standing, Step, next_step
from companion.staff.people import Role, Staff

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PRIMARY, BACKUP, SUPERVISOR, OTHER = (UUID(int=n) for n in range(1, 5))
CLOCKS = Clocks()
BEGUN = NOW - timedelta(hours=1)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def a_person(staff_id: UUID, **how) -> Staff:
    return Staff(
        id=staff_id,
        login=str(staff_id),
        name="李老师",
        role=Role.COUNSELLOR,
        language=Language.ZH,
        **how,
    )


def a_shift(staff_id: UUID, duty: Duty, *, starts=BEGUN, hours: float = 12) -> Shift:
    return Shift(
        id=uuid4(),
        staff_id=staff_id,
        duty=duty,
        starts_at=starts,
        ends_at=starts + timedelta(hours=hours),
    )


EVERYBODY = tuple(map(a_person, (PRIMARY, BACKUP, SUPERVISOR, OTHER)))
FULL = Roster(
    shifts=(
        a_shift(PRIMARY, Duty.PRIMARY),
        a_shift(BACKUP, Duty.BACKUP),
        a_shift(SUPERVISOR, Duty.SUPERVISOR),
    ),
    staff=EVERYBODY,
    reachable=frozenset(one.id for one in EVERYBODY),
    has_group=True,
)
EMPTY = Roster()
GROUP_ONLY = Roster(has_group=True)


def a_case(level: Level = Level.IMMINENT, **how) -> Case:
    return Case(
        **{
            "id": uuid4(),
            "number": 1001,
            "student_id": uuid4(),
            "level": level,
            "kinds": (),
            "subject": Subject.SELF,
            "state": CaseState.NEW,
            "asked_for": False,
            "is_drill": False,
            "may_page": True,
            "opened_at": NOW,
            "raised_at": NOW,
            "next_rung_at": NOW,
            **how,
        }
    )


def climbed(case: Case, step: Step, **how) -> Case:
    values = {name: getattr(case, name) for name in case.__dataclass_fields__}
    return Case(**{**values, "rung": step.rung, "next_rung_at": step.at, **how})


def the_whole_way(case: Case, roster: Roster, *, steps: int = 8, **how) -> list:
    """Climb whenever a rung is due; returns (minute, who was paged, whether the student was told).

    Every page is taken unless `how` says otherwise; nobody ever answers.
    """
    clock, seen, now = CLOCKS.of(case.level, asked_for=case.asked_for), [], NOW
    for _ in range(steps):
        step = next_step(case, clock, roster, now=now)
        taken = {"notified_at": now} if step.standing else {}
        case = climbed(case, step, **{**taken, **how})
        seen.append(((now - NOW).total_seconds() / 60, step.standing, step.tells_student))
        if step.at is None:
            break
        now = step.at
    return seen


# ------------------------------------------------------------ whole ladders


def test_an_imminent_case_climbs_at_0_3_6_and_10_minutes_and_then_the_student_is_told():
    first, second, third, fourth, *_ = the_whole_way(a_case(), FULL)

    assert first == (0, Standing((PRIMARY,), group=True), False)
    assert second == (3, Standing((BACKUP,)), False)
    assert third == (6, Standing((SUPERVISOR,)), False)
    assert fourth == (10, Standing((PRIMARY, BACKUP, SUPERVISOR, OTHER), group=True), True)


def test_a_high_case_climbs_at_0_10_20_and_30_minutes():
    way = the_whole_way(a_case(Level.HIGH), FULL, steps=4)

    assert [minute for minute, *_ in way] == [0, 10, 20, 30]
    assert [told for *_, told in way] == [False, False, False, True]


def test_a_moderate_case_waits_an_hour_on_duty_for_the_backup_and_pages_the_next_duty():
    tomorrow = a_shift(OTHER, Duty.PRIMARY, starts=NOW + timedelta(hours=22))
    roster = Roster(
        shifts=(*FULL.shifts, tomorrow),
        staff=EVERYBODY,
        reachable=FULL.reachable,
        has_group=True,
    )

    way = the_whole_way(a_case(Level.MODERATE), roster, steps=4)

    assert way == [
        (0, Standing((PRIMARY,), group=True), False),
        (60, Standing((BACKUP,)), False),
        (120, Standing(), True),
        (22 * 60, Standing((OTHER,), group=True), False),
    ]


def test_time_on_duty_stops_at_night():
    evening = Roster(
        shifts=(
            a_shift(PRIMARY, Duty.PRIMARY, starts=NOW - minutes(60), hours=1.5),
            a_shift(PRIMARY, Duty.PRIMARY, starts=NOW + timedelta(hours=10)),
            a_shift(BACKUP, Duty.BACKUP, starts=NOW + timedelta(hours=10)),
        ),
        staff=EVERYBODY,
        reachable=FULL.reachable,
    )

    (_, second, *_) = the_whole_way(a_case(Level.MODERATE), evening)

    # Half an hour in the evening, the other half in the morning.
    assert second == (10 * 60 + 30, Standing((BACKUP,)), False)


def test_off_duty_a_moderate_case_waits_for_the_morning_and_only_the_group_hears_of_it_before():
    morning = NOW + timedelta(hours=6)
    roster = Roster(
        shifts=(a_shift(PRIMARY, Duty.PRIMARY, starts=morning),),
        staff=EVERYBODY,
        reachable=FULL.reachable,
        has_group=True,
    )

    night, later, duty, *_ = the_whole_way(a_case(Level.MODERATE), roster)

    assert night == (0, Standing(group=True), False)
    assert later == (1, Standing(), False)
    assert duty == (6 * 60, Standing((PRIMARY,), group=True), False)


def test_off_duty_an_imminent_case_waits_for_nobody():
    roster = Roster(
        shifts=(a_shift(PRIMARY, Duty.PRIMARY, starts=NOW + timedelta(hours=6)),),
        staff=EVERYBODY,
        reachable=FULL.reachable,
    )

    first, *_ = the_whole_way(a_case(), roster)

    assert first == (0, Standing((PRIMARY, BACKUP, SUPERVISOR, OTHER)), False)


def test_nobody_is_paged_for_watch_but_whoever_asks_for_a_person_does_not_wait_for_the_digest():
    assert the_whole_way(a_case(Level.WATCH), FULL) == [(0, Standing(), False)]

    asked = the_whole_way(a_case(Level.NONE, asked_for=True), FULL, steps=1)
    assert asked == [(0, Standing((PRIMARY,), group=True), False)]


# ------------------------------------------------------------ rungs nobody stands on


def test_a_rung_nobody_stands_on_is_skipped_at_once():
    no_primary = Roster(
        shifts=(a_shift(BACKUP, Duty.BACKUP),), staff=EVERYBODY, reachable=FULL.reachable
    )

    first, second, *_ = the_whole_way(a_case(), no_primary)

    assert first == (0, Standing((BACKUP,)), False)
    # There is no supervisor either: three minutes after the backup, everybody.
    assert second[0] == 3
    assert second[1].staff == (PRIMARY, BACKUP, SUPERVISOR, OTHER)


def test_somebody_on_duty_without_a_channel_does_not_stand_anywhere():
    deaf = Roster(
        shifts=FULL.shifts, staff=EVERYBODY, reachable=frozenset({BACKUP}), has_group=False
    )

    assert the_whole_way(a_case(), deaf, steps=1) == [(0, Standing((BACKUP,)), False)]


def test_an_empty_roster_means_the_channels_of_the_whole_campus():
    first, second, third, *_ = the_whole_way(a_case(), GROUP_ONLY)

    assert first == (0, Standing(group=True), False)
    assert second == (3, Standing(group=True), False)
    # The student's time is the clock's, however few there were to ask.
    assert third == (10, Standing(), True)


def test_with_nobody_at_all_the_student_is_told_at_once_and_the_case_is_tried_again():
    step = next_step(a_case(), CLOCKS.of(Level.IMMINENT), EMPTY, now=NOW)

    assert step.tells_student
    assert step.paged == 0
    assert step.at == NOW + minutes(1)


def test_while_no_page_was_taken_everybody_is_tried_every_minute():
    case = a_case(rung=len(CLOCKS.of(Level.IMMINENT).rungs))

    step = next_step(case, CLOCKS.of(Level.IMMINENT), FULL, now=NOW + minutes(12))

    assert step.standing.staff == (PRIMARY, BACKUP, SUPERVISOR, OTHER)
    assert step.at == NOW + minutes(13)


# ------------------------------------------------------------ answers, owners, marks


@pytest.mark.parametrize("rung", range(6))
def test_whoever_has_answered_is_left_in_peace(rung):
    case = a_case(owner_id=OTHER, owner_seen_at=NOW, state=CaseState.CLAIMED, rung=rung)

    step = next_step(case, CLOCKS.of(Level.IMMINENT), FULL, now=NOW + minutes(20))

    assert step == Step(rung=rung, at=None)


def test_new_risk_in_a_case_that_somebody_holds_is_theirs_first_and_then_everybodys():
    case = a_case(owner_id=OTHER, owner_seen_at=NOW - minutes(30), state=CaseState.IN_CONTACT)

    first, second, *_ = the_whole_way(case, FULL)

    assert first == (0, Standing((OTHER,)), False)
    assert second == (3, Standing((BACKUP,)), False)


def test_a_late_worker_does_not_make_the_next_rung_later():
    case, clock = a_case(), CLOCKS.of(Level.IMMINENT)

    step = next_step(case, clock, FULL, now=NOW + minutes(4))

    assert step.paged == 1
    assert step.at == NOW + minutes(4)  # the backup was due at three minutes


def test_on_duty_said_by_hand_counts_until_it_is_old():
    said = a_person(OTHER, on_duty_since=NOW - minutes(5))
    roster = Roster(staff=(said,), reachable=frozenset({OTHER}))

    assert roster.on_duty(NOW, Duty.PRIMARY) == (OTHER,)
    assert roster.on_duty(NOW, Duty.BACKUP) == ()
    assert roster.on_duty(NOW + MARK_LASTS, Duty.PRIMARY) == ()


def test_an_account_that_is_out_of_use_stands_nowhere():
    roster = Roster(
        shifts=FULL.shifts, staff=EVERYBODY[1:], reachable=FULL.reachable, has_group=False
    )

    assert roster.on_duty(NOW, Duty.PRIMARY) == ()


@pytest.mark.parametrize(
    ("start", "span", "expected"),
    [
        (NOW, minutes(30), NOW + minutes(30)),
        (NOW, minutes(11 * 60 + 30), NOW + minutes(11 * 60 + 30)),
        (NOW - minutes(90), minutes(30), NOW - minutes(30)),
    ],
    ids=["within", "past the end", "before it begins"],
)
def test_time_on_duty_is_counted_from_shift_to_shift(start, span, expected):
    roster = Roster(shifts=(a_shift(PRIMARY, Duty.PRIMARY), a_shift(BACKUP, Duty.BACKUP)))

    assert roster.after_duty_time(start, span) == expected


MODERATE = CLOCKS.of(Level.MODERATE)


@pytest.mark.parametrize(
    ("roster", "expected"),
    [
        (Roster(shifts=(a_shift(BACKUP, Duty.BACKUP),)), NOW + minutes(60)),
        (Roster(shifts=(a_shift(PRIMARY, Duty.PRIMARY, hours=1.5),)), NOW + minutes(60)),
        (
            Roster(
                shifts=(
                    a_shift(PRIMARY, Duty.PRIMARY, hours=1.5),
                    a_shift(PRIMARY, Duty.PRIMARY, starts=NOW + minutes(120)),
                )
            ),
            NOW + minutes(150),
        ),
        (
            Roster(shifts=(a_shift(PRIMARY, Duty.PRIMARY, starts=NOW + minutes(30)),)),
            NOW + minutes(90),
        ),
        (
            Roster(
                shifts=(
                    a_shift(SUPERVISOR, Duty.SUPERVISOR),
                    a_shift(PRIMARY, Duty.PRIMARY, starts=NOW + minutes(30)),
                )
            ),
            NOW + minutes(90),
        ),
        (
            Roster(
                shifts=(a_shift(PRIMARY, Duty.PRIMARY, starts=NOW + minutes(30)),),
                staff=(a_person(OTHER, on_duty_since=NOW),),
            ),
            NOW + minutes(60),
        ),
    ],
    ids=[
        *("a backup lets it run", "the roster ends", "a gap stops it", "it waits for a duty"),
        *("a supervisor does not", "so does who said they are on duty"),
    ],
)
def test_ladder_and_desk_go_by_one_clock_that_waits_for_somebody_on_duty(roster, expected):
    due = roster.due(MODERATE, NOW, MODERATE.acknowledge)
    seen = dial(a_case(Level.MODERATE), clocks=CLOCKS, roster=roster, now=NOW, w=words(Language.EN))

    assert due == expected
    assert seen.due_at == expected


def test_the_default_ladders_end_with_the_student_where_life_is_in_danger():
    for level in (Level.HIGH, Level.IMMINENT):
        clock = CLOCKS.of(level)
        assert clock.rungs[0].who is Who.PRIMARY
        assert clock.rungs[-1].who is Who.STUDENT
        assert clock.acknowledge <= clock.contact
