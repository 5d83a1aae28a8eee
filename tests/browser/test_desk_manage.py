"""Roster, registry, review, figures and drills in a real browser, on a phone and a desktop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from bot.desk.door import COOKIE
from companion.flows.drill import end_drill, start_drill
from companion.language import Language
from companion.risk import Level
from companion.staff.cases import FalseAlarm, Outcome
from companion.staff.duty import Duty, Shift
from companion.staff.people import ChannelKind, Role
from companion.store import PageDraft, PageReason, PageState
from tests.browser.phone import Phone
from tests.fakes.campus import FakeCampus
from tests.fakes.desk import FakeDesk
from tests.fakes.desk_server import served

SIZES = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 900}}
PAGES = ["roster", "registry", "review", "figures", "drill"]
SHANGHAI = ZoneInfo("Asia/Shanghai")
#: The clock stands on Wednesday, 10:00 in Shanghai.
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A campus with a roster that has gaps, a year of invented cases, and two past drills."""
    folder = tmp_path_factory.mktemp("desk")
    campus = FakeCampus(folder)
    campus.clock.at = NOW
    with served(campus, folder) as url:
        desk = FakeDesk(campus)
        desk.url = url
        desk.people = [desk.staff("李老师"), desk.staff("张老师"), desk.staff("Ann Brown")]
        _roster(desk)
        _cases(desk)
        _drills(desk)
        yield desk
    campus.close()


