"""Roster, registry, review, figures, drills: who may, what is refused, what is kept."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from datetime import time, timedelta
from uuid import uuid4

import pytest

from companion.flows.case_work import claim, close
from companion.flows.drill import END, START, watch_drills
from companion.jobs import Job
from companion.language import Language
from companion.risk import Level, Subject, Verdict
from companion.risk.hotlines import registry
from companion.staff.cases import FalseAlarm, Outcome
from companion.staff.drills import LASTS, NOBODY, WeeklyDrill
from companion.staff.duty import Duty
from companion.staff.people import ChannelKind, Right, Role
from companion.store import PageDraft, PageReason, PageState
from companion.store.figures import CHECKED
from tests.fakes.desk import FakeDesk, plain

PAGES = {
    "/desk/roster": Right.ROSTER,
    "/desk/registry": Right.REGISTRY,
    "/desk/review": Right.REVIEW,
    "/desk/review/training.jsonl": Right.REVIEW,
    "/desk/figures": Right.FIGURES,
    "/desk/figures.csv": Right.FIGURES,
    "/desk/drill": Right.DRILL,
}
FORMS = ["/desk/roster", "/desk/registry", "/desk/drill"]
#: The clock of the tests stands on Sunday 2026-11-22, 10:00 in Shanghai.
MONDAY = "2026-11-16"


@pytest.fixture
def desk(web):
    return FakeDesk(web.campus, web.client)


@pytest.fixture
def boss(desk):
    """A supervisor at a browser."""
    return desk.signed_in(desk.staff("王督导", Role.SUPERVISOR))


@pytest.fixture
def li(desk):
    return desk.staff("李老师")


def shifts(desk):
    now = desk.campus.clock.now()
    with desk.campus.store.reading() as tx:
        return list(tx.shifts.between(now - timedelta(days=60), now + timedelta(days=400)))


def audited(desk, action):
    with desk.campus.store.reading() as tx:
        return [line for line in tx.audit.lines(limit=500) if line.action == action]


def plan(boss, who, **wish):
    usual = {"duty": "primary", "day": "2026-11-23", "starts": "08:00", "ends": "18:00"}
    fields = {"do": "add", "week": "2026-11-23", "staff": str(who.id)} | usual | wish
    return boss.post("/desk/roster", **fields)


# ------------------------------------------------------------ the door


@pytest.mark.parametrize("role", Role)
def test_a_page_is_for_those_who_have_its_right(desk, role):
    somebody = desk.signed_in(desk.staff("某人", role))

    status = {path: somebody.get(path).status_code for path in PAGES}

    assert status == {path: 200 if somebody.staff.may(PAGES[path]) else 403 for path in PAGES}


def test_a_stranger_is_led_to_the_door(web):
    for path in PAGES:
        answer = web.client.get(path, headers={"Accept": "text/html"}, follow_redirects=False)

        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/desk/signin")


def test_a_form_from_elsewhere_changes_nothing(desk, boss, li):
    for path in FORMS:
        answer = boss.post(path, csrf="guessed", do="start", week=MONDAY, staff=str(li.id))
        assert answer.status_code == 403

    assert shifts(desk) == []
    with desk.campus.store.reading() as tx:
        assert tx.cases.open_of(NOBODY) is None


@pytest.mark.parametrize("language", Language)
def test_both_languages_show_every_page(desk, language):
    boss = desk.signed_in(desk.staff("王", Role.SUPERVISOR, language))

    for path in PAGES:
        assert boss.get(path).status_code == 200


# ------------------------------------------------------------ roster


def test_a_shift_is_planned_shown_and_audited(desk, boss, li):
    page = plan(boss, li, note="带手机")

    (shift,) = shifts(desk)
    assert (shift.staff_id, shift.duty, shift.note) == (li.id, Duty.PRIMARY, "带手机")
    assert f"{shift.starts_at.astimezone(desk.campus.campus.timezone):%m-%d %H:%M}" == "11-23 08:00"
    assert "李老师" in plain(page.text)
    assert "08:00–18:00" in plain(page.text)
    (line,) = audited(desk, "roster.change")
    assert (line.actor, line.detail["what"]) == (str(boss.staff.id), "add")


def test_a_night_shift_ends_on_the_next_day(desk, boss, li):
    page = plan(boss, li, starts="22:00", ends="08:00")

    (shift,) = shifts(desk)
    assert shift.ends_at - shift.starts_at == timedelta(hours=10)
    assert "22:00–24:00" in plain(page.text)
    assert "00:00–08:00" in plain(page.text)


def test_a_shift_may_be_planned_for_weeks_to_come(desk, boss, li):
    plan(boss, li, weeks="3")

    first, second, third = shifts(desk)
    assert second.starts_at - first.starts_at == third.starts_at - second.starts_at
    assert second.starts_at - first.starts_at == timedelta(days=7)


def test_nobody_is_planned_twice_on_a_duty_at_the_same_time(desk, boss, li):
    plan(boss, li)

    page = plan(boss, li, starts="17:00", ends="22:00")

    assert page.status_code == 422
    assert "08:00 – 18:00" in plain(page.text)
    assert len(shifts(desk)) == 1


def test_somebody_on_two_duties_at_once_is_named(desk, boss, li):
    plan(boss, li)

    page = plan(boss, li, duty="backup")

    assert page.status_code == 200
    assert len(shifts(desk)) == 2
    assert "同一时间排了两处" in plain(page.text)


@pytest.mark.parametrize(
    "bad",
    [
        {"day": "2026-02-30"},
        {"day": ""},
        {"day": "0026-11-23"},
        {"starts": "25:00"},
        {"ends": "soon"},
        {"weeks": "0"},
        {"weeks": "999"},
        {"weeks": "-1"},
        {"duty": "king"},
        {"staff": "me"},
        {"week": "never"},
        {"note": "x" * 81},
        {"do": "destroy"},
    ],
)
def test_a_form_that_makes_no_sense_is_shown_again_with_the_reason(desk, boss, li, bad):
    page = plan(boss, li, **bad)

    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert shifts(desk) == []


def test_only_somebody_who_takes_cases_can_be_on_duty(desk, boss):
    page = plan(boss, desk.staff("审计", Role.AUDITOR))

    assert page.status_code == 422
    assert shifts(desk) == []


def test_an_account_that_is_not_there_is_not_found(desk, boss, li):
    assert plan(boss, replace(li, id=uuid4())).status_code == 404


@pytest.mark.parametrize("week", ["", "2026-13-01", "9999-12-31", "0001-01-01", "<script>"])
def test_a_week_that_makes_no_sense_is_this_week(boss, week):
    page = boss.get("/desk/roster", params={"week": week})

    assert page.status_code == 200
    assert f'value="{MONDAY}"' in page.text


def test_a_gap_is_told_and_can_be_covered(desk, boss, li):
    page = boss.get("/desk/roster", params={"week": "2026-11-23"})
    assert "没有人" in plain(page.text)
    key = re.search(r"gap=(primary[^#]+)#cover", page.text)[1]

    form = boss.get(f"/desk/roster?week=2026-11-23&gap={key}").text
    start = re.search(r'name="from" required value="([^"]+)"', form)[1]
    boss.post(
        "/desk/roster",
        do="cover",
        week="2026-11-23",
        duty="primary",
        staff=str(li.id),
        **{"from": start, "to": "2026-11-24T08:00"},
    )

    (shift,) = shifts(desk)
    assert shift.ends_at - shift.starts_at == timedelta(hours=32)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-11-24T08:00", "2026-11-24T08:00"),
        ("2026-11-24T08:00", "2026-11-23T08:00"),
        ("2026-11-23T08:00", "2026-12-30T08:00"),
        ("2026-11-23T08:00Z", "2026-11-23T09:00"),
        ("", "2026-11-23T09:00"),
    ],
)
def test_a_cover_that_is_no_stretch_of_time_is_refused(desk, boss, li, start, end):
    page = boss.post(
        "/desk/roster",
        do="cover",
        week="2026-11-23",
        duty="primary",
        staff=str(li.id),
        **{"from": start, "to": end},
    )

    assert page.status_code == 422
    assert shifts(desk) == []


def test_a_shift_is_given_swapped_and_removed(desk, boss, li):
    zhang = desk.staff("张老师")
    plan(boss, li)
    plan(boss, zhang, day="2026-11-24")
    one, other = shifts(desk)
    week = {"week": "2026-11-23"}

    boss.post("/desk/roster", do="swap", shift=str(one.id), other=str(other.id), **week)
    assert [shift.staff_id for shift in shifts(desk)] == [zhang.id, li.id]

    boss.post("/desk/roster", do="give", shift=str(one.id), staff=str(li.id), **week)
    assert [shift.staff_id for shift in shifts(desk)] == [li.id, li.id]

    boss.post("/desk/roster", do="remove", shift=str(other.id), **week)
    assert [shift.id for shift in shifts(desk)] == [one.id]
    assert [line.detail["what"] for line in audited(desk, "roster.change")][:3] == [
        "remove",
        "give",
        "swap",
    ]


def test_who_comes_second_is_told_that_it_is_gone(desk, boss, li):
    plan(boss, li)
    (shift,) = shifts(desk)
    remove = {"do": "remove", "week": "2026-11-23", "shift": str(shift.id)}
    boss.post("/desk/roster", **remove)

    page = boss.post("/desk/roster", **remove)

    assert page.status_code == 422
    assert len(audited(desk, "roster.change")) == 2


def test_a_week_is_repeated_once_however_often_it_is_asked(desk, boss, li):
    plan(boss, li)
    plan(boss, li, day="2026-11-29", starts="22:00", ends="08:00")

    for _ in range(2):
        boss.post("/desk/roster", do="repeat", week="2026-11-23", weeks="2")

    assert len(shifts(desk)) == 6
    assert [line.detail["shifts"] for line in audited(desk, "roster.change")] == [4, 1, 1]


def test_what_stands_in_a_note_is_shown_as_text(boss, li):
    page = plan(boss, li, note="<b>hi</b>")

    assert "&lt;b&gt;hi" in page.text


# ------------------------------------------------------------ registry


def test_the_campus_sees_its_own_lines_first_and_all_when_asked(boss):
    own, everything = boss.get("/desk/registry").text, boss.get("/desk/registry?country=all").text

    assert own.count('class="pairs"') == sum(line.country == "CN" for line in registry().lines)
    assert everything.count('class="pairs"') == len(registry().lines)
    assert "从未拨打核对" in own


def test_a_check_is_written_into_the_audit_log_and_shown(desk, boss, li):
    page = boss.post(
        "/desk/registry", line="cn-12356", result="answered", on="2026-11-20", by=str(li.id)
    )

    assert page.status_code == 200
    assert "有人接听，2026-11-20，李老师" in plain(page.text)
    (line,) = audited(desk, CHECKED)
    assert line.actor == str(boss.staff.id)
    assert line.detail == {
        "line": "cn-12356",
        "result": "answered",
        "on": "2026-11-20",
        "by": str(li.id),
    }
    undialled = boss.get("/desk/registry?state=undialled").text
    assert 'id="cn-12356"' not in undialled


def test_nobody_is_asked_to_dial_an_emergency_number(boss):
    page = boss.get("/desk/registry?kind=emergency").text
    undialled = boss.get("/desk/registry?country=all&state=undialled").text

    assert "急救和报警电话不试拨；书面来源查于 2026-11-22" in plain(page)
    assert "记录一次核对" not in page
    assert 'id="cn-110"' not in undialled
    assert 'id="cn-12356"' in undialled


def test_what_is_wrong_with_the_registry_is_told_in_the_readers_language(desk, boss):
    someone = desk.signed_in(desk.staff("Dr Chen", Role.SUPERVISOR, Language.EN))

    assert "CA：没有“紧急”类热线" in plain(boss.get("/desk/registry").text)
    assert "CA: there is no line of the kind" in plain(someone.get("/desk/registry").text)
    assert "只能用固定电话拨打" in plain(boss.get("/desk/registry?country=all").text)


@pytest.mark.parametrize(
    "bad",
    [
        {"on": "2026-11-23"},  # tomorrow
        {"on": "yesterday"},
        {"result": "perhaps"},
        {"result": ""},
        {"by": ""},
        {"line": "no-such-line"},
        {"line": "cn-110"},  # nobody tries out the police
    ],
)
def test_a_check_that_makes_no_sense_is_refused(desk, boss, li, bad):
    good = {"line": "cn-12356", "result": "wrong", "on": "2026-11-22", "by": str(li.id)}

    page = boss.post("/desk/registry", **good | bad)

    assert page.status_code == 422
    assert audited(desk, CHECKED) == []


# ------------------------------------------------------------ review


@pytest.fixture
def marked(desk, li):
    """One alarm that was a song, and one that was right."""
    song = desk.case("歌词而已", sender="u1")
    real = desk.case("我不想活了", sender="u2")
    with desk.campus.store.transaction() as tx:
        now = desk.campus.clock.now()
        (trigger,) = tx.cases.triggers(song.id)
        tx.cases.mark(trigger.id, FalseAlarm.FICTION, staff_id=li.id, now=now)
        tx.cases.close(real.id, outcome=Outcome.APPOINTMENT, staff_id=li.id, now=now)
    return song, real


def test_the_review_shows_marks_and_weights_and_no_words(boss, marked):
    page = plain(boss.get("/desk/review").text)

    assert "说到想死" in page
    assert "歌词、小说、作业" in page
    assert "标记不会改变警报的触发方式" in page
    assert "歌词而已" not in page
    assert "我不想活了" not in page


def test_the_grounds_of_an_alarm_are_told_in_the_readers_language(desk, boss, marked):
    someone = desk.signed_in(desk.staff("Dr Chen", Role.SUPERVISOR, Language.EN))

    assert "说到想死；" in plain(boss.get("/desk/review").text)
    assert "speaks of wanting to die" not in boss.get("/desk/review").text
    assert "speaks of wanting to die; " in plain(someone.get("/desk/review").text)


def test_the_training_set_is_json_lines_without_words_and_audited(desk, boss, marked):
    answer = boss.get("/desk/review/training.jsonl?period=d30")

    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert sorted(line["level_marked"] for line in lines) == ["high", "none"]
    assert "attachment" in answer.headers["content-disposition"]
    assert "歌词而已" not in answer.text
    (entry,) = audited(desk, "review.export")
    assert entry.detail == {"lines": 2, "days": 30}


def test_a_period_that_is_not_offered_is_the_usual_one(boss):
    assert 'period=d90" aria-current' in boss.get("/desk/review?period=1000").text


# ------------------------------------------------------------ figures


def test_small_groups_are_counted_with_their_neighbours(desk, boss):
    for number in range(6):
        desk.case(sender=f"high{number}")
    for number in range(2):
        desk.case(sender=f"moderate{number}", level=Level.MODERATE)

    page = boss.get("/desk/figures").text

    assert "紧急" in plain(page)
    assert ">8<" in page
    assert ">6<" not in page
    assert ">2<" not in page


@pytest.mark.parametrize(("students", "said"), [(5, ">5<"), (4, "少于 5")])
def test_the_latest_daily_digest_is_shown_too(desk, boss, students, said):
    campus = desk.campus
    verdict = Verdict(level=Level.WATCH, subject=Subject.SELF)
    now = campus.clock.now()
    campus.clock.passes(hours=-2)
    for number in range(students):
        message = campus.arrives("睡不着", sender=f"w{number}")
        with campus.store.transaction() as tx:
            tx.inbound.judge(message.message_id, verdict, owed=False, in_talk=True, now=now)
    campus.clock.at = now

    page = boss.get("/desk/figures").text
    part = page[page.index("每日汇总") :]

    assert "2026-11-22 09:00" in part
    assert said in part[: part.index("</section>")]


def test_a_handful_of_cases_is_hidden_altogether(desk, boss):
    for number in range(4):
        desk.case(sender=f"high{number}")

    page = boss.get("/desk/figures").text

    assert "少于 5" in page
    assert ">4<" not in page


def test_the_table_says_the_same_and_is_audited(desk, boss):
    for number in range(6):
        desk.case(sender=f"high{number}", minutes_ago=30)

    answer = boss.get("/desk/figures.csv?from=2026-11&to=2026-11")

    rows = {(row[0], row[1], row[2]): row[3] for row in csv.reader(answer.text.splitlines())}
    assert rows["months", "2026-11", "cases"] == "6"
    assert rows["levels", "high", "cases"] == "6"
    assert rows["until claim", "high", "missed"] == "6"
    assert rows["referrals", "2026", "shown helplines"] == "6"
    (entry,) = audited(desk, "figures.export")
    assert entry.detail == {"from": "2026-11", "to": "2026-11"}


@pytest.mark.parametrize(
    "period",
    ["from=2026-12&to=2026-01", "from=x&to=2026-01", "from=2020-01&to=2026-01", "from=2026-01"],
)
def test_a_period_that_makes_no_sense_is_told_and_replaced(boss, period):
    page = boss.get(f"/desk/figures?{period}")

    assert page.status_code == 200
    assert 'role="alert"' in page.text
    assert 'value="2025-12"' in page.text


def test_figures_name_nobody(desk, boss, li):
    case = desk.case("我叫小明", sender="u-xiaoming")
    with desk.campus.store.transaction() as tx:
        tx.cases.claim(case.id, staff_id=li.id, now=desk.campus.clock.now())

    page = plain(boss.get("/desk/figures").text)

    assert "李老师" not in page
    assert str(case.number) not in page


# ------------------------------------------------------------ drills


def test_a_drill_goes_to_people_and_is_counted_nowhere(desk, boss, li):
    page = boss.post("/desk/drill", do="start")

    with desk.campus.store.reading() as tx:
        case = tx.cases.open_of(NOBODY)
    assert case.is_drill
    assert (Job.RAISE, (case.id,)) in desk.campus.jobs.sent
    assert desk.actions(case) == [START]
    assert "演练进行中" in plain(page.text)
    assert str(case.number) in plain(page.text)
    rows = list(csv.reader(boss.get("/desk/figures.csv").text.splitlines()))
    assert ["levels", "high", "cases", "0"] in rows


def test_two_presses_start_one_test_alarm(desk, boss):
    boss.post("/desk/drill", do="start")
    boss.post("/desk/drill", do="start")

    with desk.campus.store.reading() as tx:
        assert len(tx.cases.all_of(NOBODY)) == 1


def test_a_test_alarm_is_ended_by_hand_or_by_itself(desk, boss):
    boss.post("/desk/drill", do="start")
    page = boss.post("/desk/drill", do="end")
    assert "王督导" in plain(page.text)

    desk.campus.clock.passes(minutes=1)
    boss.post("/desk/drill", do="start")
    desk.campus.clock.passes(seconds=LASTS.total_seconds() - 1)
    assert watch_drills(services=desk.campus.services) == 0
    desk.campus.clock.passes(seconds=1)
    assert watch_drills(services=desk.campus.services) == 1
    assert watch_drills(services=desk.campus.services) == 0

    with desk.campus.store.reading() as tx:
        latest, first = tx.cases.all_of(NOBODY)
    assert (first.outcome, first.closed_by) == (Outcome.TEST, boss.staff.id)
    assert (latest.outcome, latest.closed_by) == (Outcome.TEST, None)
    assert desk.actions(latest) == [START, END]


def test_an_unknown_press_starts_nothing(desk, boss):
    assert boss.post("/desk/drill", do="all").status_code == 400
    with desk.campus.store.reading() as tx:
        assert tx.cases.open_of(NOBODY) is None


@pytest.fixture
def weekly(desk):
    """The services of a campus whose weekly drill is due right now."""
    now = desk.campus.clock.now().astimezone(desk.campus.campus.timezone)
    plan = WeeklyDrill(now.isoweekday(), time(now.hour, now.minute))
    own = replace(desk.campus.campus, weekly_drill=plan)
    return replace(desk.campus.services, campus=own)


def test_the_weekly_test_alarm_starts_once(desk, weekly):
    assert watch_drills(services=weekly) == 1
    assert watch_drills(services=weekly) == 0

    with desk.campus.store.reading() as tx:
        (case,) = tx.cases.all_of(NOBODY)
    assert case.is_open
    assert [line.actor for line in audited(desk, START)] == ["system"]


def test_the_weekly_test_alarm_waits_while_a_real_case_waits(desk, weekly, li):
    case = desk.case()
    assert watch_drills(services=weekly) == 0

    with desk.campus.store.transaction() as tx:
        tx.cases.claim(case.id, staff_id=li.id, now=desk.campus.clock.now())
    assert watch_drills(services=weekly) == 1


def test_the_page_tells_who_was_reached_in_how_many_seconds_over_which_channel(desk, boss, li):
    with desk.campus.store.transaction() as tx:
        now = desk.campus.clock.now()
        tx.members.add_channel(li.id, ChannelKind.EMAIL, "li@example.org", now=now)
    desk.on_duty(li)
    boss.post("/desk/drill", do="start")
    with desk.campus.store.transaction() as tx:
        case = tx.cases.open_of(NOBODY)
        (way,) = tx.members.channels(li.id)
        draft = PageDraft(
            staff_id=li.id,
            channel_id=way.id,
            kind=way.kind,
            rung=1,
            level=case.level,
            why=PageReason.RISEN,
            dedupe="drill-1",
        )
        page_id = tx.pages.add(case.id, draft, now=now)
        tx.pages.claim(page_id, now=now, until=now + timedelta(minutes=1))
        later = now + timedelta(seconds=7)
        tx.pages.settle(page_id, PageState.SENT, reason=None, now=later)
        tx.cases.claim(case.id, staff_id=li.id, now=now + timedelta(seconds=42))

    page = plain(boss.get("/desk/drill").text)

    assert "7 秒后送达" in page
    assert "李老师 在 42 秒后认领" in page
    assert "李老师 邮件 1 渠道已收下 7" in page


def test_a_test_alarm_climbs_is_shown_as_one_and_can_be_claimed_and_closed(desk, boss, li):
    desk.on_duty(li)
    counsellor = desk.signed_in(li)
    boss.post("/desk/drill", do="start")
    desk.campus.run()
    with desk.campus.store.reading() as tx:
        case = tx.cases.open_of(NOBODY)
    assert case.rung == 1

    shown = counsellor.get(f"/desk/cases/{case.number}")
    assert shown.status_code == 200
    assert "演练" in plain(shown.text)
    assert "演练" in plain(counsellor.get("/desk").text)

    assert claim(case.id, staff=li, services=desk.campus.services).ok
    assert close(
        case.id, staff=li, outcome=Outcome.APPOINTMENT, why=None, services=desk.campus.services
    )
    ended = desk.again(case)
    assert ended.outcome is Outcome.TEST
    assert desk.campus.telegram.sent == []
    assert "李老师 在 0 秒后认领" in plain(boss.get("/desk/drill").text)
