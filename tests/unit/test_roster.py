"""The roster: weekly patterns, nights, turned clocks, holidays, gaps, swaps, conflicts."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.errors import BadInput
from companion.language import Language
from companion.staff.duty import Duty, Gap, Shift, gaps, next_start, on_duty
from companion.staff.roster import (
    Weekly,
    When,
    conflicts,
    cover,
    new_shift,
    next_duty,
    open_gaps,
    shifts_of,
    swap,
)
from companion.staff.roster_words import conflict_text, gap_text, stretch_text
from companion.staff.term import DayKind, SpecialDays, kind_of

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
LI, WANG = UUID(int=1), UUID(int=2)
EVERY_DAY = frozenset(range(1, 8))
MONDAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, tzinfo=SHANGHAI)


def weekly(starts="08:00", ends="20:00", *, who=LI, duty=Duty.PRIMARY, days=EVERY_DAY, when="term"):
    return Weekly(
        staff_id=who,
        duty=duty,
        days=frozenset(days),
        starts=time.fromisoformat(starts),
        ends=time.fromisoformat(ends),
        when=When(when),
    )


def shift(begin, hours, *, who=LI, duty=Duty.PRIMARY):
    """A shift so many hours after noon."""
    starts_at = NOON + timedelta(hours=begin)
    return Shift(
        id=uuid4(),
        staff_id=who,
        duty=duty,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=hours),
    )


def spread(*pattern, first=MONDAY, days=1, zone=SHANGHAI, special=()):
    last = first + timedelta(days=days - 1)
    return shifts_of(pattern, first=first, last=last, zone=zone, special=special)


def local(shifts, zone=SHANGHAI):
    return [
        (one.starts_at.astimezone(zone).isoformat(), one.ends_at.astimezone(zone).isoformat())
        for one in shifts
    ]


# ---------------------------------------------------------------- patterns


def test_a_day_shift_is_where_the_clock_of_the_campus_says():
    (made,) = spread(weekly("08:00", "20:00"))

    assert made.starts_at == datetime(2026, 11, 23, 0, tzinfo=UTC)
    assert made.ends_at == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert (made.staff_id, made.duty) == (LI, Duty.PRIMARY)


def test_a_night_shift_ends_on_the_morning_after_and_belongs_to_the_day_it_begins():
    (made,) = spread(weekly("20:00", "08:00", days={7}), first=MONDAY - timedelta(days=1))

    assert local([made]) == [("2026-11-22T20:00:00+08:00", "2026-11-23T08:00:00+08:00")]


def test_a_shift_from_a_time_to_the_same_time_lasts_a_day():
    (made,) = spread(weekly("09:00", "09:00"))

    assert made.ends_at - made.starts_at == timedelta(days=1)


def test_only_the_weekdays_of_a_line_get_a_shift():
    made = spread(weekly(days={1, 3}), days=14)

    assert [one.starts_at.astimezone(SHANGHAI).isoweekday() for one in made] == [1, 3, 1, 3]


def test_the_same_pattern_makes_the_same_shifts_so_that_it_may_be_applied_twice():
    pattern = (weekly("08:00", "20:00"), weekly("20:00", "08:00", who=WANG))

    assert spread(*pattern, days=7) == spread(*reversed(pattern), days=7)
    assert len({one.id for one in spread(*pattern, *pattern, days=7)}) == 14


@pytest.mark.parametrize(
    ("day", "length"),
    [(date(2027, 3, 27), 11), (date(2026, 10, 24), 13), (date(2026, 11, 21), 12)],
    ids=["an hour is left out", "an hour comes twice", "an ordinary night"],
)
def test_a_night_in_which_the_clock_is_turned_is_as_long_as_it_is(day, length):
    (made,) = spread(weekly("20:00", "08:00"), first=day, zone=BERLIN)

    assert made.ends_at - made.starts_at == timedelta(hours=length)
    assert [text[11:16] for text in local([made], BERLIN)[0]] == ["20:00", "08:00"]


def test_a_shift_inside_the_hour_that_is_left_out_is_none():
    assert spread(weekly("02:00", "03:00"), first=date(2027, 3, 28), zone=BERLIN) == ()


WHENS = [
    ("term", [DayKind.TERM, DayKind.EXAMS]),
    ("exams", [DayKind.EXAMS]),
    ("holidays", [DayKind.HOLIDAY]),
    ("always", [DayKind.TERM, DayKind.EXAMS, DayKind.HOLIDAY]),
]


@pytest.mark.parametrize(("when", "kinds"), WHENS)
def test_holidays_and_exam_weeks_have_lines_of_their_own(when, kinds):
    special = (
        SpecialDays(first=MONDAY + timedelta(days=1), last=MONDAY + timedelta(days=3)),
        SpecialDays(
            first=MONDAY + timedelta(days=3),
            last=MONDAY + timedelta(days=5),
            kind=DayKind.EXAMS,
        ),
    )

    made = spread(weekly(when=when), days=7, special=special)

    days = [one.starts_at.astimezone(SHANGHAI).date() for one in made]
    wanted = [MONDAY + timedelta(days=n) for n in range(7)]
    assert days == [day for day in wanted if kind_of(day, special) in kinds]
    assert kind_of(MONDAY + timedelta(days=3), special) is DayKind.HOLIDAY


times = st.times().map(lambda t: t.replace(second=0, microsecond=0, tzinfo=None))
zones = st.sampled_from(
    [SHANGHAI, BERLIN, *map(ZoneInfo, ("America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"))]
)


@settings(max_examples=40, deadline=None)
@given(
    cuts=st.lists(times, min_size=1, max_size=5, unique=True),
    first=st.dates(date(2024, 1, 1), date(2028, 12, 1)),
    zone=zones,
)
def test_a_day_cut_into_shifts_leaves_no_gap_wherever_the_clock_is_turned(cuts, first, zone):
    cuts.sort()
    ends = [*cuts[1:], cuts[0]]
    pattern = [
        weekly(begin.isoformat(), end.isoformat(), who=uuid4(), when="always")
        for begin, end in zip(cuts, ends, strict=True)
    ]

    made = spread(*pattern, first=first, days=10, zone=zone)

    begin = datetime.combine(first + timedelta(days=1), time(), zone).astimezone(UTC)
    end = datetime.combine(first + timedelta(days=9), time(), zone).astimezone(UTC)
    assert gaps(made, duty=Duty.PRIMARY, starts_at=begin, ends_at=end) == ()
    assert all(one.starts_at < one.ends_at for one in made)


@settings(max_examples=40, deadline=None)
@given(
    lines=st.lists(
        st.tuples(times, times, st.frozensets(st.integers(1, 7), min_size=1), st.sampled_from(Duty))
    ),
    first=st.dates(date(2024, 1, 1), date(2028, 12, 1)),
    days=st.integers(1, 20),
    zone=zones,
)
def test_whatever_the_pattern_its_shifts_begin_on_its_days_and_last_a_day_at_most(
    lines, first, days, zone
):
    pattern = [
        weekly(begin.isoformat(), end.isoformat(), days=which, duty=duty)
        for begin, end, which, duty in lines
    ]

    made = spread(*pattern, first=first, days=days, zone=zone)

    assert len({one.id for one in made}) == len(made)
    assert list(made) == sorted(made, key=lambda one: (one.starts_at, str(one.id)))
    for one in made:
        assert timedelta() < one.ends_at - one.starts_at <= timedelta(hours=25)
        # Where a time is left out, the shift begins an hour later, at most on the next day.
        begun = one.starts_at.astimezone(zone).date()
        assert first <= begun <= first + timedelta(days=days)


# ---------------------------------------------------------------- gaps, swaps, conflicts


@settings(max_examples=40, deadline=None)
@given(
    parts=st.lists(
        st.tuples(st.integers(-30, 30), st.integers(1, 12), st.sampled_from(Duty)), max_size=8
    )
)
def test_every_moment_is_either_on_duty_or_in_a_gap(parts):
    shifts = [shift(begin, hours, duty=duty) for begin, hours, duty in parts]
    end = NOON + timedelta(hours=24)

    found = open_gaps(shifts, starts_at=NOON, ends_at=end, duties=Duty)

    for hour in range(24):
        at = NOON + timedelta(hours=hour, minutes=30)
        for duty in Duty:
            in_gap = any(gap.duty is duty and gap.starts_at <= at < gap.ends_at for gap in found)
            assert in_gap is not bool(on_duty(shifts, at, duty=duty))
    assert all(NOON <= gap.starts_at < gap.ends_at <= end for gap in found)
    assert list(found) == sorted(found, key=lambda gap: gap.starts_at)


def test_a_gap_that_is_covered_is_none_any_more():
    shifts = [shift(0, 4), shift(8, 4)]
    (gap,) = open_gaps(shifts, starts_at=NOON, ends_at=NOON + timedelta(hours=12))

    shifts.append(cover(gap, staff_id=WANG, shift_id=uuid4()))

    assert (gap.starts_at, gap.ends_at) == (shifts[0].ends_at, shifts[1].starts_at)
    assert open_gaps(shifts, starts_at=NOON, ends_at=NOON + timedelta(hours=12)) == ()


def test_a_swap_exchanges_the_people_and_nothing_else():
    one, other = shift(0, 4), shift(8, 4, who=WANG, duty=Duty.BACKUP)

    swapped = swap(one, other)

    assert [each.staff_id for each in swapped] == [WANG, LI]
    assert swap(*swapped) == (one, other)


def test_nobody_is_in_two_places_at_once():
    primary, backup = shift(0, 4), shift(3, 4, duty=Duty.BACKUP)
    after, others = shift(7, 1), shift(0, 4, who=WANG)

    (conflict,) = conflicts([after, backup, others, primary])

    assert (conflict.first, conflict.second) == (primary, backup)


def test_the_next_duty_is_the_running_one_or_the_first_to_come():
    past, running, coming = shift(-9, 2), shift(-1, 2), shift(5, 2)
    shifts = [coming, running, past, shift(1, 1, who=WANG)]

    assert next_duty(shifts, LI, after=NOON) == running
    assert next_duty([coming, past], LI, after=NOON) == coming
    assert next_duty([past], LI, after=NOON) is None


def test_who_is_on_duty_is_told_in_the_order_the_shifts_began():
    shifts = [shift(-1, 3), shift(-2, 3, who=WANG), shift(-1, 3, duty=Duty.BACKUP)]

    assert on_duty(shifts, NOON, duty=Duty.PRIMARY) == (WANG, LI)
    assert on_duty(shifts, NOON + timedelta(hours=1), duty=Duty.PRIMARY) == (LI,)
    assert on_duty(shifts, NOON, duty=Duty.SUPERVISOR) == ()


def test_when_somebody_is_next_on_a_duty():
    shifts = [shift(5, 2), shift(3, 2, duty=Duty.BACKUP)]

    assert next_start(shifts, NOON, duty=Duty.PRIMARY) == NOON + timedelta(hours=5)
    assert next_start([*shifts, shift(-1, 2)], NOON, duty=Duty.PRIMARY) == NOON
    assert next_start(shifts, NOON, duty=Duty.SUPERVISOR) is None


@pytest.mark.parametrize("hours", [0, -1, 24 * 7 + 1])
def test_a_shift_that_ends_before_it_begins_or_never_is_refused(hours):
    with pytest.raises(BadInput):
        new_shift(
            shift_id=uuid4(),
            staff_id=LI,
            duty=Duty.PRIMARY,
            starts_at=NOON,
            ends_at=NOON + timedelta(hours=hours),
        )


# ---------------------------------------------------------------- in words

SATURDAY = datetime(2026, 11, 28, 22, tzinfo=SHANGHAI)
NIGHT = Gap(Duty.PRIMARY, SATURDAY.astimezone(UTC), (SATURDAY + timedelta(hours=10)))


def test_a_gap_is_told_in_both_languages_in_the_campuss_own_time():
    said = {one: gap_text(NIGHT, zone=SHANGHAI, language=one) for one in Language}

    assert said == {
        Language.EN: "Nobody on primary: Sat 28 Nov 22:00 – Sun 29 Nov 08:00",
        Language.ZH: "主值班无人：11月28日周六 22:00 – 11月29日周日 08:00",
    }


def test_a_stretch_within_one_day_names_the_day_once():
    end = NOON + timedelta(hours=3)

    assert (
        stretch_text(NOON, end, zone=SHANGHAI, language=Language.EN) == "Mon 23 Nov 12:00 – 15:00"
    )


def test_a_conflict_tells_who_when_and_between_what():
    (conflict,) = conflicts([shift(0, 4), shift(3, 4, duty=Duty.BACKUP)])
    said = [conflict_text(conflict, name="李", zone=SHANGHAI, language=one) for one in Language]

    assert said == [
        "李 同时排了主值班和备班：11月23日周一 15:00 – 16:00",
        "李 is on primary and backup at once: Mon 23 Nov 15:00 – 16:00",
    ]