@pytest.fixture
def at_desk(browser, desk):
    """Sit a supervisor down at the desk; at the end no page may have complained."""
    phones = []

    def at_desk(language=Language.ZH, *, size="phone", scheme="light"):
        boss = desk.signed_in(desk.staff("王督导", Role.SUPERVISOR, language))
        context = browser.new_context(
            viewport=SIZES[size],
            locale="zh-CN" if language is Language.ZH else "en-GB",
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        context.add_cookies([{"name": COOKIE, "value": boss.token, "url": f"{desk.url}/desk"}])
        phones.append(Phone(context, desk.url))
        return phones[-1]

    yield at_desk
    for phone in phones:
        phone.context.close()
    assert [complaint for phone in phones for complaint in phone.complaints] == []


def _roster(desk):
    monday = datetime(2026, 11, 23, tzinfo=SHANGHAI)
    li, zhang, ann = desk.people

    def plan(who, duty, day, starts, ends, note=""):
        with desk.campus.store.transaction() as tx:
            tx.shifts.add(
                Shift(
                    id=uuid4(),
                    staff_id=who.id,
                    duty=duty,
                    starts_at=monday + timedelta(days=day, hours=starts),
                    ends_at=monday + timedelta(days=day, hours=ends),
                    note=note,
                )
            )

    for day in range(7):
        plan((li, zhang)[day % 2], Duty.PRIMARY, day, 8, 20, "带值班手机" if day == 2 else "")
        if day != 5:
            plan((zhang, li)[day % 2], Duty.PRIMARY, day, 20, 32)
        if day < 5:
            plan(ann, Duty.BACKUP, day, 8, 20)
    plan(ann, Duty.SUPERVISOR, 0, 0, 24 * 7)


def _cases(desk):
    li = desk.people[0]
    evidence = ["speaks of wanting to die", "a phrase of a song", "names a time", "said goodbye"]
    levels = [Level.WATCH, Level.MODERATE, Level.MODERATE, Level.HIGH, Level.IMMINENT]
    ends = [Outcome.APPOINTMENT, Outcome.SAFE_WITH_PLAN, Outcome.REFERRED_HOSPITAL]
    for number in range(60):
        case = desk.case(
            sender=f"student{number}",
            minutes_ago=number * 6.1 * 24 * 60 + 300,
            level=levels[number % 5],
            evidence=(evidence[number % 4], evidence[(number // 3) % 4]),
        )
        with desk.campus.store.transaction() as tx:
            claimed = case.opened_at + timedelta(minutes=1 + number % 13)
            tx.cases.claim(case.id, staff_id=li.id, now=claimed)
            if number % 4 == 1 and number % 3:
                (trigger,) = tx.cases.triggers(case.id)
                why = list(FalseAlarm)[number % 4]
                tx.cases.mark(trigger.id, why, staff_id=li.id, now=claimed)
            if number % 7:
                done = claimed + timedelta(hours=5)
                tx.cases.close(case.id, outcome=ends[number % 3], staff_id=li.id, now=done)


def _drills(desk):
    for days in (14, 7):
        desk.campus.clock.at = NOW - timedelta(days=days)
        case_id = start_drill(staff=desk.people[0], services=desk.campus.services)
        now = desk.campus.clock.now()
        with desk.campus.store.transaction() as tx:
            for number, who in enumerate(desk.people):
                draft = PageDraft(
                    staff_id=who.id,
                    channel_id=uuid4(),
                    kind=(ChannelKind.TELEGRAM, ChannelKind.EMAIL, ChannelKind.WECOM)[number],
                    rung=1 + number // 2,
                    level=Level.HIGH,
                    why=PageReason.RISEN,
                    dedupe=str(uuid4()),
                )
                page_id = tx.pages.add(case_id, draft, now=now)
                tx.pages.claim(page_id, now=now, until=now + timedelta(minutes=1))
                state = PageState.FAILED if number == days % 3 else PageState.SENT
                done = now + timedelta(seconds=2 + 9 * number)
                tx.pages.settle(page_id, state, reason=None, now=done)
            if days == 7:
                tx.cases.claim(case_id, staff_id=desk.people[1].id, now=now + timedelta(seconds=48))
        desk.campus.clock.at = now + timedelta(minutes=5)
        end_drill(case_id, services=desk.campus.services)
    desk.campus.clock.at = NOW


def _runs_out(page):
    return page.evaluate("() => document.documentElement.scrollWidth > innerWidth")


# ------------------------------------------------------------ every page


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_serious_and_nothing_runs_out(at_desk, shots, name, scheme, size):
    language = Language.EN if scheme == "dark" else Language.ZH
    phone = at_desk(language, size=size, scheme=scheme).open(f"/desk/{name}")
    phone.page.evaluate(
        "() => [...document.querySelectorAll('details')].slice(0, 3).forEach(e => e.open = true)"
    )
    phone.page.screenshot(path=shots / f"manage_{name}_{size}_{scheme}.png", full_page=True)

    assert phone.faults() == []
    assert not _runs_out(phone.page)


@pytest.mark.parametrize("name", PAGES)
def test_everything_to_press_is_large_enough_for_a_thumb(at_desk, name):
    phone = at_desk().open(f"/desk/{name}")

    small = phone.page.evaluate(
        """() => [...document.querySelectorAll("main button, main a, main select, main summary, main input")]
          .filter(e => e.checkVisibility() && e.type !== "hidden")
          .map(e => [e.textContent.trim().slice(0, 20) || e.name, e.getBoundingClientRect()])
          .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
          .map(([name, box]) => `${name} ${box.width}x${box.height}`)"""
    )

    assert small == []


# ------------------------------------------------------------ roster


def test_a_gap_is_covered_in_three_presses(at_desk, desk, shots):
    phone = at_desk().open("/desk/roster?week=2026-12-07")
    page = phone.page
    page.locator(".holes a").first.click()
    expect(page.locator("#cover")).to_be_in_viewport()
    page.select_option("#cover-staff", label="李老师")
    phone.shot(shots, "manage_roster_cover_phone")
    page.click("#cover button.strong")

    expect(page.locator(".done")).to_contain_text("空缺已补上")
    expect(page.locator(".piece").first).to_contain_text("李老师")


def test_a_shift_is_added_moved_and_removed(at_desk, shots):
    phone = at_desk(size="desktop").open("/desk/roster?week=2027-01-04")
    page = phone.page
    page.select_option("#add-staff", label="张老师")
    page.fill("#add-day", "2027-01-05")
    page.fill("#add-starts", "22:00")
    page.fill("#add-ends", "08:00")
    page.click("#add button.strong")
    expect(page.locator(".piece:not(.is-gap)")).to_have_count(2)

    page.locator(".piece:not(.is-gap) a").first.click()
    expect(page.locator("#change")).to_contain_text("张老师")
    page.select_option("#give-to", label="Ann Brown")
    phone.shot(shots, "manage_roster_change_desktop")
    page.click("#change form:has(#give-to) button")
    expect(page.locator(".piece:not(.is-gap)").first).to_contain_text("Ann Brown")

    page.locator(".piece:not(.is-gap) a").first.click()
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("#change button.danger")
    expect(page.locator(".piece:not(.is-gap)")).to_have_count(0)


def test_the_week_is_walked_through_by_keyboard(at_desk):
    page = at_desk().open("/desk/roster?week=2026-11-23").page

    page.locator("a[rel=next]").focus()
    page.keyboard.press("Enter")

    expect(page.locator("#week")).to_have_value("2026-11-30")


# ------------------------------------------------------------ the others


def test_a_check_of_a_helpline_is_written_down(at_desk):
    page = at_desk().open("/desk/registry").page
    page.click("#cn-hope24 summary")
    page.select_option("#result-cn-hope24", "answered")
    page.click("#cn-hope24 button")

    expect(page.locator("#cn-hope24")).to_contain_text("有人接听，2026-11-25")
    expect(page.locator("#cn-hope24")).to_be_in_viewport()


def test_the_figures_and_the_training_set_are_downloaded(at_desk):
    page = at_desk(size="desktop").open("/desk/figures").page
    with page.expect_download() as file:
        page.click("a[download]")
    assert file.value.suggested_filename == "figures-2025-12-2026-11.csv"

    page.goto(page.url.replace("figures", "review"))
    with page.expect_download() as file:
        page.click("a[download]")
    assert file.value.suggested_filename.endswith(".jsonl")


def test_the_period_of_the_figures_is_picked(at_desk):
    page = at_desk(Language.EN).open("/desk/figures").page
    page.fill("#from", "2026-06")
    page.fill("#to", "2026-08")
    page.click("main form button")

    expect(page.locator(".bars").first.locator("tbody tr")).to_have_count(4)


def test_a_test_alarm_is_started_marked_and_ended(at_desk, shots):
    phone = at_desk(Language.EN).open("/desk/drill")
    page = phone.page
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("button.strong")
    expect(page.locator(".test-band")).to_contain_text("DRILL")
    phone.shot(shots, "manage_drill_running_phone")

    page.click(".test-band button")
    expect(page.locator(".test-band")).to_have_count(0)
    expect(page.locator(".test-mark").first).to_be_visible()
